// Sends one message. The page's answer is never trusted alone: a call that never returns may have delivered
// the message (H1), and a time-out does not stop the page (H6). So the page is queried for the id that we
// chose.
import { join } from 'node:path';
import type { Content } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import { type FaultKind, isFaultKind } from '../../protocol/fault-table.js';
import { parseMessageRef } from '../../protocol/wid.js';
import type { OwnMessage, SendOutcome } from '../../session/port.js';
import { capabilityFor, capabilityToReach } from '../capabilities/actions.js';
import { TimedOut, within } from '../failures/deadline.js';
import { DocumentGone, isNavigation, isTransport } from '../failures/errors.js';
import type { Ending } from '../page/outgoing.js';
import { ID_TAG } from '../page/own-id.js';
import { piecesOf } from './media.js';
import type { PageRpc } from './page-rpc.js';

const SEND_MS = 30_000;
const ASK_MS = 10_000;
/** A file gets its transfer time at 64 KiB a second, plus a minute for preparation. */
const PREPARE_MS = 60_000;
const BYTES_PER_MS = 64;
/** The time limit of one poll for the end of a send. */
const LOOK_MS = 15_000;

export interface OutgoingMessage {
  readonly chatId: string;
  readonly messageId: string;
  readonly content: Content;
  /** It may have been passed to a page before, under the same id: the page is asked for it first. */
  readonly again: boolean;
  /** The other identity of the person, under which the page may have it. */
  readonly other: string | null;
}

/** Our own time limit has passed: the page is there and is ordered to stop. */
class Late extends TimedOut {}

/**
 * Returns the page's state of our own message, or null when it does not have it. @throws when the page cannot
 * be queried
 */
export const askForOwn = (
  rpc: PageRpc,
  chatId: string,
  messageId: string,
  giveUp: boolean,
  other: string | null = null,
): Promise<OwnMessage | null> =>
  within(ASK_MS, rpc.step(null, 'own', 'find', chatId, messageId, giveUp, other), 'asking for the message');

/** @param mediaDir the directory with the files of messages, named by their ids */
export async function send(rpc: PageRpc, message: OutgoingMessage, mediaDir: string): Promise<SendOutcome> {
  const { chatId, messageId, again } = message;
  let failure: unknown;
  try {
    // Asked before its file is passed on. Without a file, the page looks for it in the same call that begins the send.
    if (again && 'file' in message.content) {
      const own = await askForOwn(rpc, chatId, messageId, false, message.other);
      if (own) return await sentBefore(rpc, message, own);
    }
    const { ack, had } = await hand(rpc, message, mediaDir);
    if (had !== null) return await sentBefore(rpc, message, had);
    // The reason of a refusal is queried below.
    if (ack !== null && ack >= 0) return { outcome: 'accepted', ack };
  } catch (error) {
    failure = error;
  }
  try {
    const own = await askForOwn(rpc, chatId, messageId, true, message.other);
    // It is from before: this attempt did not reach the page, and its error says nothing about the message.
    if (own && again && isRefusedCall(failure)) return await sentBefore(rpc, message, own);
    if (own?.stranded)
      return isUnknown(failure)
        ? { outcome: 'unknown', error: failure }
        : { outcome: 'stranded', error: whyStranded(failure) };
    if (own) return { outcome: 'accepted', ack: own.ack, nack: own.nack ?? null };
    // The document went away during the send. The new document may not have read its store yet.
    if (isNavigation(failure) || (isTransport(failure) && !(failure instanceof Late)) || isUnknown(failure))
      return { outcome: 'unknown', error: failure };
    return {
      outcome: 'absent',
      error: failure ?? new Error('WhatsApp Web did not accept the message'),
      again: failure === undefined || failure instanceof Late || isLoading(failure),
    };
  } catch (error) {
    return { outcome: 'unknown', error: failure ?? error };
  }
}

/** The outcome of a message that the page had already, from this document or an earlier one. */
async function sentBefore(rpc: PageRpc, message: OutgoingMessage, own: OwnMessage): Promise<SendOutcome> {
  // A message that the server refused is in the page's store, and is sent again from there.
  if (own.ack < 0) return resend(rpc, message);
  if (own.stranded) return { outcome: 'stranded', error: new Error('WhatsApp Web had it already') };
  return { outcome: 'accepted', ack: own.ack };
}

/**
 * Resends a message that the page has in its store and is not sending, under the same id, by which WhatsApp
 * recognises it.
 */
