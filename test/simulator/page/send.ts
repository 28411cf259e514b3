/**
 * Own messages: stored before they are sent, and resent under their id after each reconnect by the document
 * that sent them. A message that a new document finds in its store without an ack stays there until something
 * resends it (WAWebSendMsgChatAction, WAWebOrchestratorNonPersistedJob, WAWebSendMsgRecordAction;
 * 2026-04-27).
 */
import type { Json } from '../wire.js';
import { associated } from './albums.js';
import { knobs, never, pause } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import type { Chat } from './chats.js';
import { Msg, place, toStored, toWire } from './messages.js';
import type { MsgKey } from './msg-key.js';
import { cappedByNack } from './restriction.js';
import { Blocklist, toLid, toPn } from './roster.js';
import { nextSeq, type StoredMessage, storage } from './storage.js';
import { UpdateUnreadChatAction } from './unread.js';
import { MinifiedError } from './wid.js';

/** What a message is made of. Names that begin with `__x_` are private fields of a model that was spread into it. */
interface Attributes {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly __x_id?: unknown;
  readonly __x_type?: unknown;
}

type BeforeSend = (msg: Msg) => Promise<object>;

interface SendResult {
  messageSendResult: 'OK' | 'ERROR_UNKNOWN' | 'ERROR_NETWORK';
  t: number;
}

/** Pending results of sends, until the server's ack, by the random part of the id. */
const results = new Map<string, (result: SendResult | Error) => void>();
/** Pending messages that are not resent automatically. */
const fragile = new Set<string>();
/** Messages that this connection has already sent; a new connection starts empty. */
const carried = new Set<string>();
/** Messages that this document has sent and the server has not confirmed, by the random part of the id. */
const underWay = new Map<string, StoredMessage>();

/**
 * WAWebSendMsgChatAction.addAndSendMsgToChat: two promises, of the model when it is stored, and of the result
 * when the server has answered.
 * @param beforeSend what the stored message gets before it is sent, such as its file
 */
export function addAndSendMsgToChat(
  chat: Chat,
  message: Attributes,
  beforeSend?: BeforeSend,
  { resends = true } = {},
): [Promise<Msg>, Promise<SendResult>] {
  let settle: (result: SendResult | Error) => void = () => {};
  const result = new Promise<SendResult>((resolve, reject) => {
    settle = (how) => (how instanceof Error ? reject(how) : resolve(how));
  });
  return [send(chat, message, settle, resends, beforeSend), result];
}

/** WAWebContactBlockedErrorAction, as WAWebSendMsgRecordAction rejects with it. */
class ContactBlocked extends Error {
  override readonly name = 'ContactBlocked';
}

/** The number of sends that do not leave this document. */
export const hanging = { count: 0 };

/** @param resends whether it is resent at the next login if the server has not confirmed it */
async function send(
  chat: Chat,
  message: Attributes,
  settle: (result: SendResult | Error) => void,
  resends: boolean,
  beforeSend?: BeforeSend,
): Promise<Msg> {
  const { sendFault, sendResolveMs, sendRejectsAfterSend } = knobs;
  if (sendFault === 'throws') throw new MinifiedError('t');
  if (sendFault === 'hangs-before-store') {
    hanging.count += 1;
    return never();
  }
  // The private field behind `id`, if a spread model has brought one.
  const id = '__x_id' in message ? message.__x_id : message.id;
  if (id === undefined || id === null) {
    throw new Error(
      "Data passed to getter must include an id property (it's how we memoize) but got undefined",
    );
  }
  const msg = new Msg(associated(attributesOf(message)));
  const { pending: _pending, ...row } = toStored(toWire(msg), String(msg.id));
  let stored: StoredMessage = { ...row, ...(resends ? { pending: 1 as const } : {}), seq: nextSeq() };
  if (msg.directPath !== undefined) Object.assign(msg, { isUnsentMedia: true });
  results.set(stored.wire.id, settle);
  if (!resends) fragile.add(stored.wire.id);
  await storage.putMessages([stored]);
  place(msg);
  chat.set({ t: msg.t });
  if (sendFault === 'hangs-after-store') return never();
  if (beforeSend) {
    try {
      msg.set(await beforeSend(msg));
    } catch (error) {
      end(stored.wire.id, error as Error);
      return msg;
    }
    stored = { ...stored, wire: toWire(msg) };
    await storage.putMessages([stored]);
  }
  leave(stored, msg, resends);
  if (msg.directPath !== undefined) msg.set({ isUnsentMedia: false });
  if (sendFault === 'hangs-after-send') return never();
  if (sendResolveMs > 0) await pause(sendResolveMs);
  if (sendRejectsAfterSend) throw new MinifiedError('t');
  return msg;
}

/** The caller's attributes, without undefined values and functions. */
/** The private field behind `type`, which a spread model brings, is the type (WAWebBaseModel). */
function attributesOf(message: Attributes): object {
  const { __x_type: type = message.type, ...given } = message;
  return Object.fromEntries(
    Object.entries({ ...given, type }).filter(
      ([, value]) => value !== undefined && typeof value !== 'function',
    ),
  );
}

/**
 * WAWebSendMsgChatAction.resendMsgToChat: sends a stored message again under its id. The page calls it for an
 * upload that is resumed (WAWebMediaResumeUploadMsg). An earlier isSendFailure stays; the button "retry"
 * removes it before (WAWebMsgModel.resend).
 */
