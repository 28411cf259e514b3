// Kills daemon, browser, renderer and connection at random while clients send and people answer, and checks
// the final result: each accepted message arrived once, in order per sender and chat, and each answer was
// received once.
import { setTimeout as pause } from 'node:timers/promises';
import type { WireEvent } from '../../src/protocol/events/index.js';
import { Client } from '../../src/socket/client.js';
import { type Dice, diceOf } from '../harness/dice.js';
import { eventually } from '../harness/eventually.js';
import { Home, type HomeOptions } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import type { Generation } from '../simulator/generations.js';
import type { KnobSettings } from '../simulator/knobs.js';
import { Simulator } from '../simulator/simulator.js';
import { type Evidence, keep } from './evidence.js';

export interface TortureOptions {
  /** The same seed gives the same actions in the same order; their timing depends on the machine. */
  readonly seed: number;
  readonly generation: Generation;
  /** Knobs of the simulator on top of the generation's. */
  readonly knobs?: KnobSettings;
  readonly kills: number;
  /** The kinds of kills. */
  readonly only?: readonly Kill[];
  readonly messages: number;
  readonly clients: number;
  readonly contacts: number;
  readonly t?: HomeOptions['t'];
  readonly say: (text: string) => void;
  /** The directory for the evidence of a failed run. */
  readonly keep?: string | undefined;
}

export interface TortureReport {
  readonly kills: Readonly<Record<Kill, number>>;
  /** Messages that were accepted, and how many of them reached their people, each counted once. */
  readonly accepted: number;
  readonly arrived: number;
  /** The answers of the people, and how many of them a consumer received. */
  readonly answers: number;
  readonly reported: number;
  /** How often the server received a message again under the same id, and had to recognise it. */
  readonly repeated: number;
  /** Descriptions of failures; empty when all is well. */
  readonly wrong: readonly string[];
  readonly tookMs: number;
}

export const KILLS = ['daemon', 'browser', 'renderer', 'connection'] as const;
export type Kill = (typeof KILLS)[number];

/** Shorter delays, so that it recovers at the pace of the test. */
const SHORT = {
  WAD_RECONNECT_DELAYS_MS: '200',
  WAD_RECONNECT_GRACE_MS: '2000',
  WAD_RECONNECT_MAX_ATTEMPTS: '50',
  WAD_MONITOR_PERIOD_MS: '1000',
};
const READY_MS = 120_000;
const END_MS = 300_000;

export async function torture(options: TortureOptions): Promise<TortureReport> {
  const { seed, generation, knobs = {}, say, t, only = KILLS } = options;
  const startedAt = performance.now();
  const dice = diceOf(seed);
  const sim = await Simulator.start({ generation, knobs });
  const home = await Home.make(sim, t === undefined ? {} : { t });
  const over = new AbortController();
  const reports = new Map<string, number>();
  let evidence: Evidence | undefined = { home, sim, reports };
  try {
    const phone = sim.createPhone({ number: '15550001111' });
    const contacts = Array.from({ length: options.contacts }, (_, n) =>
      sim.createContact({ number: `1555000200${n}` }),
    );
    for (const contact of contacts) contact.autoReply = ({ body }) => `re: ${body}`;
    let wad = await home.startLinked(phone, { env: SHORT, logLevel: 'info' });
    const budget = new Budget();
    const clients = Array.from({ length: options.clients }, (_, n) =>
      send(home, plan(n, options, contacts, diceOf(seed + 1 + n)), budget, over.signal),
    );
    const consumer = consume(home, reports, over.signal);
    const kills: Record<Kill, number> = { daemon: 0, browser: 0, renderer: 0, connection: 0 };
    for (let n = 0; n < options.kills; n += 1) {
      budget.allow(Math.ceil((options.messages * (n + 1)) / options.kills));
      // In one of four cases, before it has recovered from the last one.
      if (dice.roll() < 0.75) await ready(wad);
      await pause(Math.floor(dice.roll() * 1_500));
      const kind = dice.pick(only);
      kills[kind] += 1;
      if (kind === 'daemon') {
        await wad.kill();
        wad = await home.start({ env: SHORT, logLevel: 'info' });
      } else if (kind === 'connection') sim.faults.dropSockets();
      else await killBrowser(home, kind);
      if ((n + 1) % 10 === 0) say(`${n + 1} of ${options.kills} kills, ${budget.sent} accepted`);
    }
    budget.allow(options.messages);
    await within(END_MS, Promise.all(clients), 'the clients are done');
    await ready(wad);
    await eventually(
      async () => (await wad.status()).outbox.queued === 0,
      'nothing waits to be sent',
      END_MS,
    );
    const answers = contacts.flatMap((contact) => contact.sent.map(({ body }) => body));
    await eventually(
      () => answers.every((body) => reports.has(body)),
      'each answer is reported',
      END_MS,
    ).catch(
      () => undefined, // counted below
    );
    over.abort();
    await consumer;
    const wrong = [
      ...lookAt(options, contacts),
      ...answers
        .filter((body) => reports.get(body) !== 1)
        .map((body) => `${body}: reported ${reports.get(body) ?? 0} times`),
      ...(answers.length === options.messages
        ? []
        : [`${answers.length} answers to ${options.messages} messages`]),
    ];
    const { outbox } = await wad.status();
    if (outbox.unknown + outbox.failed > 0) wrong.push(`in the outbox: ${JSON.stringify(outbox)}`);
    await wad.stop();
    wrong.push(...(await wad.leftBehind({ profile: 'kept' })));
    const ids = sim.ledger.map(({ id }) => id);
    if (wrong.length === 0) evidence = undefined;
    return {
      kills,
      accepted: budget.sent,
      arrived: new Set(
        contacts.flatMap(({ number, received }) => received.map(({ id }) => `${number} ${id}`)),
      ).size,
      answers: answers.length,
      reported: answers.filter((body) => reports.has(body)).length,
      repeated: ids.length - new Set(ids).size,
      wrong,
      tookMs: performance.now() - startedAt,
    };
  } finally {
    over.abort();
    if (evidence !== undefined && options.keep !== undefined) await keep(evidence, options.keep);
    await home[Symbol.asyncDispose]();
    await sim.close();
  }
}

