// A program of an operator of a fleet, and what it sees of each account while machines come and go: it publishes keyed messages at a
// steady rate, asks for the status and for a page of the chats, and reads every event. It knows nothing of machines.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetConnection } from '../../src/fleet/connection.js';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, nanos } from '../../src/fleet/nats.js';
import { RpcClient } from '../../src/fleet/rpc-client.js';
import type { Status } from '../../src/protocol/methods/session.js';
import type { Contact } from '../simulator/contact.js';
import { eventually } from './eventually.js';

/** One account, and a person whom only it writes to. */
export interface Subject {
  readonly account: string;
  readonly number: string;
  readonly person: Contact;
}

export interface ProgramOptions {
  readonly fleet: FleetConnection;
  readonly subjects: readonly Subject[];
  /** Between two messages of one account, and between two pages of its chats, ms. */
  readonly everyMs?: number;
}

/** Of one account, in ms. */
interface Seen {
  /** The longest time from the confirmation of a message by NATS until its person had it. */
  sentMs: number;
  /** The longest time between two answers that said `ready`. */
  gapMs: number;
}

export interface Figures {
  readonly accounts: Readonly<Record<string, Seen>>;
  readonly sends: number;
  /** Publications that NATS did not confirm. */
  readonly refused: number;
  readonly lost: number;
  readonly twice: number;
  readonly reads: number;
  /** The part of the reads that was answered. */
  readonly answered: number;
  /** What people wrote, and how often it was not an event, or more than one. */
  readonly heard: number;
  readonly unheard: number;
  readonly heardTwice: number;
}

const EVERY_MS = 1_000;
const STATUS_MS = 500;
/** A program that waits longer has given up. */
const ANSWER_MS = 5_000;
/** A message that takes longer counts as lost. */
const ARRIVAL_MS = 180_000;
/** A person answers every fourth message. */
const PERSON_EVERY = 4;

class Watched {
  readonly seen: Seen = { sentMs: 0, gapMs: 0 };
  readonly confirmed: { readonly text: string; readonly atMs: number }[] = [];
  readonly written: string[] = [];
  readonly heard: string[] = [];
  readyAtMs = performance.now();
  refused = 0;
  reads = 0;
  answered = 0;
}

/** The owner calls `end`. */
export class FleetProgram {
  readonly #options: ProgramOptions;
  readonly #watched: ReadonlyMap<string, Watched>;
  readonly #ended = new AbortController();
  /** Of its own keys. */
  readonly #name = randomUUID().slice(0, 8);
  #acts: readonly Promise<void>[] = [];
  #events: ConsumerMessages | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(options: ProgramOptions) {
    this.#options = options;
    setMaxListeners(0, this.#ended.signal);
    this.#watched = new Map(options.subjects.map(({ account }) => [account, new Watched()]));
  }

