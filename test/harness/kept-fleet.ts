// A fleet whose daemons are started again whenever they end, as systemd does it, with a sender of keyed messages and a reader
// of events. What reached people and the stream is checked at the end, whatever happened meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { connectFleet, type FleetConnection } from '../../src/fleet/connection.js';
import { HEADER } from '../../src/fleet/names.js';
import type { Contact } from '../simulator/contact.js';
import { eventually } from './eventually.js';
import { fleetConfig } from './fleet.js';
import { FleetPair, type FleetPairOptions, type Machine } from './fleet-pair.js';
import { keepLog } from './server.js';
import type { Wad } from './wad.js';

export const ACCOUNT = 'default';
/** RestartSec= of the unit is longer; this only keeps a daemon that cannot start from using the processor alone. */
const RESTART_MS = 500;
const PUBLISH_MS = 60_000;

interface Kept {
  wad: Wad;
  isWanted: boolean;
  readonly ended: Promise<void>;
}

export interface SeenEvent {
  readonly cursor: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class KeptFleet {
  readonly pair: FleetPair;
  readonly fleet: FleetConnection;
  readonly people: readonly Contact[];
  readonly #kept = new Map<Machine, Kept>();
  readonly #sent: string[][];
  #count = 0;
  readonly events: SeenEvent[] = [];
  #readTo = 0;

  private constructor(pair: FleetPair, fleet: FleetConnection, people: readonly Contact[]) {
    this.pair = pair;
    this.fleet = fleet;
    this.people = people;
    this.#sent = people.map(() => []);
  }

  /** The profile is stored, and `a` runs the account. */
  static async make(t: Test, options: FleetPairOptions & { readonly chats?: number }): Promise<KeptFleet> {
    const { chats = 2, ...more } = options;
    const pair = await FleetPair.make(t, { profile: 'local', ...more });
    const fleet = await connectFleet(fleetConfig(pair.servers), { name: 'test', log: keepLog() });
    t.teardown(() => fleet.nats.close());
    const people = Array.from({ length: chats }, (_, n) =>
      pair.sim.createContact({ number: `155500020${String(n).padStart(2, '0')}`, pushname: `P${n}` }),
    );
    const kept = new KeptFleet(pair, fleet, people);
    t.teardown(() => kept.#end());
    await (await pair.ready('a')).stop();
    await kept.on('a');
    await kept.arrives(await kept.publish());
    return kept;
  }

  /** Keeps a daemon running there from now on. */
  async on(machine: Machine, env: Readonly<Record<string, string>> = {}): Promise<Wad> {
    const first = await this.pair.start(machine, env);
    const kept: Kept = {
      wad: first,
      isWanted: true,
      ended: Promise.resolve().then(() => this.#keep(machine, env)),
    };
    this.#kept.set(machine, kept);
    return first;
  }

  async #keep(machine: Machine, env: Readonly<Record<string, string>>): Promise<void> {
    const kept = this.#kept.get(machine) as Kept;
    for (;;) {
      await kept.wad.exited;
      if (kept.isWanted) await delay(RESTART_MS);
      if (!kept.isWanted) return;
      kept.wad = await this.pair.start(machine, env);
    }
  }

  /** The daemon that runs there now, or ran there last. */
  wad(machine: Machine): Wad {
    return (this.#kept.get(machine) as Kept).wad;
  }

  /** Ends it by this act, and does not start it again until `on`. */
  async off(machine: Machine, act: (wad: Wad) => Promise<unknown> = (wad) => wad.stop()): Promise<void> {
    const kept = this.#kept.get(machine);
    if (kept === undefined) return;
    kept.isWanted = false;
    await act(kept.wad);
    await kept.ended;
    this.#kept.delete(machine);
  }

  /** Who has the lease. @throws when nobody has it within a minute */
  async holder(): Promise<Machine> {
    const { manager, names } = this.fleet;
    const subject = `$KV.${names.leases}.${ACCOUNT}`;
    return eventually(
      async () => {
        const last = await manager.streams
          .getMessage(`KV_${names.leases}`, { last_by_subj: subject })
          .catch(() => null);
        if (last === null || last.data.length === 0) return false;
        const { machine, next } = last.json<{ machine: Machine; next?: string }>();
        return next === undefined && machine;
      },
      'a machine has the lease',
      60_000,
    );
  }

  other(machine: Machine): Machine {
    return [...this.#kept.keys()].find((one) => one !== machine) ?? machine;
  }

  /** Publishes the next message, to each chat in turn; until NATS has it. */
  async publish(): Promise<number> {
    const n = this.#count++;
    const chat = n % this.people.length;
    this.#sent[chat]?.push(String(n));
    const body = JSON.stringify({ to: this.people[chat]?.number, text: String(n) });
    const { streams, names } = this.fleet;
    await eventually(
      () => streams.publish(names.send(ACCOUNT), body, { msgID: `key-${n}` }).catch(() => false as const),
      `message ${n} is in the stream`,
      PUBLISH_MS,
    );
    return n;
  }

  /** The person has this message. */
  async arrives(n: number, timeoutMs = 60_000): Promise<void> {
    const person = this.people[n % this.people.length] as Contact;
    await person.waitForMessage(({ body }) => body === String(n), { timeoutMs });
  }

  /** Nothing waits in the stream of sends. */
  async drained(withinMs: number): Promise<void> {
    const { manager, names } = this.fleet;
    const left = () =>
      manager.streams
        .info(names.sends)
        .then(({ state }) => state.messages)
        .catch(() => null);
    await eventually(async () => (await left()) === 0, 'nothing waits in the stream of sends', withinMs);
  }

  /** A person writes, and the event of it is in the stream. */
  async hears(text: string, withinMs = 30_000): Promise<void> {
    await this.people[0]?.send(text);
    await eventually(
      async () => {
        await this.readEvents().catch(() => undefined);
        return this.events.some(({ type, data }) => type === 'message' && data.body === text);
      },
      `the event of "${text}"`,
      withinMs,
    );
  }

  /** Reads what is new in the stream of events. */
  async readEvents(): Promise<void> {
    const { manager, names } = this.fleet;
    const { last_seq } = (await manager.streams.info(names.events)).state;
    for (; this.#readTo < last_seq; this.#readTo += 1) {
      const found = await manager.streams.getMessage(names.events, { seq: this.#readTo + 1 });
      const cursor = Number(found?.header.get(HEADER.cursor));
      if (found === null || !Number.isFinite(cursor)) continue;
      const { type, data } = found.json<{ type: string; data: Record<string, unknown> }>();
      this.events.push({ cursor, type, data });
    }
  }

  /** The servers have lost the streams. What was published shortly before is published again, in the new one. */
  forgotten(): void {
    this.#readTo = 0;
    this.events.length = 0;
  }

  /** What is wrong by now: two browsers at a time, a message lost or twice or out of order, an event twice. */
  wrongs(): string[] {
    const { beside, sim } = this.pair;
    const wrongs = [...beside];
    for (const { type, direction } of sim.log)
      if (type === 'conflict' && direction === 'down') wrongs.push('WhatsApp saw two pages of one session');
    for (const [chat, person] of this.people.entries()) {
      const got = person.received.map(({ body }) => body);
      const wanted = this.#sent[chat] ?? [];
      if (got.join() !== wanted.join()) wrongs.push(`${person.wid} got ${got.join()}, not ${wanted.join()}`);
    }
    for (const [at, { cursor, type }] of this.events.entries())
      if (at > 0 && cursor <= (this.events[at - 1]?.cursor ?? 0))
        wrongs.push(`event ${cursor} (${type}) again`);
    return wrongs;
  }

  async #end(): Promise<void> {
    for (const machine of [...this.#kept.keys()]) await this.off(machine, (wad) => wad.kill());
  }
}
