/**
 * Handles items from the server: they are stored, then shown, then confirmed, in batches and in order. An
 * item that the server repeats, because the confirmation was lost, is confirmed again and not shown twice.
 */
import type { Item, WireKey, WireMessage } from '../wire.js';
import { upsertAttendance, upsertReaction, upsertVote } from './addons.js';
import { knobs, pause } from './boot-record.js';
import { takeCall } from './calls.js';
import { learnChannel } from './channels.js';
import { chatSocket } from './chat-socket.js';
import { Chats, chatFor, Newsletters } from './chats.js';
import { getMaybeMeLidUser } from './conn.js';
import { learnTimer } from './disappearing.js';
import { learnGroup } from './groups.js';
import { learnTag } from './member-tags.js';
import { applyAck, fromWire, keyOf, load, Msg, Msgs, place, toStored } from './messages.js';
import { editedPart } from './msg-edit.js';
import { MsgKey } from './msg-key.js';
import { restorePrefs } from './restriction.js';
import { learnContact, learnIdentity, learnPushname, toLid, toPn } from './roster.js';
import { confirm, nacked } from './send.js';
import { Socket } from './socket-model.js';
import { Statuses } from './statuses.js';
import { type StoredMessage, storage } from './storage.js';
import { toJson } from './tagged-json.js';

const queue: { n: number; item: Item }[] = [];
let work: Promise<void> | undefined;

/** The part of a view-once message that a linked device gets; the phone shows the rest. */
function shownOnce({ body: _body, ...wire }: WireMessage): WireMessage {
  return { ...wire, type: 'ciphertext', extra: { subtype: 'view_once_unavailable_fanout' } };
}

/**
 * The message as the account stores it: in the chat of its person, with both ends under that chat's identity.
 */
function addressed(message: WireMessage): WireMessage {
  const { pair, ...came } = message;
  if (pair) learnIdentity(pair.pn, pair.lid);
  const wire = knobs.ciphertext === 'view-once' && !came.fromMe ? shownOnce(came) : came;
  const chat = String(chatFor(wire.chat));
  if (chat === wire.chat) return wire;
  const me = chat.endsWith('@lid') ? String(getMaybeMeLidUser()) : wire.fromMe ? wire.from : wire.to;
  return { ...wire, chat, ...(wire.fromMe ? { from: me, to: chat } : { from: chat, to: me }) };
}

/** Moves a reference to a message to the chat in which that message is stored. */
const pointed = <T extends Item>(item: T): T =>
  'key' in item ? { ...item, key: { ...item.key, chat: String(chatFor(item.key.chat)) } } : item;

/** Loads the profile into memory before the page connects. */
export async function restoreFromStorage(): Promise<void> {
  await restorePrefs();
  const { messagesAtStart: atStart } = knobs;
  const [chats, contacts, groups, recent, pending] = await Promise.all([
    storage.chats(),
    storage.contacts(),
    storage.groups(),
    atStart > 0 ? storage.recentMessages(atStart) : [],
    atStart > 0 ? storage.pendingMessages() : [],
  ]);
  for (const contact of contacts) learnContact(contact);
  for (const stored of chats) Chats.restore(stored);
  for (const group of groups) learnGroup(group);
  for (const stored of [...recent, ...pending]) load(stored);
}

/** Stores messages from before those of the profile. They are in no chat before they are loaded. */
export async function storeOlder(messages: readonly WireMessage[]): Promise<void> {
  await storage.addMessages(messages.map((wire) => toStored(addressed(wire))));
}

/** Imports the phone's messages once, after a new link. They are not new, so there are no events. */
export function importHistory(messages: readonly WireMessage[], more: readonly string[]): void {
  work = (work ?? Promise.resolve()).then(async () => {
    const added = await storage.addMessages(messages.map((wire) => toStored(addressed(wire))));
    const youngest = new Map<string, StoredMessage>();
    const trusting = new Set(added.filter(({ wire }) => !wire.fromMe).map(({ chat }) => chat));
    for (const stored of added) youngest.set(stored.chat, stored);
    for (const stored of youngest.values()) {
      const msg = load(stored);
      // The chat was incomplete, so nothing was concluded from its beginning (WAWebChatLoadMessages).
      Chats.ensure(stored.chat).msgs.msgLoadState.noEarlierMsgs = false;
      const tcToken = trusting.has(stored.chat) ? { tcToken: true } : {};
      if (msg) Chats.ensure(stored.chat).set({ t: stored.t, lastReceivedKey: msg.id, ...tcToken });
    }
    for (const id of more) Chats.either(id)?.set({ endOfHistoryTransferType: 0 });
  });
}

export function receiveItem(n: number, item: Item): void {
  queue.push({ n, item });
  if (queue.length > 1) return;
  work = (work ?? Promise.resolve()).then(async () => {
    if (knobs.queuedItems === 'after' && !Socket.hasSynced) {
      void afterSync().then(drain);
      return;
    }
    await drain();
  });
}

