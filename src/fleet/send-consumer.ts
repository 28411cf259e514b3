// Takes the messages to send of one account from the fleet's stream, in order. A message stays in the stream until WhatsApp
// has it or it has ended, so whoever holds the account next finds it there.
//
// The stream is read by sequence number and a message is removed by its own: a consumer of NATS could deliver out of order
// after a reconnect, and would have to be replaced at each tenure. A former holder, too, may remove a message that was sent.
// After an error or a reconnect everything is read again; the keys make that harmless.
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../protocol/fault.js';
import type { Log } from '../protocol/log.js';
import { Accepting } from './accepting.js';
import { type FleetConnection, fleetFault } from './connection.js';
import { HEADER } from './names.js';
import { headers, JetStreamApiError, type StoredMsg, type Subscription } from './nats.js';
import { type Verdict, verdictOn } from './send-verdict.js';
import { nextMessages } from './stream-message.js';

/** The outbox of the account. */
export interface SendPort {
  /**
   * message.send. The same key is the same message.
   * @returns our id, when it is on disk @throws (rejects) Fault
   */
  accept(params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<string>;
  /** WhatsApp has the message, or nothing more will happen to it. */
  isSettled(id: string): boolean;
  /** Calls it whenever a message is settled. @returns ends it */
  watch(settled: (id: string) => void): () => void;
}

export interface SendConsumerOptions {
  readonly fleet: FleetConnection;
  readonly account: string;
  readonly port: SendPort;
  readonly log: Log;
  readonly limits?: Partial<SendLimits>;
}

export interface SendLimits {
  /** Accepted messages that are not settled yet: scheduled ones, and those of chats that WhatsApp holds back. */
  readonly window: number;
  /** Messages to different recipients that are being accepted: they share the syncs of the disk. */
  readonly parallel: number;
  /** The first and the longest pause before a message is tried again, or NATS is asked again. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  /** How often the stream is read when nothing is heard of it. */
  readonly pollMs: number;
}

const LIMITS: SendLimits = {
  window: 10_000,
  parallel: 32,
  retryMs: 1_000,
  maxRetryMs: 30_000,
  pollMs: 5_000,
};
/** A message is heard of before the stream has stored it: the first pause before it is read again. */
const STORED_MS = 5;
/**
 * What is heard of within this time is read at once. Messages that are accepted together share a sync of the disk and, in
 * different chats, reach the page together, which costs the browser a sixth less CPU a message (bench/fleet.mjs).
 */
const GATHER_MS = 3;
/** How many messages are read at a time at most. */
const AHEAD = 32;
/** Accepting one message: WhatsApp is asked for its chat. */
const ACCEPT_MS = 60_000;
const NO_SUCH_MESSAGE = 10_043;

/** The caller closes it when the lease ends, before the outbox and the connection. */
export class SendConsumer {
  readonly #options: SendConsumerOptions;
  readonly #limits: SendLimits;
  readonly #closing = new AbortController();
  readonly #stopWatching: () => void;
  readonly #heard: Subscription;
  readonly #running: Promise<void>;
  /** Our ids of accepted messages, each with its sequence numbers in the stream: a key may be published again. */
  readonly #unsettled = new Map<string, Set<number>>();
  /** What the stream has may have changed behind our back. */
  #isStale = false;
  #pollMs: number;
  /** About how many messages were heard of and not read yet. Others wrote them, so it only decides how many are read at a time. */
  #heardOf = 0;
  #wake: () => void = () => undefined;

  constructor(options: SendConsumerOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#pollMs = this.#limits.pollMs;
    // Every message that is being accepted listens to it.
    setMaxListeners(0, this.#closing.signal);
    const { fleet, account, port, log } = options;
    this.#stopWatching = port.watch((id) => this.#settled(id));
    this.#heard = fleet.nats.subscribe(fleet.names.send(account), {
      callback: (error) => {
        if (error) log.warn('fleet.sends_unheard', { err: error });
        else this.#hear();
      },
    });
    void this.#watchConnection();
    this.#running = this.#run();
  }