  /** The accounts are ready. Returns when the events are read. */
  async begin(): Promise<void> {
    const { fleet, subjects } = this.#options;
    const { manager, streams, names } = fleet;
    const { name } = await manager.consumers.add(names.events, {
      ...{ deliver_policy: DeliverPolicy.New, ack_policy: AckPolicy.None },
      ...{ filter_subject: names.event('*', 'message'), inactive_threshold: nanos(3_600_000) },
    });
    this.#events = await (await streams.consumers.get(names.events, name)).consume();
    this.#reading = this.#hear(this.#events);
    this.#acts = subjects.flatMap((subject) => {
      const watched = this.#of(subject);
      watched.readyAtMs = performance.now();
      return [this.#sends(subject, watched), this.#looks(subject, watched), this.#pages(subject, watched)];
    });
  }

  /** Ends it, when what was published has arrived and what people wrote was heard, or not within this time. */
  async end(withinMs = 60_000): Promise<Figures> {
    const { subjects } = this.#options;
    const nowMs = performance.now();
    const areReady = () => [...this.#watched.values()].every(({ readyAtMs }) => readyAtMs > nowMs);
    await eventually(areReady, 'every account is ready', withinMs);
    this.#ended.abort();
    await Promise.all(this.#acts);
    const isHeard = ({ written, heard }: Watched) => written.every((text) => heard.includes(text));
    await eventually(() => [...this.#watched.values()].every(isHeard), 'all is heard', withinMs).catch(
      () => undefined,
    );
    this.#events?.stop();
    await this.#reading;
    const all = subjects.map((subject) => ({ subject, watched: this.#of(subject) }));
    const sum = (pick: (one: (typeof all)[number]) => number) =>
      all.reduce((total, one) => total + pick(one), 0);
    const times = (list: readonly string[], text: string) => list.filter((one) => one === text).length;
    const bodies = (person: Contact) => person.received.map(({ body }) => body ?? '');
    const arrivals = ({ subject, watched }: (typeof all)[number]) => {
      const got = bodies(subject.person);
      return watched.confirmed.map(({ text }) => times(got, text));
    };
    const hearings = ({ watched }: (typeof all)[number]) =>
      watched.written.map((text) => times(watched.heard, text));
    const reads = sum(({ watched }) => watched.reads);
    return {
      accounts: Object.fromEntries(all.map(({ subject, watched }) => [subject.account, watched.seen])),
      sends: sum(({ watched }) => watched.confirmed.length),
      refused: sum(({ watched }) => watched.refused),
      lost: sum((one) => arrivals(one).filter((count) => count === 0).length),
      twice: sum((one) => arrivals(one).filter((count) => count > 1).length),
      reads,
      answered: sum(({ watched }) => watched.answered) / Math.max(1, reads),
      heard: sum(({ watched }) => watched.written.length),
      unheard: sum((one) => hearings(one).filter((count) => count === 0).length),
      heardTwice: sum((one) => hearings(one).filter((count) => count > 1).length),
    };
  }

  async #hear(events: ConsumerMessages): Promise<void> {
    for await (const message of events) {
      const { account, data } = message.json<{ account: string; data: { body?: string; fromMe: boolean } }>();
      if (!data.fromMe && data.body !== undefined) this.#watched.get(account)?.heard.push(data.body);
    }
  }

  #of({ account }: Subject): Watched {
    return this.#watched.get(account) as Watched;
  }

  /** Begins one act each `everyMs`, also while earlier ones are not over, until the end. */
  async #each(everyMs: number, act: (n: number) => Promise<void>): Promise<void> {
    const { signal } = this.#ended;
    const acts = new Set<Promise<void>>();
    // Not all accounts in the same moment.
    await delay(Math.random() * everyMs);
    for (let n = 0; !signal.aborted; n += 1) {
      const one = act(n).finally(() => acts.delete(one));
      acts.add(one);
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
    await Promise.all(acts);
  }

  #sends({ account, number, person }: Subject, watched: Watched): Promise<void> {
    const { fleet, everyMs = EVERY_MS } = this.#options;
    return this.#each(everyMs, async (n) => {
      const text = `${account} ${this.#name} ${n}`;
      if (n % PERSON_EVERY === PERSON_EVERY - 1) {
        watched.written.push(`to ${text}`);
        await person.send(`to ${text}`, { to: number });
      }
      const body = JSON.stringify({ to: person.number, text });
      try {
        await fleet.streams.publish(fleet.names.send(account), body, { msgID: `key ${text}` });
      } catch {
        watched.refused += 1;
        return;
      }
      const atMs = performance.now();
      watched.confirmed.push({ text, atMs });
      const wait = { timeoutMs: ARRIVAL_MS };
      await person.waitForMessage((message) => message.body === text, wait).catch(() => undefined);
      watched.seen.sentMs = Math.max(watched.seen.sentMs, performance.now() - atMs);
    });
  }

  #looks({ account }: Subject, watched: Watched): Promise<void> {
    const rpc = new RpcClient(this.#options.fleet, account);
    return this.#each(STATUS_MS, async () => {
      const status = await this.#read<Status>(rpc, watched, 'session.status');
      const nowMs = performance.now();
      if (status?.status !== 'ready') return;
      watched.seen.gapMs = Math.max(watched.seen.gapMs, nowMs - watched.readyAtMs);
      watched.readyAtMs = Math.max(watched.readyAtMs, nowMs);
    });
  }

  #pages({ account }: Subject, watched: Watched): Promise<void> {
    const { fleet, everyMs = EVERY_MS } = this.#options;
    const rpc = new RpcClient(fleet, account);
    return this.#each(everyMs, async () => {
      await this.#read(rpc, watched, 'chat.list', { limit: 10 });
    });
  }

  /** @returns null without an answer */
  async #read<T>(rpc: RpcClient, watched: Watched, method: string, params = {}): Promise<T | null> {
    watched.reads += 1;
    try {
      const answer = await rpc.call(method, params, { timeoutMs: ANSWER_MS, writes: false });
      watched.answered += 1;
      return answer as T;
    } catch {
      return null;
    }
  }
}
