// Translates the library's other events: reactions, votes, edits, deletions, changes of groups, and calls. Each is reported
// once, although the library repeats them after every sync (H3).
import { escapeId, messageKey } from '../../protocol/wid.js';
import type { Revocation } from '../../session/page-port.js';
import type { ClientReport } from '../../session/port.js';
import type {
  AttendanceReport,
  CallReport,
  LabelReport,
  PresenceReport,
  TagReport,
  TimerReport,
} from '../page/page-window.js';
import type {
  LibraryCall,
  LibraryKey,
  LibraryMessage,
  LibraryNotice,
  LibraryReaction,
  LibraryVote,
} from './library.js';
import { readMessage } from './readable.js';
import { timeOf, widText } from './translate.js';

export type ContentReport = Extract<ClientReport, { type: 'happened' }>;

/** How many events are remembered, to report none twice. */
const REMEMBERED = 5_000;

const named = ({ fromMe, remote, id, participant }: LibraryKey) => {
  const chatId = widText(remote);
  const key = messageKey({ fromMe, remote: chatId, id, participant: widText(participant) || undefined });
  return { key, messageId: escapeId(id), chatId };
};

/** True for two different chats; ids of different kinds may be the number and the LID of one person (H21). */
const isElsewhere = (chat: string, other: string): boolean =>
  chat !== '' && chat !== other && chat.replace(/^.*@/, '') === other.replace(/^.*@/, '');

/** Makes a deletion for everyone from the remainder of the message. */
export function revocationOf(message: LibraryMessage): Revocation {
  const { author, fromMe } = readMessage(message);
  const original = { ...(message.protocolMessageKey ?? message.id), remote: message.id.remote };
  return { ...named(original), author, fromMe, timestamp: timeOf(undefined) };
}

export class ContentEvents {
  readonly #report: (report: ContentReport) => void;
  readonly #reported = new Set<string>();

  constructor(report: (report: ContentReport) => void) {
    this.#report = report;
  }

