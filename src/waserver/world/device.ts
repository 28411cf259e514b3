/**
 * A linked device as the server knows it: its keys, its connection, and the stanzas that it has not acknowledged. Those
 * are sent again, with the attribute `offline`, when it connects again.
 */
import type { Bundle } from '../signal/bundle.js';
import { type Attributes, child, type Node, node } from '../wire/nodes.js';
import type { Addressing } from './addressing.js';
import { messageId } from './content.js';
import type { DeviceKeys } from './device-keys.js';
import { jidOf, LIDS, NUMBERS, SERVER } from './jid.js';

/** A connection, as much of it as a device needs. */
export interface Stream {
  send(stanza: Node): void;
  /** after what was sent */
  close(): void;
  cut(): void;
}

type Link =
  | { readonly name: 'offline' }
  /** logged in, but it has not asked for what waits */
  | { readonly name: 'passive'; readonly stream: Stream }
  | { readonly name: 'active'; readonly stream: Stream };

/** Baileys gives more below five. */
const FEW_KEYS = 4;

const MESSAGE_KINDS = ['message', 'notification', 'receipt', 'call'] as const;

/** Acknowledgements name a stanza by these. */
const keyOf = (tag: string, { id, type, participant }: Attributes): string =>
  tag === 'receipt' ? `${tag} ${id} ${type ?? ''} ${participant ?? ''}` : `${tag} ${id}`;

export interface DeviceOptions {
  readonly id: number;
  /** digits, of the account */
  readonly number: string;
  readonly lid: string;
  readonly keys: DeviceKeys;
  /** the static key of its handshakes, 32 bytes */
  readonly noiseKey: Buffer;
  /** Called when it has asked for what waits for the first time: the phone tells it of old chats then. */
  readonly welcome: (device: Device) => void;
}

export class Device {
  readonly id: number;
  readonly jid: string;
  readonly lidJid: string;
  readonly keys: DeviceKeys;
  readonly noiseKey: Buffer;
  readonly linkedAtMs = Date.now();
  /** It has said that its user is there; until then it is told of nobody's presence. */
  isAvailable = false;
  /** Numbers of people whose presence it has asked for, with the name that it has asked by. */
  readonly watched = new Map<string, Addressing>();
  readonly #waiting = new Map<string, Node>();
  #link: Link = { name: 'offline' };
  #welcome: ((device: Device) => void) | undefined;

  constructor({ id, number, lid, keys, noiseKey, welcome }: DeviceOptions) {
    this.id = id;
    this.jid = jidOf(number, NUMBERS, id);
    this.lidJid = jidOf(lid, LIDS, id);
    this.keys = keys;
    this.noiseKey = noiseKey;
    this.#welcome = welcome;
  }

  /** Logged in, and asked for what waited. */
  get online(): boolean {
    return this.#link.name === 'active';
  }

  /** How many stanzas it has not acknowledged. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get stream(): Stream | undefined {
    return this.#link.name === 'offline' ? undefined : this.#link.stream;
  }

  /** A new connection replaces the one before, which is notified (WAWebHandleStreamError). */
  login(stream: Stream): void {
    this.end(node('stream:error', {}, [node('conflict', { type: 'replaced' })]));
    this.#link = { name: 'passive', stream };
    this.isAvailable = false;
    this.watched.clear();
  }

  /** Sends what waited. The preview before and the count after are what the page waits for (WAWebHandleInfoBulletin). */
  activate(): void {
    if (this.#link.name !== 'passive') return;
    const { stream } = this.#link;
    this.#link = { name: 'active', stream };
    const all = [...this.#waiting.values()];
    const count = (tag: string) => String(all.filter((one) => one.tag === tag).length);
    const counts = Object.fromEntries(MESSAGE_KINDS.map((tag) => [tag, count(tag)]));
    const preview = { ...counts, count: String(all.length), appdata: '0', status: '0' };
    stream.send(node('ib', { from: SERVER }, [node('offline_preview', preview)]));
    for (const stanza of all) stream.send({ ...stanza, attrs: { ...stanza.attrs, offline: '0' } });
    stream.send(node('ib', { from: SERVER }, [node('offline', { count: String(all.length) })]));
    this.#welcome?.(this);
    this.#welcome = undefined;
  }

  /** Sends a stanza now or at the next connection, until it is acknowledged. */
  push(stanza: Node): void {
    this.#waiting.set(keyOf(stanza.tag, stanza.attrs), stanza);
    if (this.#link.name === 'active') this.#link.stream.send(stanza);
  }

  /** What somebody needs to write to it first. It is told when few one-time keys are left (WAWebHandlePreKeyLow). */
  bundle(): Bundle {
    const bundle = this.keys.bundle();
    const { count } = this.keys;
    if (bundle.preKey !== undefined && count === FEW_KEYS) {
      const t = String(Math.floor(Date.now() / 1000));
      const attrs = { from: SERVER, type: 'encrypt', id: messageId(), t };
      this.push(node('notification', attrs, [node('count', { value: String(count) })]));
    }
    return bundle;
  }

  /** Sends what is only of interest now: not at all, if it is not connected. */
  say(stanza: Node): void {
    if (this.#link.name === 'active') this.#link.stream.send(stanza);
  }

  /** A message is acknowledged by its receipts, everything else by an `ack` of its class. */
  acknowledge(stanza: Node): void {
    const { attrs } = stanza;
    if (stanza.tag === 'ack') this.#waiting.delete(keyOf(attrs.class ?? '', attrs));
    else if (stanza.tag === 'receipt' && attrs.type !== 'retry')
      for (const id of [attrs.id, ...idsIn(stanza)]) this.#waiting.delete(keyOf('message', { id }));
  }

  /** Ends the connection, after a last stanza if there is one. */
  end(last?: Node): void {
    const { stream } = this;
    this.#link = { name: 'offline' };
    if (stream === undefined) return;
    if (last !== undefined) stream.send(last);
    stream.close();
  }

  /** The connection is gone. */
  gone(stream: Stream): void {
    if (this.stream === stream) this.#link = { name: 'offline' };
  }
}

/** Further ids of a receipt. */
export const idsIn = (receipt: Node): string[] => {
  const list = child(receipt, 'list');
  return Array.isArray(list?.content) ? list.content.map(({ attrs }) => attrs.id ?? '') : [];
};