/**
 * Compares the messages that arrived with those that were accepted. Every client has had all of its messages
 * accepted.
 */
function lookAt(options: TortureOptions, contacts: readonly Contact[]): string[] {
  const wrong: string[] = [];
  const planned = Array.from({ length: options.clients }, (_, n) =>
    plan(n, options, contacts, diceOf(options.seed + 1 + n)),
  ).flat();
  for (const contact of contacts) {
    const got = contact.received.map(({ body }) => body);
    for (let n = 0; n < options.clients; n += 1) {
      const mine = planned.filter(({ to, text }) => to === contact.number && text.startsWith(`c${n} `));
      const texts = mine.map(({ text }) => text);
      const arrived = got.filter((body) => body.startsWith(`c${n} `));
      if (JSON.stringify(texts) === JSON.stringify(arrived)) continue;
      const missing = texts.filter((text) => !arrived.includes(text));
      const doubled = arrived.filter((text, at) => arrived.indexOf(text) !== at);
      wrong.push(`c${n} to ${contact.number}: ${JSON.stringify({ missing, doubled, arrived })}`);
    }
  }
  return wrong;
}

interface Planned {
  readonly to: string;
  readonly text: string;
}

/** The messages of one client, in order. */
function plan(n: number, options: TortureOptions, contacts: readonly Contact[], dice: Dice): Planned[] {
  const share =
    Math.floor(options.messages / options.clients) + (n < options.messages % options.clients ? 1 : 0);
  return Array.from({ length: share }, (_, at) => ({
    to: dice.pick(contacts).number,
    text: `c${n} ${at}`,
  }));
}

/**
 * Limits how many messages all clients together may send so far, so that kills interrupt sends until the end.
 */
class Budget {
  sent = 0;
  #allowed = 0;
  #wake: (() => void)[] = [];

  allow(upTo: number): void {
    this.#allowed = upTo;
    for (const wake of this.#wake.splice(0)) wake();
  }

  async take(): Promise<void> {
    while (this.sent >= this.#allowed) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.sent += 1;
  }
}

/** Sends each message until it is accepted. The key makes a repeated request the same message. */
async function send(home: Home, all: readonly Planned[], budget: Budget, over: AbortSignal): Promise<void> {
  let client: Client | undefined;
  for (const { to, text } of all) {
    await budget.take();
    while (!over.aborted) {
      try {
        client ??= await Client.connect(home.socket);
        await client.request('message.send', { to, text, key: text }, { timeoutMs: 10_000, writes: true });
        break;
      } catch {
        // After any error the daemon may or may not have the message.
        await client?.close();
        client = undefined;
        await pause(50);
      }
    }
  }
  await client?.close();
}

/** Follows the answers as a named consumer, and counts how often each is received. */
async function consume(home: Home, reports: Map<string, number>, over: AbortSignal): Promise<void> {
  let after = 0;
  while (!over.aborted) {
    let close: (() => void) | undefined;
    try {
      const client = await Client.connect(home.socket);
      const onEvent = ({ type, cursor, data }: WireEvent): void => {
        after = cursor;
        if (type === 'message' && !data.fromMe)
          reports.set(String(data.body), (reports.get(String(data.body)) ?? 0) + 1);
        client.request('events.ack', { consumer: 'torture', cursor }).catch(() => undefined);
      };
      client.onEvent(onEvent);
      close = () => void client.close();
      over.addEventListener('abort', close, { once: true });
      await client.request('events.subscribe', { after, types: ['message'] });
      await client.closed;
    } catch {
      await pause(50);
    } finally {
      if (close) over.removeEventListener('abort', close);
    }
  }
}

async function ready(wad: Wad): Promise<void> {
  await wad.request(
    'session.wait',
    { states: ['ready'], timeoutMs: READY_MS },
    { timeoutMs: READY_MS + 5_000 },
  );
}

async function killBrowser(home: Home, which: 'browser' | 'renderer'): Promise<void> {
  const pids =
    which === 'browser'
      ? await home.browsers()
      : (await home.processes())
          .filter(({ command }) => command.includes('--type=renderer'))
          .map(({ pid }) => pid);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {} // it has just exited
  }
}

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  const over = new AbortController();
  const late = pause(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not within ${ms} ms: ${what}`);
  });
  late.catch(() => undefined);
  return Promise.race([work, late]).finally(() => over.abort());
}