/** Waits until all received items are handled. */
export async function received(): Promise<void> {
  await work;
}

async function afterSync(): Promise<void> {
  await Socket.whenSynced();
  await pause(knobs.queuedItemsMs);
}

let draining: Promise<void> = Promise.resolve();

function drain(): Promise<void> {
  draining = draining.then(workOff);
  return draining;
}

async function workOff(): Promise<void> {
  while (queue.length > 0) {
    const batch = queue.splice(0).map(({ n, item }) => ({
      n,
      item: item.kind === 'message' ? { ...item, message: addressed(item.message) } : item,
    }));
    const messages = batch.flatMap(({ item }) => (item.kind === 'message' ? [toStored(item.message)] : []));
    const added = new Map((await storage.addMessages(messages)).map((stored) => [stored.key, stored]));
    for (const { item } of batch) {
      if (item.kind !== 'message') await apply(item.kind === 'receipt' ? item : pointed(item));
      else {
        const stored = added.get(String(keyOf(item.message)));
        if (stored) show(stored);
      }
    }
    chatSocket.send({ type: 'received', items: batch.map(({ n }) => n) });
  }
}

function show({ key, wire }: StoredMessage): void {
  if (Msgs.get(key)) return;
  const msg = fromWire(wire);
  const isPost = msg.id.remote.isNewsletter();
  // A post that the server has queued is not new (WAWebNewsletterMsgProcessor, 2026-04-27).
  msg.isNewMsg = Socket.hasSynced || (knobs.queuedAreNew && !isPost);
  if (isPost) {
    place(msg);
    if (!wire.fromMe) Newsletters.get(wire.chat)?.addUnread(wire.id);
    return;
  }
  const chat = Chats.ensure(wire.chat, wire.t);
  chat.set({ t: wire.t, ...(wire.fromMe ? {} : { lastReceivedKey: msg.id }) });
  // A person who has written may be answered: the trust token is issued after the message was sent.
  if (!wire.fromMe) void pause(knobs.trustDelayMs).then(() => chat.set({ tcToken: true }));
  if ((knobs.ciphertext === 'decrypted-later' || knobs.ciphertext === 'for-ever') && !wire.fromMe) {
    const { type, body } = msg;
    msg.type = 'ciphertext';
    msg.body = undefined;
    if (knobs.ciphertext === 'decrypted-later')
      void pause(knobs.ciphertextMs).then(() => msg.set({ body, type }));
  }
  place(msg);
  if (msg.isStatusV3) Statuses.take(msg);
  if (!wire.fromMe && !msg.isNotice) chat.addUnread(wire.id);
  const { notifyName } = wire;
  if (!wire.fromMe && typeof notifyName === 'string' && notifyName !== '')
    learnPushname(wire.author ?? wire.from, notifyName);
}

async function apply(item: Exclude<Item, { kind: 'message' }>): Promise<void> {
  switch (item.kind) {
    case 'receipt':
      return receiveAck(item.key, item.level);
    case 'contact':
      learnContact(item.contact);
      return storage.putContacts([item.contact]);
    case 'timer':
      return learnTimer(item.chat, item.seconds);
    case 'tag':
      return learnTag(item.group, item.member, item.tag, item.t);
    case 'group':
      learnGroup(item.group);
      return;
    case 'channel':
      learnChannel(item.channel);
      return;
    case 'call':
      return takeCall(item);
    case 'reaction':
      return upsertReaction(item, await find(item.key));
    case 'vote':
      return upsertVote(item, await find(item.key));
    case 'attendance':
      return upsertAttendance(item);
    case 'edit': {
      const msg = await find(item.key);
      if (msg) await edit(msg, item.body, { id: item.newId, at: item.t * 1000 });
      return;
    }
    case 'revoke': {
      const msg = await find(item.key);
      if (msg) await revoke(msg, item.newId, item.t);
    }
  }
}

/**
 * Changes a text or a caption (WAWebDBProcessEditProtocolMsgs, WAWebUpdateEditedMessagesAction). Forwarded
 * messages, and messages without either, stay unchanged.
 */
export async function edit(msg: Msg, text: string, { id, at }: { id: string; at: number }): Promise<void> {
  const part = editedPart(msg);
  if (part === null || msg.isForwarded) return;
  const { fromMe, remote, participant } = msg.id;
  const marks = {
    latestEditMsgKey: new MsgKey({ fromMe, remote, id, participant }),
    latestEditSenderTimestampMs: at,
  };
  await amend(
    msg,
    part === 'caption' ? { ...marks, caption: text } : marks,
    part === 'body' ? { body: text } : {},
  );
  msg.set({ ...marks, [part]: text });
}

