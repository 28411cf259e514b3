/** Requests a passkey from a page that is being linked, and checks the answer. */
import { randomBytes } from 'node:crypto';
import type { Account } from './account.js';
import type { Connection } from './connection.js';
import { LinkRefused } from './pairing-service.js';
import type { Assertion, PasskeyOptions } from './wire.js';
import type { World } from './world.js';

interface Demand {
  account: Account;
  options: PasskeyOptions;
  settle: (why: string | null) => void;
}

/** Additional time, so that the page's own limit ends first. */
const SLACK_MS = 2_000;

export class PasskeyService {
  readonly #world: World;
  readonly #demands = new Map<Connection, Demand>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Resolves when the page has answered correctly; rejects with LinkRefused. */
  demand(account: Account, connection: Connection): Promise<void> {
    const { passkeyMs, passkeyRpId, passkeyListed } = this.#world.knobs();
    const options: PasskeyOptions = {
      challenge: randomBytes(32).toString('base64url'),
      rpId: passkeyRpId,
      timeout: passkeyMs,
      userVerification: 'required',
      allowCredentials: passkeyListed
        ? [{ id: account.passkey.id, type: 'public-key', transports: ['hybrid', 'internal'] }]
        : [],
    };
    return new Promise((resolve, reject) => {
      const late = this.#world.timers.after(passkeyMs + SLACK_MS, () => this.#refuse(connection, 'too late'));
      const settle = (why: string | null): void => {
        late();
        if (why === null) resolve();
        else reject(new LinkRefused('passkey', `the passkey was not confirmed: ${why}`));
      };
      this.#demands.set(connection, { account, options, settle });
      connection.send({ type: 'passkey-demand', options });
    });
  }

  answer(connection: Connection, assertion: Assertion): void {
    const demand = this.#demands.get(connection);
    if (!demand) return;
    const why = demand.account.passkey.objection(demand.options, assertion);
    if (why === null) this.#settle(connection, null);
    else this.#refuse(connection, why);
  }

  /** Ends a request because the page gave up or is gone. */
  forget(connection: Connection, why: string): void {
    this.#settle(connection, why);
  }

  #refuse(connection: Connection, why: string): void {
    this.#settle(connection, why);
    connection.send({ type: 'passkey-refused', why });
  }

  #settle(connection: Connection, why: string | null): void {
    const demand = this.#demands.get(connection);
    this.#demands.delete(connection);
    demand?.settle(why);
  }
}