  /** An empty emoji means that the reaction was removed. A reaction in another chat than its message is forged, and ignored. */
  reaction({ id, msgId, senderId, reaction, timestamp }: LibraryReaction): void {
    if (isElsewhere(widText(id.remote), widText(msgId.remote))) return;
    const data = {
      ...named(msgId),
      from: widText(senderId),
      fromMe: id.fromMe,
      emoji: reaction ?? '',
      vote: null,
      timestamp: timeOf(timestamp),
    };
    this.#reportOnce(`reaction ${data.key} ${data.from} ${id.id} ${data.emoji}`, {
      type: 'happened',
      event: 'message.reaction',
      data,
    });
  }

  /** A vote in a poll is reported as a reaction. An empty list means that the vote was removed. */
  vote({ parentMsgKey, voter, selectedOptions, interractedAtTs }: LibraryVote, me: string): void {
    const seconds = interractedAtTs === undefined ? undefined : interractedAtTs / 1000;
    const from = widText(voter);
    const data = {
      ...named(parentMsgKey),
      from,
      // The library drops the key of the vote, and our own LID is unknown here.
      fromMe: from === me ? true : from.endsWith('@lid') ? null : false,
      emoji: null,
      // If the page does not have the poll, only the position of an option is known.
      vote: selectedOptions.map(({ name, localId }) => name ?? `#${localId + 1}`),
      timestamp: timeOf(seconds),
    };
    this.#reportOnce(`vote ${data.key} ${from} ${String(interractedAtTs)} ${data.vote.join('\n')}`, {
      type: 'happened',
      event: 'message.reaction',
      data,
    });
  }

  /** An answer to an event. A page may report it again after a new sync. */
  attendance({ event, from, fromMe, answer, atMs }: AttendanceReport): void {
    const { participant, ...key } = event;
    const data = {
      ...named({ ...key, ...(participant !== null && { participant }) }),
      from: String(from),
      fromMe: fromMe === true,
      answer,
      timestamp: timeOf(typeof atMs === 'number' ? atMs / 1_000 : undefined),
    };
    this.#reportOnce(`attendance ${data.key} ${data.from} ${String(atMs)} ${answer}`, {
      type: 'happened',
      event: 'message.attendance',
      data,
    });
  }

  edit(message: LibraryMessage, body: unknown, previous: unknown): void {
    const { latestEditSenderTimestampMs: editedAt, latestEditMsgKey } = message._data ?? {};
    // The body also changes when a message is decrypted, or its thumbnail arrives.
    const isEdit = editedAt !== undefined || latestEditMsgKey !== undefined;
    if (!isEdit || typeof body !== 'string' || body !== message.body) return;
    const { key, messageId, chatId, author, fromMe } = readMessage(message);
    const seconds = typeof editedAt === 'number' ? editedAt / 1000 : undefined;
    const data = {
      key,
      messageId,
      chatId,
      author,
      fromMe,
      body,
      previous: typeof previous === 'string' ? previous : null,
      timestamp: timeOf(seconds),
    };
    this.#reportOnce(`edit ${key} ${String(editedAt)} ${body}`, {
      type: 'happened',
      event: 'message.edit',
      data,
    });
  }

  /**
   * In some builds the remainder of the message has a new id; the original id is reported. The chat is always
   * the one in which the message was deleted, whatever the original key says.
   */
  revoke(message: LibraryMessage): void {
    const data = revocationOf(message);
    this.#reportOnce(`revoke ${data.key} ${data.author}`, {
      type: 'happened',
      event: 'message.revoke',
      data,
    });
  }

  group({ id, chatId, type, author, recipientIds = [], body, timestamp }: LibraryNotice): void {
    const data = {
      id: id.id,
      chatId: widText(chatId) || widText(id.remote),
      change: type,
      author: widText(author) || null,
      participants: recipientIds.map(widText),
      body: body || null,
      timestamp: timeOf(timestamp),
    };
    this.#reportOnce(`group ${data.chatId} ${data.id}`, { type: 'happened', event: 'group', data });
  }

  call({ id, from, isVideo, isGroup, fromMe, timestamp }: LibraryCall): void {
    const data = {
      id: String(id),
      from: widText(from),
      video: isVideo === true,
      group: isGroup === true,
      fromMe: fromMe === true,
      state: 'ringing' as const,
      rejectedBy: null,
      timestamp: timeOf(timestamp),
    };
    this.#reportOnce(`call ${data.id} ringing`, { type: 'happened', event: 'call', data });
  }

  /** A call as the page itself reports it (compat/d10-native-calls.ts): ringing, or no longer ringing. */
  pageCall({ id, from, video, group, state, offeredAt }: CallReport): void {
    const at = typeof offeredAt === 'number' ? offeredAt : undefined;
    const data = {
      id: String(id),
      from: String(from),
      video: video === true,
      group: group === true,
      fromMe: false,
      state: state === 'ended' ? ('ended' as const) : ('ringing' as const),
      rejectedBy: null,
      timestamp: timeOf(state === 'ended' ? undefined : at),
    };
    this.#reportOnce(`call ${data.id} ${data.state}`, { type: 'happened', event: 'call', data });
  }

  /** A change of a label. It is never repeated by the library, and the same change may happen again. */
  label({ change, id, name, color, chatId }: LabelReport): void {
    const data = {
      id: String(id),
      change,
      name: String(name),
      color: Number.isSafeInteger(color) ? color : null,
      chatId: typeof chatId === 'string' ? chatId : null,
      timestamp: timeOf(undefined),
    };
    this.#report({ type: 'happened', event: 'label', data });
  }

  timer({ chatId, seconds }: TimerReport): void {
    const isTimer = Number.isSafeInteger(seconds) && seconds > 0;
    const data = { chatId: String(chatId), seconds: isTimer ? seconds : null, timestamp: timeOf(undefined) };
    this.#report({ type: 'happened', event: 'chat.timer', data });
  }

  tag({ group, member, tag, atS }: TagReport): void {
    const now = typeof tag === 'string' ? tag.trim().slice(0, 100) : '';
    const data = {
      chatId: String(group),
      author: String(member),
      tag: now === '' ? null : now,
      timestamp: timeOf(typeof atS === 'number' ? atS : undefined),
    };
    this.#report({ type: 'happened', event: 'group.tag', data });
  }

  presence({ id, state, lastSeenS }: PresenceReport): void {
    const seen = typeof lastSeenS === 'number' ? lastSeenS : null;
    const data = {
      from: String(id),
      state,
      lastSeenAt: seen === null ? null : timeOf(seen),
      timestamp: timeOf(undefined),
    };
    this.#report({ type: 'happened', event: 'presence', data });
  }

  #reportOnce(mark: string, report: ContentReport): void {
    if (this.#reported.has(mark)) return;
    this.#reported.add(mark);
    const [oldest] = this.#reported;
    if (this.#reported.size > REMEMBERED && oldest !== undefined) this.#reported.delete(oldest);
    this.#report(report);
  }
}
