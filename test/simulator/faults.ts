/** Faults by name, which read well in a test. Each only sets a knob or acts on existing connections. */

import type { KnobName, KnobValues } from './knobs.js';
import type { Pages } from './pages.js';
import type { Server } from './server.js';

type Set = <K extends KnobName>(knob: K, value: KnobValues[K]) => Promise<void>;
type Value<K extends KnobName> = KnobValues[K];

export class Faults {
  readonly #set: Set;
  readonly #server: Server;
  readonly #pages: Pages;

  constructor(set: Set, server: Server, pages: Pages) {
    this.#set = set;
    this.#server = server;
    this.#pages = pages;
  }

  /** Sets how the next page loads. */
  load(fault: Value<'loadFault'>): Promise<void> {
    return this.#set('loadFault', fault);
  }
  missingModule(...names: string[]): Promise<void> {
    return this.#set('missingModules', names);
  }

  /** Cuts every chat socket. The pages reconnect by themselves. */
  dropSockets(): void {
    for (const connection of this.#server.connections) connection.drop();
  }
  /** Freezes every existing chat socket without an error; new ones work. */
  halfOpen(): void {
    for (const connection of this.#server.connections) connection.freeze();
  }
  /** Sets how chat sockets behave from now on. */
  socket(fault: Value<'socketFault'>): Promise<void> {
    return this.#set('socketFault', fault);
  }
  slow(ms: number): Promise<void> {
    return this.#set('socketSlowMs', ms);
  }
  /** Simulates a lost network: nothing loads or connects, and existing connections are cut. */
  async networkDown(): Promise<void> {
    await this.#set('loadFault', 'refuse');
    this.dropSockets();
  }
  networkUp(): Promise<void> {
    return this.#set('loadFault', 'none');
  }

  login(code: Value<'loginRefusal'>): Promise<void> {
    return this.#set('loginRefusal', code);
  }
  sync(timing: Value<'syncTiming'>, ms?: number): Promise<void> {
    if (ms !== undefined) void this.#set('syncDelayMs', ms);
    return this.#set('syncTiming', timing);
  }
  send(fault: Value<'sendFault'>): Promise<void> {
    return this.#set('sendFault', fault);
  }
  sendResolvesLate(ms: number): Promise<void> {
    return this.#set('sendResolveMs', ms);
  }
  ack(fault: Value<'ackFault'>): Promise<void> {
    return this.#set('ackFault', fault);
  }
  ackLate(ms: number): Promise<void> {
    return this.#set('ackServerMs', ms);
  }

  /** Sends a command to every open page. */
  async inPages(command: string, args = {}): Promise<void> {
    await Promise.all(this.#pages.all.map((page) => page.command(command, args)));
  }
}
