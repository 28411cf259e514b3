/** An account: its phone's keys, its linked devices, and what it may not do. */
import { randomBytes } from 'node:crypto';
import { bytes, type Node, node } from '../wire/nodes.js';
import { CONTENT, HISTORY_TYPE, PROTOCOL_TYPE } from '../wire/schemas.js';
import { type Addressing, addressingOf } from './addressing.js';
import type { Changes } from './changes.js';
import { type Content, messageId, pad, type Received, show, unpad } from './content.js';
import type { Device } from './device.js';
import { ownDevices } from './device-list.js';
import { Limits } from './limits.js';
import { Person, type PersonOptions } from './person.js';
import type { StateKey } from './state-patch.js';

export interface AccountOptions extends PersonOptions {
  /** It has its chats by LID, and people write to it under theirs. */
  readonly lidMigrated?: boolean;
}

const OPEN: Readonly<Record<string, string>> = {
  readreceipts: 'all',
  profile: 'all',
  status: 'all',
  online: 'all',
  last: 'all',
  groupadd: 'all',
  calladd: 'all',
  messages: 'all',
};

export class Account extends Person {
  /** By which names it has its chats. */
  readonly addressing: Addressing;
  /** With which its devices encrypt the app state. */
  readonly stateKey: StateKey = { id: Buffer.of(0, 0, 0, 0, 0, 1), data: randomBytes(32) };
  /** by their ids, which are never given twice */
  readonly devices = new Map<number, Device>();
  readonly limits = new Limits();
  /** Every category at its most open value (WAWebQueryPrivacySettingsJob). */
  readonly privacy = new Map(Object.entries(OPEN));
  /** Numbers of people who are blocked: what they write does not arrive. */
  readonly blocked = new Set<string>();
  /** Of new chats: seconds, and since when. */
  disappearing = { duration: '0', t: '0' };
  /** Numbers of people whom the account may write to under a limit. */
  readonly correspondents = new Set<string>();
  /** What the phone shows, of both directions. */
  readonly messages: (Received & { readonly to?: string })[] = [];
  /** Messages that the phone could not read, with the reason. */
  readonly unreadable: { readonly id: string; readonly reason: string }[] = [];
  readonly #changes: Changes;
  #lastDevice = 0;

  constructor({ lidMigrated = false, ...options }: AccountOptions, changes: Changes) {
    super({ pushname: 'Me', ...options });
    this.addressing = lidMigrated ? 'lid' : 'pn';
    this.#changes = changes;
  }

  nextDevice(): number {
    this.#lastDevice += 1;
    return this.#lastDevice;
  }

  /** Under which name others keep their sessions with a device of this account. */
  addressOf(device: Device): string {
    return `${this.number}:${device.id}`;
  }

  /** Why a message to this person is refused. */
  refusal(number: string): '463' | '475' | undefined {
    if (this.correspondents.has(number)) return undefined;
    if (this.limits.reachOutLockedUntilMs > Date.now()) return '463';
    return this.limits.newChatsUsedUp ? '475' : undefined;
  }

  /** Encrypts with the phone's key for a device of its own. */
  encrypt(device: Device, content: Content): Node {
    const sealed = this.party.encrypt(this.addressOf(device), pad(content), () => device.bundle());
    return node('enc', { v: '2', type: sealed.type }, sealed.bytes);
  }

  /** A message of the account's own protocol, from the phone to one of its devices. */
  tell(device: Device, content: Content): void {
    const attrs = { from: this.jid, id: messageId(), type: 'text', category: 'peer', t: seconds() };
    device.push(node('message', attrs, [this.encrypt(device, content)]));
  }

  /**
   * Sends every device the list of all devices. The page keeps the list under both of the account's names, which its own query does
   * not do (WAWebHandleAccountSyncNotification, WAWebAdvSyncDeviceListApi).
   */
  tellDevices(): void {
    for (const device of this.devices.values()) {
      const attrs = { from: this.jid, type: 'account_sync', id: messageId(), t: seconds() };
      device.push(node('notification', attrs, [ownDevices(this)]));
    }
  }

  /** Gives a device the key of the app state. */
  tellStateKey(device: Device): void {
    const devices = [...this.devices.keys()];
    const fingerprint = { rawId: 1, currentIndex: Math.max(...devices), deviceIndexes: [0, ...devices] };
    const { id, data } = this.stateKey;
    const keys = [{ keyId: { keyId: id }, keyData: { keyData: data, fingerprint, timestamp: Date.now() } }];
    this.tell(device, { protocolMessage: { type: PROTOCOL_TYPE.stateKeys, appStateSyncKeyShare: { keys } } });
  }

  /** Tells a new device of old chats. @param payload a compressed HISTORY */
  tellHistory(device: Device, syncType: number, payload: Buffer): void {
    const progress = syncType === HISTORY_TYPE.pushName ? {} : { progress: 100 };
    this.tell(device, {
      protocolMessage: {
        type: PROTOCOL_TYPE.historySync,
        historySyncNotification: { syncType, chunkOrder: 1, ...progress, inlinePayload: payload },
      },
    });
  }

  /**
   * The phone takes what a device has sent: one of its own, or one of another account.
   * @param to the chat
   */
  receive(sender: Account, device: Device, id: string, enc: Node, to: string): void {
    const encryption = enc.attrs.type ?? '';
    try {
      const plain = unpad(this.party.decrypt(sender.addressOf(device), encryption, bytes(enc)));
      const { deviceSentMessage } = CONTENT.decode(plain);
      const message = sender === this ? deviceSentMessage?.message : plain;
      const shown = message && show(CONTENT.decode(message));
      if (message === undefined || shown === undefined) return;
      const chat = sender === this ? { to: deviceSentMessage?.destinationJid ?? '' } : {};
      const addressing = addressingOf(chat.to ?? to);
      const sent = { id, from: sender.number, at: Date.now(), encryption };
      this.keep({ ...shown, ...sent, ...chat, addressing, plain: message });
    } catch (error) {
      this.unreadable.push({ id, reason: String(error) });
    }
  }

  keep(message: Received & { readonly to?: string }): void {
    this.messages.push(message);
    this.#changes.changed();
  }
}

export const seconds = (): string => String(Math.floor(Date.now() / 1000));