/** The attributes that WAWebRevokeMsgAction removes from the model. It keeps the path of the file. */
const REVOKED = [
  ...['body', 'caption', 'clientUrl', 'deprecatedMms3Url', 'loc', 'lat', 'lng', 'title', 'description'],
  ...['matchedText', 'thumbnail', 'richPreviewType', 'quotedMsg', 'quotedStanzaID', 'quotedRemoteJid'],
  ...['quotedParticipant', 'mentionedJidList', 'groupMentions', 'vcardList'],
];

/**
 * Deletes a message for everybody: it stays in its place without content, under the id of the deletion
 * (WAWebRevoke, WAWebRevokeMsgAction). In the profile a row without content replaces it
 * (WAWebDBStoreRevokeMsgs).
 */
export async function revoke(msg: Msg, newId: string, t: number): Promise<void> {
  const { id } = msg;
  const key =
    knobs.revokeKey === 'new'
      ? new MsgKey({ fromMe: id.fromMe, remote: id.remote, id: newId, participant: id.participant })
      : id;
  const stored = await storage.message(String(id));
  if (stored) {
    const { from, to, author, ack } = stored.wire;
    const more = { ...(author === undefined ? {} : { author }), ...(ack === undefined ? {} : { ack }) };
    const extra = { protocolMessageKey: toJson(id) ?? null, subtype: 'sender', revokeTimestamp: t };
    const { chat, fromMe } = stored.wire;
    const wire = { id: key.id, chat, from, to, fromMe, type: 'revoked', t: stored.wire.t, ...more, extra };
    await storage.removeMessages([stored.key]);
    await storage.putMessages([{ ...stored, key: String(key), wire }]);
  }
  if (key !== id) {
    msg.chat?.msgs.rekey(msg, key);
    msg.id = id;
    Msgs.rekey(msg, key);
  }
  msg.chat?.dropUnread(id.id);
  msg.set({
    ...{ type: 'revoked', subtype: 'sender', revokeTimestamp: t, protocolMessageKey: id },
    ...Object.fromEntries(REVOKED.map((name) => [name, undefined])),
    ...{ star: false, isSendFailure: false },
  });
}

/** Changes a message in the profile: its attributes, and fields of the wire. */
export async function amend(
  msg: Msg,
  attributes: { [name: string]: unknown },
  changes: Partial<WireMessage> = {},
): Promise<void> {
  const made = Object.entries(attributes).flatMap(([name, value]) => {
    const json = toJson(value);
    return json === undefined ? [] : [[name, json] as const];
  });
  await storage.changeMessage(String(msg.id), (stored) => {
    const extra = { ...stored.wire.extra, ...Object.fromEntries(made) };
    return { ...stored, wire: { ...stored.wire, ...changes, extra } };
  });
}

/** Finds a message in memory or in the profile, by its key or that of the other identity. */
export async function find(wire: WireKey): Promise<Msg | undefined> {
  const key = keyOf(wire);
  const known = Msgs.get(key) ?? load(await storage.message(String(key)));
  if (known) return known;
  const other = toPn(key.remote) ?? toLid(key.remote);
  if (!other) return undefined;
  const sibling = keyOf({ ...wire, chat: String(other) });
  return Msgs.get(sibling) ?? load(await storage.message(String(sibling)));
}

const ackWork = new Map<string, Promise<void>>();

/** Applies the acks of one message in the order of arrival. */
export function receiveAck(key: WireKey, level: number, error?: number): void {
  const before = ackWork.get(key.id) ?? Promise.resolve();
  const mine = before.then(() => applyReceipt(key, level, error));
  ackWork.set(key.id, mine);
  void mine.then(() => {
    if (ackWork.get(key.id) === mine) ackWork.delete(key.id);
  });
}

async function applyReceipt(wire: WireKey, level: number, error?: number): Promise<void> {
  const msg = await find(wire);
  if (!msg) return;
  // The job that sent the message gets its answer before the message changes.
  const more = level < 0 ? await nacked(wire.id, error) : {};
  await storage.changeMessage(String(msg.id), (stored) => {
    const { pending: _pending, ...settled } = stored;
    if (level > (stored.wire.ack ?? 0)) return { ...settled, wire: { ...stored.wire, ack: level } };
    if (level >= 0) return stored;
    const extra = { ...stored.wire.extra, ...more };
    return { ...settled, wire: { ...stored.wire, ack: level, extra } };
  });
  if (level < 0) msg.set({ isSendFailure: true, ...more });
  const key = keyOf(wire);
  if (String(key) === String(msg.id)) applyAck(msg, level);
  else {
    // Indexed under the other identity (wwebjs PR #201839): listeners get a message with a key that they have
    // not seen before.
    msg.ack = level;
    const sibling = new Msg({ ...msg, id: key, ack: level });
    Msgs.trigger('change:ack', sibling, level, level - 1);
  }
  confirm(wire.id, level);
}
