/**
 * What the server brings: stored first, then shown, then confirmed, in batches and in order. An item the server
 * brings again, because our word was lost, is confirmed and not shown twice.
 */
import type { Item, WireKey, WireMessage } from '../wire.js';
import { markReacted, upsertReaction, upsertVote } from './addons.js';
import { knobs, pause } from './boot-record.js';
import { takeCall } from './calls.js';
import { learnChannel } from './channels.js';
import { chatSocket } from './chat-socket.js';
import { Chats, chatFor } from './chats.js';
import { getMaybeMeLidUser } from './conn.js';
import { learnGroup } from './groups.js';
import { applyAck, fromWire, keyOf, load, Msg, Msgs, place, toStored } from './messages.js';
import { MsgKey } from './msg-key.js';
import { restorePrefs } from './restriction.js';
import { learnContact, learnIdentity, toLid, toPn } from './roster.js';
import { confirm, nacked } from './send.js';
import { Socket } from './socket-model.js';
import { type StoredMessage, storage } from './storage.js';
import { toJson } from './tagged-json.js';

const queue: { n: number; item: Item }[] = [];
let work: Promise<void> | undefined;

/** What a linked device gets of a message that is shown once, on the phone. */
function shownOnce({ body: _body, ...wire }: WireMessage): WireMessage {
  return { ...wire, type: 'ciphertext', extra: { subtype: 'view_once_unavailable_fanout' } };
}

/** As the account keeps it: in the chat of its person, and under that identity of both ends. */
function addressed(message: WireMessage): WireMessage {
  const { pair, ...came } = message;
  if (pair) learnIdentity(pair.pn, pair.lid);
  const wire = knobs.ciphertext === 'view-once' && !came.fromMe ? shownOnce(came) : came;
  const chat = String(chatFor(wire.chat));
  if (chat === wire.chat) return wire;
  const me = chat.endsWith('@lid') ? String(getMaybeMeLidUser()) : wire.fromMe ? wire.from : wire.to;
  return { ...wire, chat, ...(wire.fromMe ? { from: me, to: chat } : { from: chat, to: me }) };
}

/** What points at a message points at it in the chat in which it is kept. */
const pointed = <T extends Item>(item: T): T =>
  'key' in item ? { ...item, key: { ...item.key, chat: String(chatFor(item.key.chat)) } } : item;

/** From the profile into memory, before the page connects. */
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

/** The phone's messages, once, after a fresh link. Not new, so nobody is told. */
export function importHistory(messages: readonly WireMessage[]): void {
  work = (work ?? Promise.resolve()).then(async () => {
    const added = await storage.addMessages(messages.map((wire) => toStored(addressed(wire))));
    const youngest = new Map<string, StoredMessage>();
    const trusting = new Set(added.filter(({ wire }) => !wire.fromMe).map(({ chat }) => chat));
    for (const stored of added) youngest.set(stored.chat, stored);
    for (const stored of youngest.values()) {
      const msg = load(stored);
      const tcToken = trusting.has(stored.chat) ? { tcToken: true } : {};
      if (msg) Chats.ensure(stored.chat).set({ t: stored.t, lastReceivedKey: msg.id, ...tcToken });
    }
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

/** Until all that has come is worked off. */
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
  msg.isNewMsg = Socket.hasSynced || knobs.queuedAreNew;
  const chat = Chats.ensure(wire.chat, wire.t);
  chat.set({ t: wire.t, ...(wire.fromMe ? {} : { lastReceivedKey: msg.id }) });
  // Who writes is one who may be answered: the token of trust is issued once the message has left.
  if (!wire.fromMe) void pause(knobs.trustDelayMs).then(() => chat.set({ tcToken: true }));
  if ((knobs.ciphertext === 'decrypted-later' || knobs.ciphertext === 'for-ever') && !wire.fromMe) {
    const { type, body } = msg;
    msg.type = 'ciphertext';
    msg.body = undefined;
    if (knobs.ciphertext === 'decrypted-later')
      void pause(knobs.ciphertextMs).then(() => msg.set({ body, type }));
  }
  place(msg);
  if (!wire.fromMe && !msg.isNotification) chat.addUnread(wire.id);
}

async function apply(item: Exclude<Item, { kind: 'message' }>): Promise<void> {
  switch (item.kind) {
    case 'receipt':
      return receiveAck(item.key, item.level);
    case 'contact':
      learnContact(item.contact);
      return storage.putContacts([item.contact]);
    case 'group':
      learnGroup(item.group);
      return;
    case 'channel':
      learnChannel(item.channel);
      return;
    case 'call':
      return takeCall(item);
    case 'reaction':
      markReacted(await find(item.key));
      return upsertReaction(item);
    case 'vote':
      return upsertVote(item, await find(item.key));
    case 'edit': {
      const msg = await find(item.key);
      if (!msg) return;
      msg.set({ latestEditSenderTimestampMs: item.t * 1000, body: item.body });
      return rewrite(msg, { body: item.body });
    }
    case 'revoke': {
      const msg = await find(item.key);
      if (msg) await revoke(msg, item.newId);
    }
  }
}

/** The message stays in its place without its content, on some builds under a new key (wwebjs PR #3715). */
export async function revoke(msg: Msg, newId: string): Promise<void> {
  const { id } = msg;
  if (knobs.revokeKey === 'new') {
    const { fromMe, remote, participant } = id;
    const key = new MsgKey({ fromMe, remote, id: newId, participant });
    msg.chat?.msgs.rekey(msg, key);
    msg.id = id;
    Msgs.rekey(msg, key);
  }
  msg.set({ protocolMessageKey: id, body: undefined, type: 'revoked' });
  const stored = await storage.message(String(id));
  if (!stored) return;
  if (String(msg.id) !== stored.key) await storage.removeMessages([stored.key]);
  const { body: _body, ...wire } = stored.wire;
  const json = toJson(id);
  const extra = { ...wire.extra, ...(json === undefined ? {} : { protocolMessageKey: json }) };
  await storage.putMessages([
    { ...stored, key: String(msg.id), wire: { ...wire, id: msg.id.id, type: 'revoked', extra } },
  ]);
}

export async function rewrite(msg: Msg, changes: Partial<WireMessage>): Promise<void> {
  const stored = await storage.message(String(msg.id));
  if (stored) await storage.putMessages([{ ...stored, wire: { ...stored.wire, ...changes } }]);
}

/** In memory or in the profile, by its key or by that of the other identity. */
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

/** Acks of one message are applied in the order they came. */
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
  // The job that sent it has its answer before the message shows anything of it.
  const more = level < 0 ? await nacked(wire.id, error) : {};
  const stored = await storage.message(String(msg.id));
  if (stored && level > (stored.wire.ack ?? 0)) {
    const { pending: _pending, ...confirmed } = stored;
    await storage.putMessages([{ ...confirmed, wire: { ...stored.wire, ack: level } }]);
  } else if (stored && level < 0) {
    const { pending: _pending, ...failed } = stored;
    const extra = { ...stored.wire.extra, ...more };
    await storage.putMessages([{ ...failed, wire: { ...stored.wire, ack: level, extra } }]);
  }
  if (level < 0) msg.set({ isSendFailure: true, ...more });
  const key = keyOf(wire);
  if (String(key) === String(msg.id)) applyAck(msg, level);
  else {
    // Indexed under the other identity (wwebjs PR #201839): listeners get a message with a key they have not seen.
    msg.ack = level;
    const sibling = new Msg({ ...msg, id: key, ack: level });
    Msgs.trigger('change:ack', sibling, level, level - 1);
  }
  confirm(wire.id, level);
}