export async function resend(
  rpc: PageRpc,
  { chatId, messageId, other }: Pick<OutgoingMessage, 'chatId' | 'messageId' | 'other'>,
): Promise<SendOutcome> {
  try {
    const trouble = await rpc.step('send.again', 'own', 'resend', chatId, messageId, other);
    if (trouble) {
      const own = await askForOwn(rpc, chatId, messageId, false, other);
      if (own && own.ack < 0) return { outcome: 'accepted', ack: own.ack, nack: own.nack ?? null };
      const error = faultOf(trouble.refused, trouble.error);
      return { outcome: isUnknown(error) ? 'unknown' : 'stranded', error };
    }
    const own = await askForOwn(rpc, chatId, messageId, false, other);
    if (own) return { outcome: 'accepted', ack: own.ack, nack: own.nack ?? null };
    return { outcome: 'unknown', error: new Error('WhatsApp Web does not have the message any more') };
  } catch (error) {
    return { outcome: 'unknown', error };
  }
}

const faultOf = (kind: string | null, reason: string): Error =>
  isFaultKind(kind) ? new Fault(kind, { reason, hint: null }) : new Error(reason);

/** The page itself does not know the outcome. */
const isUnknown = (error: unknown): boolean => error instanceof Fault && error.kind === 'outcome_unknown';

/** The end of a call says nothing of the message: only what the page said of the message itself is a lasting reason. */
const OF_THE_CALL: ReadonlySet<FaultKind> = new Set(['not_ready', 'page_error', 'unsupported_now']);
const whyStranded = (failure: unknown): unknown =>
  failure instanceof Fault && OF_THE_CALL.has(failure.kind)
    ? new Error(failure.message, { cause: failure })
    : (failure ?? new Error('WhatsApp Web has abandoned it'));

/** A document that is loading is not the one that began the send. */
const replaced = (error: unknown): never => {
  throw isLoading(error) ? new DocumentGone('WhatsApp Web reloaded during the send') : error;
};

/** The page was given nothing: it was still loading, or lacks modules that the call needs. */
const isRefusedCall = (error: unknown): boolean =>
  (isLoading(error) && !isNavigation(error) && !isTransport(error)) ||
  (error instanceof Fault && error.kind === 'unsupported_now');

/** The document was still loading, so it was given nothing. */
const isLoading = (error: unknown): boolean => error instanceof Fault && error.kind === 'not_ready';

/**
 * Passes the message to the page and waits for the result. A quick send needs one call.
 * @returns the ack of our own message, or null when the page has finished and does not show the message; what the page
 * had of a message that was passed before
 * @throws the page's error, Late
 */
async function hand(
  rpc: PageRpc,
  message: OutgoingMessage,
  mediaDir: string,
): Promise<Pick<Ending, 'ack' | 'had'>> {
  const { chatId, messageId, content, other } = message;
  const capability = capabilityFor(content.kind);
  const hasFile = 'file' in content;
  const limitMs = hasFile ? PREPARE_MS + content.file.size / BYTES_PER_MS : SEND_MS;
  const replyTo = content.replyTo === undefined ? null : parseMessageRef(content.replyTo);
  let until = performance.now() + limitMs;
  const askMs = (): number => Math.max(1, Math.min(LOOK_MS, until - performance.now()));
  const own = { [ID_TAG]: messageId };
  // The needs of its file were checked when the file was passed.
  const needs = capabilityToReach(chatId) ?? capability;
  const begin = [{ chatId, other }, messageId, own, content, replyTo, message.again] as const;
  let end: Ending;
  try {
    if (hasFile) {
      let first = true;
      for await (const piece of piecesOf(join(mediaDir, content.file.id))) {
        await rpc.step(capability, 'outgoing', 'take', messageId, piece, first);
        first = false;
      }
    }
    until = performance.now() + limitMs;
    end = await rpc.step(needs, 'outgoing', 'begin', ...begin, askMs());
  } catch (error) {
    // Otherwise the page would keep the file until it reloads. The next attempt passes it again, after this.
    if (hasFile) await rpc.step(null, 'outgoing', 'drop', messageId).catch(() => undefined);
    throw error;
  }
  while (end.state === 'running' && performance.now() < until)
    end = await rpc.step(capability, 'outgoing', 'ended', messageId, askMs()).catch(replaced);
  const { state, error, refused } = end;
  switch (state) {
    case 'done':
    case 'had':
      return end;
    case 'failed':
      throw faultOf(refused, error);
    case 'unknown': // a new document did not begin this send
      throw new DocumentGone('WhatsApp Web reloaded during the send');
    case 'running':
      throw new Late(`sending timed out after ${Math.round(limitMs)} ms`);
  }
}
