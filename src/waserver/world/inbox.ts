/** What a person has received. While it is offline, messages wait. */
import type { Party } from '../signal/party.js';
import { bytes, type Node } from '../wire/nodes.js';
import { CONTENT } from '../wire/schemas.js';
import type { Account } from './account.js';
import { type Addressing, addressingOf } from './addressing.js';
import { type Received, show, unpad } from './content.js';
import type { Group } from './group.js';
import type { GroupKeys } from './group-keys.js';

/** A message of an account on its way to a person. */
export interface Mail {
  readonly account: Account;
  /** of the device that has sent it: `Account.addressOf` */
  readonly address: string;
  readonly stanza: Node;
  readonly encs: readonly Node[];
  readonly group: Group | undefined;
}
/** Told of each message once it was read: `shown` is what the screen shows for the first time. */
export type Listener = (mail: Mail, addressing: Addressing, shown: Received | undefined) => void;

export class Inbox {
  readonly received: Received[] = [];
  /** Messages that could not be read, with the reason. */
  readonly unreadable: { readonly id: string; readonly reason: string }[] = [];
  readonly #party: Party;
  readonly #groupKeys: GroupKeys;
  readonly #listener: Listener;
  /** undefined: online */
  #waiting: Mail[] | undefined;

  constructor(party: Party, groupKeys: GroupKeys, listener: Listener) {
    this.#party = party;
    this.#groupKeys = groupKeys;
    this.#listener = listener;
  }

  get isOnline(): boolean {
    return this.#waiting === undefined;
  }
  offline(): void {
    this.#waiting ??= [];
  }
  online(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const mail of waiting) this.#read(mail);
  }

  /** Takes a message, now or when the person is online again. */
  accept(mail: Mail): void {
    if (this.#waiting === undefined) this.#read(mail);
    else this.#waiting.push(mail);
  }

  #read(mail: Mail): void {
    const { stanza, encs, group } = mail;
    const addressing = group?.addressing ?? addressingOf(stanza.attrs.to ?? '');
    try {
      const shown = encs.flatMap((enc) => this.#open(mail, enc, addressing) ?? []);
      this.received.push(...shown);
      this.#listener(mail, addressing, shown[0]);
    } catch (error) {
      this.unreadable.push({ id: stanza.attrs.id ?? '', reason: String(error) });
    }
  }

  #open({ account, address, stanza, group }: Mail, enc: Node, addressing: Addressing): Received | undefined {
    const { id = '' } = stanza.attrs;
    const encryption = enc.attrs.type ?? '';
    const plain = unpad(
      encryption === 'skmsg'
        ? this.#groupKeys.open(group?.jid ?? '', address, bytes(enc))
        : this.#party.decrypt(address, encryption, bytes(enc)),
    );
    const content = CONTENT.decode(plain);
    const { groupId, distribution } = content.senderKeyDistributionMessage ?? {};
    if (groupId !== undefined && distribution !== undefined)
      this.#groupKeys.learn(groupId, address, distribution);
    const shown = show(content);
    // A repeated id is one message to people.
    if (shown === undefined || this.received.some((one) => one.id === id)) return undefined;
    const from = account.number;
    return { ...shown, id, from, at: Date.now(), group: group?.jid, addressing, encryption, plain };
  }
}
