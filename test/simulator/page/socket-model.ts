/**
 * WAWebSocketModel.Socket: the state of the connection. `session.ts` adds the functions that act on the
 * connection.
 */
import { knobs } from './boot-record.js';
import { report } from './instrument.js';
import { Model } from './model.js';

export type SocketState =
  | 'UNLAUNCHED'
  | 'OPENING'
  | 'PAIRING'
  | 'UNPAIRED'
  | 'UNPAIRED_IDLE'
  | 'CONNECTED'
  | 'TIMEOUT'
  | 'CONFLICT'
  | 'DEPRECATED_VERSION'
  | 'TOS_BLOCK'
  | 'SMB_TOS_BLOCK'
  | 'PROXYBLOCK';

/**
 * The socket's state after a refused login. A 401 is a logout instead, and a 402 leaves the state unchanged.
 */
export const REFUSALS: { readonly [code: number]: SocketState } = {
  403: 'TOS_BLOCK',
  405: 'DEPRECATED_VERSION',
  406: 'SMB_TOS_BLOCK',
  407: 'PROXYBLOCK',
};

interface SocketActs {
  logout(reason: unknown): Promise<void>;
  reconnect(): void;
  takeover(): void;
}

class SocketModel extends Model {
  declare state: SocketState;
  declare stream: 'DISCONNECTED' | 'SYNCING' | 'CONNECTED';
  declare hasSynced: boolean;
  #acts: SocketActs | undefined;
  #waiting: (() => void)[] = [];

  wire(acts: SocketActs): void {
    this.#acts = acts;
  }

  logout(reason?: unknown): Promise<void> | undefined {
    const done = this.#acts?.logout(reason);
    return knobs.logoutReturns === 'promise' ? done : undefined;
  }
  reconnect(): void {
    this.#acts?.reconnect();
  }
  takeover(): void {
    this.#acts?.takeover();
  }

  /**
   * For the page's own parts, which must not count as the listener that `syncTiming: when-listened` waits
   * for.
   */
  whenSynced(): Promise<void> {
    return this.hasSynced ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  override set(attributes: Partial<Pick<SocketModel, 'state' | 'stream' | 'hasSynced'>>): this {
    super.set(attributes);
    const flows = this.hasSynced && this.state === 'CONNECTED' && attributes.stream === undefined;
    if (flows) super.set({ stream: 'CONNECTED' });
    if (this.hasSynced) for (const resolve of this.#waiting.splice(0)) resolve();
    report({ type: 'state', state: this.state, hasSynced: this.hasSynced });
    return this;
  }
}

export const Socket = new SocketModel({ state: 'UNLAUNCHED', stream: 'DISCONNECTED', hasSynced: false });
