/**
 * Delivers messages between accounts, people and groups, and receipts back. A person gets every message once,
 * however often it arrives: the real server's part of exactly-once.
 */
import type { Account } from './account.js';
import type { Contact } from './contact.js';
import type { Device } from './device.js';
import type { KnobValues } from './knobs.js';
import { messageId } from './message-id.js';
import type { Item, Json, WireKey, WireMessage } from './wire.js';
import { accountMeant, accountOf, contactOf, siblingOf, type World } from './world.js';

export interface Draft {
  id: string;
  type: string;
  body: string;
  t: number;
  to?: string;
  group?: string;
  notifyName?: string;
  extra?: { [key: string]: Json };
}

type Value = KnobValues['ackFault'];

const STATUS = 'status@broadcast';

const now = () => Math.floor(Date.now() / 1000);

/** Types that change another message instead of being one. */
const ACTS = new Set(['edit', 'revoke', 'reaction', 'poll_vote', 'pin', 'keep_in_chat', 'event_response']);

export class MessageRouter {
  readonly #world: World;
  /** where a person's message was delivered, for later edits, revokes and reactions */
  readonly #places = new Map<string, { account: Account; key: WireKey }[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Handles a message from a linked device. Acks go to that device; people see only messages with a new id.
   */
  fromDevice(device: Device, message: WireMessage): void {
    const { account } = device;
    const { ackFault, ackServerMs } = this.#world.knobs();
    const ack = (level: number, error?: number) =>
      this.#ack(account, keyOf(message), level, device, ackFault, error);
    const refused = this.#refused(account, message, device);
    if (refused !== null) {
      this.#world.timers.after(ackServerMs, () => ack(-1, refused));
      return;
    }
    const isNew = this.#world.ledger.enter(account.me.pn, device.id, message);
    if (ackFault === 'error') {
      this.#world.timers.after(ackServerMs, () => ack(-1));
      return;
    }
    if (isNew && !ACTS.has(message.type)) account.enter({ ...message, ack: 1 }, device);
    // Out of order: `#receipt` sends 3, 2 and 1 once the message is read.
    if (ackFault !== 'out-of-order' || !isNew) this.#world.timers.after(ackServerMs, () => ack(1));
    if (isNew) this.#route(account, message, device);
  }

  /** The code of a refusal by the account's limits towards people who never wrote to it. */
  #refused(account: Account, { to, type }: WireMessage, device: Device): number | null {
    const person = ACTS.has(type) ? undefined : contactOf(this.#world, to);
    if (person === undefined) return null;
    const knobs = this.#world.knobs();
    const before = account.limits.cap(knobs);
    const refused = account.limits.refuses(person.wire.pn, knobs);
    const after = account.limits.cap(knobs);
    if (knobs.newChatQuota > 0 && after.used_quota !== before.used_quota)
      device.connection?.send({ type: 'cap', cap: after });
    return refused;
  }

  /** Handles a message typed on the phone itself. */
  fromPhone(account: Account, to: string, body: string, type = 'chat'): string {
    const message: WireMessage = {
      id: messageId.android(),
      chat: to,
      from: account.me.pn,
      to,
      fromMe: true,
      type,
      body,
      t: now(),
      ack: 1,
      ...(to.endsWith('@g.us') ? { author: account.me.pn } : {}),
    };
    account.enter(message);
    this.#route(account, message, undefined);
    return message.id;
  }