  /** How many accepted messages are still in the stream. */
  get unsettled(): number {
    return [...this.#unsettled.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort(new Fault('shutting_down'));
    this.#stopWatching();
    if (!this.#options.fleet.nats.isClosed()) this.#heard.unsubscribe();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let pauseMs = this.#limits.retryMs;
    while (!signal.aborted) {
      try {
        await this.#readFrom(1, () => {
          pauseMs = this.#limits.retryMs;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.warn('fleet.sends_wait', { err: fleetFault(error), pauseMs });
        await this.#pause(pauseMs);
        pauseMs = Math.min(pauseMs * 2, this.#limits.maxRetryMs);
      }
    }
  }

  /** Reads the stream until what it has may have changed. @throws (rejects) Fault fleet_unreachable, fleet_refused */
  async #readFrom(first: number, answered: () => void): Promise<void> {
    this.#isStale = false;
    this.#unsettled.clear();
    const accepting = new Accepting(this.#limits.parallel, () => this.#stale());
    try {
      await this.#readInto(accepting, first, answered);
    } finally {
      this.#isStale = true;
      await accepting.done();
    }
  }

  async #readInto(accepting: Accepting, first: number, answered: () => void): Promise<void> {
    const { fleet, account } = this.#options;
    const { names } = fleet;
    let next = first;
    /** While nothing is heard of what is read: twice as many each time, as long as all of them are there. */
    let unheard = 1;
    while (!this.#isOver) {
      const woken = this.#woken();
      const heardOf = Math.min(this.#heardOf, AHEAD);
      const count = heardOf || unheard;
      const messages = await nextMessages(fleet, names.sends, names.send(account), { from: next, count });
      answered();
      const found = messages.length;
      this.#heardOf = Math.max(this.#heardOf - (found || Math.ceil(heardOf / 2)), 0);
      unheard = heardOf === 0 && found === count ? Math.min(2 * count, AHEAD) : 1;
      if (found === 0) await this.#idle(woken);
      else this.#pollMs = STORED_MS;
      if (this.#heardOf > 0 && this.#heardOf < AHEAD) await this.#pause(GATHER_MS);
      for (const message of messages) {
        while (!this.#isOver && this.#unsettled.size + accepting.size >= this.#limits.window)
          await this.#woken();
        if (this.#isOver) return;
        await accepting.add(recipientOf(message), () => this.#take(message));
        next = message.seq + 1;
      }
    }
  }

  /** What is being read now ends here. */
  get #isOver(): boolean {
    return this.#closing.signal.aborted || this.#isStale;
  }

  /** Resolves at the next change that reading may wait for. */
  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Until a message is heard of, or for a while: it may not have been stored yet, or nobody was listening. */
  async #idle(woken: Promise<void>): Promise<void> {
    const wait = new AbortController();
    const timer = delay(this.#pollMs, undefined, { signal: wait.signal }).catch(() => undefined);
    this.#pollMs = Math.min(this.#pollMs * 2, this.#limits.pollMs);
    await Promise.race([woken, timer]);
    wait.abort();
  }

  #hear(): void {
    this.#heardOf += 1;
    this.#pollMs = STORED_MS;
    this.#wake();
  }

  /** Accepts a message, however long that takes, or refuses it. */
  async #take(message: StoredMsg): Promise<void> {
    const { port, log } = this.#options;
    const { signal } = this.#closing;
    let pauseMs = this.#limits.retryMs;
    for (let tries = 1; !signal.aborted && !this.#isStale; tries += 1) {
      try {
        const id = await port.accept(paramsOf(message), signal);
        if (this.#isStale) return;
        const seqs = this.#unsettled.get(id);
        if (seqs === undefined) this.#unsettled.set(id, new Set([message.seq]));
        else seqs.add(message.seq);
        if (port.isSettled(id)) this.#settled(id);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const fault = Fault.of(error);
        const verdict: Verdict = verdictOn(fault.kind, tries);
        if (verdict === 'refuse') return this.#refuse(message, fault);
        log.warn('fleet.send_waits', { seq: message.seq, kind: fault.kind, tries, pauseMs });
        await this.#pause(Math.max(pauseMs, fault.details.retryAfterMs ?? 0));
        pauseMs = Math.min(pauseMs * 2, this.#limits.maxRetryMs);
      }
    }
  }

  /** Keeps it for whoever reads the refused ones, then takes it out of the queue. */
  async #refuse({ seq, data, header }: StoredMsg, fault: Fault): Promise<void> {
    if (this.#isStale) return;
    const { fleet, account, log } = this.#options;
    const more = headers();
    more.set(HEADER.fault, fault.kind);
    more.set(HEADER.reason, oneLine(fault.message));
    const key = header.get(MSG_ID);
    if (key !== '') more.set(HEADER.key, key);
    try {
      const msgID = `${account}.refused.${seq}`;
      await fleet.streams.publish(fleet.names.refused(account), data, { msgID, headers: more });
    } catch (error) {
      throw fleetFault(error);
    }
    log.error('fleet.send_refused', { seq, kind: fault.kind, err: fault });
    await this.#remove(seq);
    this.#wake();
  }

  #settled(id: string): void {
    const seqs = this.#unsettled.get(id);
    if (seqs === undefined) return;
    this.#unsettled.delete(id);
    for (const seq of seqs)
      this.#remove(seq).catch((error: unknown) => {
        this.#options.log.warn('fleet.send_kept', { seq, err: error });
        this.#stale();
      });
    this.#wake();
  }

  /** @throws (rejects) Fault fleet_unreachable, fleet_refused */
  async #remove(seq: number): Promise<void> {
    const { manager, names } = this.#options.fleet;
    try {
      await manager.streams.deleteMessage(names.sends, seq, false);
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NO_SUCH_MESSAGE) return;
      throw fleetFault(error);
    }
  }

  /** The servers may have lost what they had while they were away, and number their messages from 1 again. */
  async #watchConnection(): Promise<void> {
    for await (const { type } of this.#options.fleet.nats.status()) {
      if (this.#closing.signal.aborted) return;
      if (type === 'reconnect') this.#stale();
    }
  }

  /** From now on a sequence number may be another message's: nothing is removed before everything was read again. */
  #stale(): void {
    this.#isStale = true;
    this.#unsettled.clear();
    this.#wake();
  }

  /** Ends early when the consumer closes. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}

const MSG_ID = 'Nats-Msg-Id';

/** The recipient as it is written; empty if there is none, which is refused. */
function recipientOf({ data }: StoredMsg): string {
  try {
    const { to } = JSON.parse(new TextDecoder().decode(data)) as { to?: unknown };
    return typeof to === 'string' ? to : '';
  } catch {
    return '';
  }
}

/** The parameters of message.send. @throws Fault invalid_params */
function paramsOf({ data, header }: StoredMsg): Record<string, unknown> {
  const key = header.get(MSG_ID);
  if (key === '') throw invalid(`the message has no header ${MSG_ID}, which is its key`);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    throw invalid('the body is not JSON in UTF-8');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('the body is not an object: the parameters of message.send');
  const params = body as Record<string, unknown>;
  if (params.key !== undefined && params.key !== key)
    throw invalid(`\`key\` in the body differs from the header ${MSG_ID}`);
  return { deadlineMs: ACCEPT_MS, ...params, key };
}

const invalid = (reason: string): Fault => new Fault('invalid_params', { reason, hint: null });

/** For a header. */
const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1_000);
