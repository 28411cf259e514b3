/**
 * A document that is open in a browser now: shows its reports on the instrument socket, and sends it orders.
 * A reload ends it; the new document is another BrowserPage.
 */
import type { WebSocket } from 'ws';
import { AwaitableEvent, type WaitOptions } from './awaitable-event.js';
import type { KnobValues } from './knobs.js';
import type { Json, Order, Report } from './wire.js';

type Args = { [key: string]: Json };

export class BrowserPage {
  readonly id: string;
  readonly url: string;
  readonly version: string;
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, { resolve: (value: Json) => void; reject: (error: Error) => void }>();
  readonly changed = new AwaitableEvent<BrowserPage>();
  #nextId = 1;
  state = 'UNLAUNCHED';
  hasSynced = false;
  /** the QR code that a camera would read on the screen */
  qr: string | null = null;

  constructor(socket: WebSocket, hello: Extract<Report, { type: 'hello' }>) {
    this.#socket = socket;
    this.id = hello.document;
    this.url = hello.url;
    this.version = hello.version;
    socket.once('close', () => {
      for (const { reject } of this.#answers.values()) reject(new Error('the document is gone'));
      this.#answers.clear();
    });
  }

  note(report: Report): void {
    if (report.type === 'state') {
      this.state = report.state;
      this.hasSynced = report.hasSynced;
    }
    if (report.type === 'qr') this.qr = report.text;
    if (report.type === 'done') this.#settle(report.id)?.resolve(report.result);
    if (report.type === 'failed') this.#settle(report.id)?.reject(new Error(report.text));
    this.changed.ring(this);
  }

  /** Sends knobs to the document. Resolves when it uses them, or is gone. */
  applyKnobs(knobs: KnobValues): Promise<void> {
    return this.#ask((id) => ({ type: 'knobs', id, knobs })).then(
      () => {},
      () => {},
    );
  }

  waitForState(state: string, options?: WaitOptions): Promise<unknown> {
    const there = () => (this.state === state ? true : undefined);
    return this.changed.wait(`state ${state}`, there, options, there);
  }

  waitForSync(options?: WaitOptions): Promise<unknown> {
    const there = () => (this.hasSynced ? true : undefined);
    return this.changed.wait('sync', there, options, there);
  }

  /** Reloads the document. Commands that end the document resolve when it has received the order. */
  reload(): Promise<Json> {
    return this.command('reload');
  }
  navigate(url: string): Promise<Json> {
    return this.command('navigate', { url });
  }
  /** Blocks the page's event loop. */
  hang(ms: number): Promise<Json> {
    return this.command('hang', { ms });
  }
  pushState(times = 1): Promise<Json> {
    return this.command('pushState', { times });
  }
  /** Loads a sub-frame. Resolves when it has loaded. */
  iframe(times = 1): Promise<Json> {
    return this.command('iframe', { times });
  }
  /** Sets Socket.state to any value, with its change event. */
  setState(state: string): Promise<Json> {
    return this.command('setState', { state });
  }
  setSynced(value: boolean): Promise<Json> {
    return this.command('setSynced', { value });
  }
  /** Removes all listeners of a model: Msg, Chat, Socket, Conn or Cmd. */
  detachListeners(of: 'Msg' | 'Chat' | 'Socket' | 'Conn' | 'Cmd'): Promise<Json> {
    return this.command('detachListeners', { of });
  }
  /** Raises change:ref with undefined, as some builds do once the ref is used up. */
  clearRef(): Promise<Json> {
    return this.command('clearRef');
  }
  wipeDebug(): Promise<Json> {
    return this.command('wipeDebug');
  }
  /** Returns state, listeners and counts of the page. */
  look(): Promise<Json> {
    return this.command('look');
  }
  /** Returns the messages in the page's memory, oldest first. */
  messages(chat?: string): Promise<Json> {
    return this.command('messages', chat === undefined ? {} : { chat });
  }
  /** Presses the button of the "What's new" dialog. */
  pressDialog(): Promise<Json> {
    return this.command('pressDialog');
  }

  /** Shows the dialog that the knobs describe, even if none is due. */
  showDialog(): Promise<Json> {
    return this.command('showDialog');
  }

  /** Sends any order of `page/orders.ts` by name. Rejects for an unknown name. */
  command(command: string, args: Args = {}): Promise<Json> {
    return this.#ask((id) => ({ type: 'do', id, command, args }));
  }

  #ask(order: (id: number) => Order): Promise<Json> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify(order(id)));
    });
  }

  #settle(id: number) {
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    return answer;
  }
}