  /** Delivers a message from a person to an account or group, and returns its place. */
  deliverFrom(contact: Contact, draft: Draft): string {
    const { id, type, body, t, extra, notifyName = contact.wire.pushname } = draft;
    const author = this.#address(contact);
    const base = { id, type, body, t, notifyName, ...(extra ? { extra } : {}) };
    if (draft.to === STATUS) {
      for (const account of this.#world.accounts.values()) {
        account.enter({ ...base, chat: draft.to, from: draft.to, to: account.me.pn, fromMe: false, author });
      }
      return draft.to;
    }
    if (draft.group === undefined) {
      const account = accountMeant(this.#world, draft.to);
      account.limits.wrote(contact.wire.pn);
      this.#remember(id, account, { id, chat: author, fromMe: false });
      const { pn, lid } = contact.wire;
      account.enter({
        ...{ ...base, chat: author, from: author, to: account.me.pn, fromMe: false },
        pair: { pn, lid },
      });
      return account.me.pn;
    }
    const group = this.#groupNamed(draft.group);
    for (const account of this.#accountsIn(group)) {
      this.#remember(id, account, { id, chat: group, fromMe: false, author });
      account.enter({ ...base, chat: group, from: group, to: account.me.pn, fromMe: false, author });
    }
    for (const other of this.#contactsIn(group)) {
      if (other !== contact)
        other.accept({ ...base, chat: group, from: author, to: group, fromMe: false, author }, () => {});
    }
    return group;
  }

  editFrom(_contact: Contact, id: string, body: string): void {
    this.#act(id, (key) => ({ kind: 'edit', key, newId: messageId.android(), body, t: now() }));
  }

  revokeFrom(_contact: Contact, id: string): void {
    this.#act(id, (key) => ({ kind: 'revoke', key, newId: messageId.android(), t: now() }));
  }

  /** A person plays a voice message of an account. */
  playedBy(_contact: Contact, id: string): void {
    this.#act(id, (key) => ({ kind: 'receipt', key, level: 4 }));
  }

  reactFrom(contact: Contact, id: string, emoji: string): void {
    const from = this.#address(contact);
    this.#act(id, (key) => ({ kind: 'reaction', key, id: messageId.android(), from, emoji, t: now() }));
  }

  voteFrom(contact: Contact, id: string, options: string[]): void {
    const from = this.#address(contact);
    this.#act(id, (key) => ({ kind: 'vote', key, id: messageId.android(), from, options, t: now() }));
  }

  attendFrom(contact: Contact, id: string, answer: number): void {
    const from = this.#address(contact);
    this.#act(id, (key) => ({ kind: 'attendance', key, id: messageId.android(), from, answer, t: now() }));
  }

  /** The account's vote from its own phone. */
  voteFromPhone(account: Account, id: string, options: string[]): void {
    const from = account.me.pn;
    this.#act(id, (key) => ({ kind: 'vote', key, id: messageId.android(), from, options, t: now() }));
  }

  timerFrom(contact: Contact, seconds: number): void {
    accountMeant(this.#world, undefined).push({ kind: 'timer', chat: this.#address(contact), seconds });
  }

  callFrom(contact: Contact, to: string | undefined, video: boolean): string {
    const id = messageId.ios();
    const from = this.#address(contact);
    accountMeant(this.#world, to).push({ kind: 'call', id, from, video, t: now(), over: false });
    return id;
  }

  presenceOf(contact: Contact, state: string, t?: number): void {
    for (const account of this.#world.accounts.values()) {
      const wid = [contact.wire.pn, contact.wire.lid].find((id) => account.watched.has(id));
      if (wid === undefined) continue;
      const frame = { type: 'presence-update' as const, wid, state, ...(t === undefined ? {} : { t }) };
      for (const { connection, available } of account.devices.values())
        if (available) connection?.send(frame);
    }
  }

  hangUp(contact: Contact, to: string | undefined, id: string): void {
    const from = this.#address(contact);
    accountMeant(this.#world, to).push({ kind: 'call', id, from, video: false, t: now(), over: true });
  }

  /** A device has confirmed an item, which gives the sender the second tick. */
  confirmed(item: Item): void {
    if (item.kind !== 'message' || item.message.fromMe) return;
    contactOf(this.#world, item.message.author ?? item.message.from)?.progress(item.message.id, 'delivered');
  }

  /** An account has read messages. */
  seen(ids: readonly string[]): void {
    for (const contact of this.#world.contacts.values()) for (const id of ids) contact.progress(id, 'read');
  }

  clear(): void {
    this.#places.clear();
  }

  #route(account: Account, message: WireMessage, device: Device | undefined): void {
    const { to } = message;
    this.#remember(message.id, account, keyOf(message));
    const onRead = (level: 2 | 3) => this.#receipt(account, keyOf(message), level, device);
    const other = accountOf(this.#world, to);
    if (other === account) {
      onRead(3);
      return;
    }
    if (other) {
      const { pn, pushname } = account.me;
      other.enter({ ...message, chat: pn, from: pn, to: other.me.pn, fromMe: false, notifyName: pushname });
      onRead(2);
      return;
    }
    if (to === STATUS) {
      // Viewing a status is reported, and some builds count that as a receipt.
      for (const contact of this.#world.contacts.values())
        if (contact.known && contact.registered) contact.accept(message, onRead);
      return;
    }
    if (to.endsWith('@g.us')) {
      for (const contact of this.#contactsIn(to)) contact.accept(message, onRead);
      for (const member of this.#accountsIn(to)) {
        if (member === account) continue;
        member.enter({
          ...message,
          from: to,
          to: member.me.pn,
          fromMe: false,
          notifyName: account.me.pushname,
        });
      }
      return;
    }
    const contact = contactOf(this.#world, to);
    if (contact?.registered) contact.accept(message, onRead);
  }

  #receipt(account: Account, key: WireKey, level: 2 | 3, device: Device | undefined): void {
    const { ackFault, ackServerMs, ackDeliveredMs, ackReadMs } = this.#world.knobs();
    if (ackFault === 'never') return;
    const allMs = ackServerMs + ackDeliveredMs + ackReadMs;
    if (ackFault === 'out-of-order') {
      this.#world.timers.after(level === 3 ? allMs : allMs + ackDeliveredMs, () => {
        account.push({ kind: 'receipt', key, level });
        if (level === 2) this.#ack(account, key, 1, device, ackFault);
      });
      return;
    }
    this.#world.timers.after(level === 3 ? allMs : ackServerMs + ackDeliveredMs, () => {
      const receipt: Item = { kind: 'receipt', key: this.#keyed(key, ackFault), level };
      account.push(receipt);
      if (ackFault === 'doubled') account.push(receipt);
    });
  }

  /** `fault` is the value at the arrival of the message: ending a fault affects only later messages. */
  #ack(
    account: Account,
    key: WireKey,
    level: number,
    device: Device | undefined,
    fault: Value,
    error?: number,
  ): void {
    if (fault === 'never') return;
    const frame = {
      ...{ type: 'ack' as const, key: this.#keyed(key, fault), level },
      ...(error === undefined ? {} : { error }),
    };
    device?.connection?.send(frame);
    if (fault === 'doubled') device?.connection?.send(frame);
    const known = account.history.findLast((message) => message.id === key.id);
    if (known) known.ack = level;
  }

  #keyed(key: WireKey, fault: Value): WireKey {
    return fault === 'sibling' ? { ...key, chat: siblingOf(this.#world, key.chat) } : key;
  }

  #act(id: string, make: (key: WireKey) => Item): void {
    const places = this.#places.get(id);
    if (!places) throw new Error(`no message ${id} was sent`);
    for (const { account, key } of places) account.push(make(key));
  }

  #remember(id: string, account: Account, key: WireKey): void {
    const places = this.#places.get(id);
    if (places) places.push({ account, key });
    else this.#places.set(id, [{ account, key }]);
  }

  #address(contact: Contact): string {
    return this.#world.knobs().inboundAddress === 'lid' ? contact.wire.lid : contact.wire.pn;
  }

  #groupNamed(id: string): string {
    if (!this.#world.groups.has(id)) throw new Error(`no group ${id}`);
    return id;
  }

  #accountsIn(id: string): Account[] {
    const group = this.#world.groups.get(id);
    return [...this.#world.accounts.values()].filter(({ me }) => group?.has(me.pn, me.lid));
  }

  #contactsIn(id: string): Contact[] {
    const group = this.#world.groups.get(id);
    return [...this.#world.contacts.values()].filter(({ wire }) => group?.has(wire.pn, wire.lid));
  }
}

function keyOf({ id, chat, fromMe, author }: WireMessage): WireKey {
  return { id, chat, fromMe, ...(author === undefined ? {} : { author }) };
}
