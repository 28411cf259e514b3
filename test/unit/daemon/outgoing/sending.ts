// A sender over a page that the test controls, for tests of the order of sending.
import type { Test } from 'tap';
import { Outbox } from '../../../../src/daemon/outgoing/outbox.js';
import { Recipients } from '../../../../src/daemon/outgoing/recipients.js';
import { Sender, type SenderOptions } from '../../../../src/daemon/outgoing/sender.js';
import type { SendingPage } from '../../../../src/daemon/outgoing/sending-page.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import type { PacingRules } from '../../../../src/session/pacing.js';
import type { OwnMessage, SendOutcome } from '../../../../src/session/port.js';
import type { StoredMessage } from '../../../../src/store/outbox-row.js';
import { keepLines, settled } from '../../log/lines.js';
import { opened, scratch, WID } from '../../store/scratch.js';

export const A: Addressee = '15550002222@c.us';
export const B: Addressee = '15550003333@c.us';
export const FAST: PacingRules = {
  ...{
    mode: 'off',
    perMinute: 60,
    burst: 5,
    strangerGapMs: 20_000,
    dailyCap: 0,
    strangersPerDay: 0,
    quietHours: '',
  },
};

export interface Sent {
  readonly chatId: Addressee;
  readonly messageId: string;
  readonly text: string;
  readonly attempts: number;
  answer(outcome: SendOutcome): void;
  fail(error: unknown): void;
}

/** A page that answers when the test says so. `has` is its answer when asked for one of our messages. */
export class Page implements SendingPage {
  readonly sent: Sent[] = [];
  readonly asked: string[] = [];
  readonly knownChats = new Set<Addressee>();
  textOf: (messageId: string) => string = () => '';
  has: (text: string) => number | null | Promise<number | null> = () => null;
  /** Whether the page is still sending what it has stored. After a reload it is not. */
  isAtIt = true;
  readonly resent: string[] = [];
  /** The outcome of a resend. */
  resends: (text: string) => SendOutcome = () => TAKEN;

  send(row: StoredMessage): Promise<SendOutcome> {
    return new Promise((answer, fail) => {
      const { chatId, messageId, payload, attempts } = row;
      this.sent.push({ chatId, messageId, text: String(payload.text), attempts, answer, fail });
    });
  }

  async findOwn({ messageId }: { chatId: Addressee; messageId: string }): Promise<OwnMessage | null> {
    const text = this.textOf(messageId);
    this.asked.push(text);
    const ack = await this.has(text);
    return ack === null ? null : { ack, stranded: ack === 0 && !this.isAtIt };
  }

  async resend({ messageId }: StoredMessage): Promise<SendOutcome> {
    const text = this.textOf(messageId);
    this.resent.push(text);
    return this.resends(text);
  }

  /** The chats that a restricted account may write to. */
  readonly reachable = new Set<Addressee>();

  async mayWrite(chatId: Addressee): Promise<boolean> {
    return this.reachable.has(chatId);
  }

  async knowsChat(chatId: Addressee): Promise<boolean> {
    return this.knownChats.has(chatId);
  }

  get texts(): string[] {
    return this.sent.map(({ text }) => text);
  }

  last(): Sent {
    const last = this.sent.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  }
}

export type More = Partial<Pick<SenderOptions, 'pacing' | 'now' | 'chance' | 'restriction'>> & {
  readonly resolve?: (recipient: Addressee) => Promise<Addressee | null>;
  readonly directory?: string;
};

export function open(
  t: Test,
  { resolve = async (recipient) => recipient, directory = scratch(t), ...more }: More = {},
) {
  const store = opened(t, directory);
  if (store.account.wid === null) store.writeNow((tx) => store.account.link(tx, WID, 0));
  const page = new Page();
  const log = keepLines();
  const outbox = new Outbox(store, log, more.now);
  page.textOf = (messageId) => String(outbox.get(messageId).payload.text);
  const recipients = new Recipients(resolve);
  const restriction = () => null;
  const sender = new Sender({ store, outbox, page, recipients, log, pacing: FAST, restriction, ...more });
  t.teardown(() => sender.stop());
  const accept = (
    chatId: Addressee,
    text: string,
    times: { notBeforeMs?: number; expiresAtMs?: number } = {},
  ) =>
    outbox.accept({
      ...{ wid: WID, recipient: chatId, chatId, kind: 'text', payload: { text }, key: null },
      ...{ notBeforeMs: null, expiresAtMs: null, ...times },
    });
  const ack = (messageId: string, n: number) => outbox.take(messageId, { type: 'ack', ack: n });
  const state = (id: string) => outbox.get(id).state;
  return { store, page, log, outbox, sender, accept, ack, state, directory };
}

/** Waits until the condition holds. Every step of a message is written to disk first, which takes time. */
export async function until(done: () => boolean, what = done.toString()): Promise<void> {
  const lateMs = performance.now() + 10_000;
  while (!done()) {
    if (performance.now() > lateMs) throw new Error(`it did not come to that: ${what}`);
    await settled();
  }
}
/** Waits until all work in progress has finished. */
export async function rest(store: { write(run: () => undefined): Promise<undefined> }): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) {
    await store.write(() => undefined);
    await settled();
  }
}

export const TAKEN: SendOutcome = { outcome: 'accepted', ack: 0 };