export async function resendMsgToChat(_chat: Chat, message: Promise<Msg>): Promise<SendResult> {
  const msg = await message;
  const stored = await storage.message(String(msg.id));
  if (!stored) throw new MinifiedError('t');
  const result = new Promise<SendResult>((resolve, reject) =>
    results.set(stored.wire.id, (how) => (how instanceof Error ? reject(how) : resolve(how))),
  );
  carried.delete(stored.key);
  leave(stored, msg, true);
  return result;
}

export const SendMsgChatAction = { addAndSendMsgToChat, resendMsgToChat };

/**
 * WAWebSendMsgRecordAction.sendMsgRecord: a failure that does not come from the server leaves the ack
 * unchanged.
 */
function leave(stored: StoredMessage, msg: Msg, resends: boolean): void {
  const { sendFault } = knobs;
  const { remote } = msg.id;
  if ([remote, toPn(remote), toLid(remote)].some((wid) => wid && Blocklist.get(wid))) {
    end(stored.wire.id, new ContactBlocked('Contact is blocked'));
    return;
  }
  const lacksFile = FILE_TYPES.has(msg.type) && msg.directPath === undefined;
  if (sendFault === 'fails' || sendFault === 'network' || lacksFile) {
    msg.set({ isSendFailure: true });
    tellOf(stored.wire.id, sendFault === 'network' ? 'ERROR_NETWORK' : 'ERROR_UNKNOWN');
    return;
  }
  // Not awaited.
  const { chat } = msg;
  if (chat) UpdateUnreadChatAction.sendSeen({ chat }).catch(() => {});
  if (resends) underWay.set(stored.wire.id, stored);
  void SendMsgJob.encryptAndSendMsg({ type: 'message', data: msg });
  if (sendFault === 'never-leaves') hanging.count += 1;
  else carry(stored);
}

/** They cannot be sent without a file. */
const FILE_TYPES: ReadonlySet<string> = new Set([
  ...['image', 'video', 'ptv', 'audio', 'ptt', 'document', 'sticker'],
]);

function carry(stored: StoredMessage): void {
  if (!chatSocket.signedIn || carried.has(stored.key)) return;
  carried.add(stored.key);
  chatSocket.send({ type: 'send', message: stored.wire });
}

/** Called at every login. */
export async function resendPending(): Promise<void> {
  carried.clear();
  const all = knobs.resendsAtLogin ? await storage.pendingMessages() : underWay.values();
  for (const stored of all) carry(stored);
}

/** WAWebDBUpdateMessageTable: changes the stored message and not the model. */
export async function updateMessageTable(
  key: MsgKey,
  { ack, isSendFailure }: { ack: number; isSendFailure: boolean },
): Promise<void> {
  const stored = await storage.message(String(key));
  if (!stored) return;
  const extra = { ...stored.wire.extra, isSendFailure };
  await storage.putMessages([{ ...stored, wire: { ...stored.wire, ack, extra } }]);
}

interface Sent {
  /** the server's code for a refusal */
  error?: number | undefined;
  t: number;
}

/** Pending stanzas, until the server has answered, by the random part of the id. */
const stanzas = new Map<string, (sent: Sent) => void>();

/** WAWebSendMsgJob: sends one stanza, and resolves when the server has answered it. */
export const SendMsgJob = {
  encryptAndSendMsg({ data }: { type: string; data: Msg }): Promise<Sent> {
    return new Promise((resolve) => stanzas.set(data.id.id, resolve));
  },
};

/**
 * The server refuses a message: the job that sent it ends first, then the message changes.
 * @returns additional attributes of the message (WAWebSendMsgRecordAction)
 */
export async function nacked(id: string, error?: number): Promise<{ errorCode?: string }> {
  stanzas.get(id)?.({ error, t: 0 });
  stanzas.delete(id);
  // Wrappers of the job continue before callers that await it.
  await pause(0);
  if (error !== 475 || !knobs.restrictions) return {};
  await cappedByNack();
  return { errorCode: 'UserReachedMaxMonthlyLimitForNewMessages' };
}

/** Called with the first ack of a message. */
export function confirm(id: string, level: number): void {
  stanzas.get(id)?.({ t: Math.floor(Date.now() / 1000) });
  stanzas.delete(id);
  tellOf(id, level < 0 ? 'ERROR_UNKNOWN' : 'OK');
}

/** Ends these sends with a network error, because the connection is gone and their outcome stays unknown. */
export function loseFragile(): void {
  for (const id of fragile) tellOf(id, 'ERROR_NETWORK');
}

const tellOf = (id: string, messageSendResult: SendResult['messageSendResult']): void =>
  end(id, { messageSendResult, t: Math.floor(Date.now() / 1000) });

function end(id: string, how: SendResult | Error): void {
  underWay.delete(id);
  results.get(id)?.(how);
  results.delete(id);
  fragile.delete(id);
}

/** Applies the knob actFault: never returns, or throws. */
export async function actsWork(): Promise<void> {
  if (knobs.actFault === 'hangs') await never();
  if (knobs.actFault === 'throws') throw new MinifiedError('t');
}

/** Sends an action on another message, which is sent like a message and not shown as one. */
export async function sendAct(
  type: string,
  target: Msg,
  id: string,
  more: { body?: string; [key: string]: Json | undefined },
): Promise<void> {
  await actsWork();
  await chatSocket.whenSignedIn();
  const wire = toWire(target);
  const { body, ...rest } = more;
  const extra = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as {
    [key: string]: Json;
  };
  chatSocket.send({
    type: 'send',
    message: {
      id,
      chat: wire.chat,
      from: wire.fromMe ? wire.from : wire.to,
      to: wire.chat,
      fromMe: true,
      type,
      t: Math.floor(Date.now() / 1000),
      ...(body === undefined ? {} : { body }),
      extra: { ...extra, target: wire.id },
    },
  });
}
