/** What a person has sent, encrypted for every device of the account by itself. */
import type { Party } from '../signal/party.js';
import { type Attributes, type Node, node } from '../wire/nodes.js';
import { PROTOCOL_TYPE } from '../wire/schemas.js';
import { type Account, seconds } from './account.js';
import { type Addressing, participantOf, senderOf } from './addressing.js';
import { type Content, isFile, pad } from './content.js';
import type { Device } from './device.js';
import type { Group } from './group.js';
import type { GroupKeys } from './group-keys.js';

export interface Sent {
  readonly id: string;
  /** number of the account; in a group, of one of them */
  readonly to: string;
  readonly content: Content;
  /** as people see it */
  readonly body: string;
  /** milliseconds */
  readonly at: number;
  readonly group: Group | undefined;
  readonly addressing: Addressing;
  delivered: boolean;
  read: boolean;
  /** how often a device asked for it again */
  retries: number;
}
/** The person that writes. */
interface Writer {
  readonly jid: string;
  readonly lidJid: string;
  readonly pushname: string;
  readonly party: Party;
}

/** The attribute `edit` (WAWebAck). */
const EDITS: Readonly<Record<number, string>> = { [PROTOCOL_TYPE.edit]: '1', [PROTOCOL_TYPE.revoke]: '7' };

function kindOf(content: Content): string {
  if (isFile(content)) return 'media';
  return content.reactionMessage === undefined ? 'text' : 'reaction';
}

export class Outbox {
  readonly sent: Sent[] = [];
  readonly #writer: Writer;
  readonly #groupKeys: GroupKeys;

  constructor(writer: Writer, groupKeys: GroupKeys) {
    this.#writer = writer;
    this.#groupKeys = groupKeys;
  }

  find(id: string): Sent | undefined {
    return this.sent.find((one) => one.id === id);
  }

  /** @param accounts whose devices get it: not one that blocks the person */
  send(accounts: readonly Account[], sent: Sent): void {
    this.sent.push(sent);
    for (const account of accounts)
      for (const device of account.devices.values()) this.#sendTo(account, device, sent);
  }

  /** A device could not read a message: it gets the message again in a new session. @returns whether it is known */
  resend(account: Account, device: Device, id: string): boolean {
    const sent = this.find(id);
    if (sent === undefined) return false;
    sent.retries += 1;
    const address = account.addressOf(device);
    this.#writer.party.forget(address);
    this.#groupKeys.forget(address);
    this.#sendTo(account, device, sent);
    return true;
  }

  #sendTo(account: Account, device: Device, { id, content, group, addressing, retries }: Sent): void {
    const { party, pushname } = this.#writer;
    const address = account.addressOf(device);
    const again = retries === 0 ? {} : { count: String(retries) };
    const seal = (what: Content): Node => {
      const { type, bytes } = party.encrypt(address, pad(what), () => device.bundle());
      return node('enc', { v: '2', type, ...again }, bytes);
    };
    const edit = EDITS[content.protocolMessage?.type ?? -1];
    const attrs: Attributes = { id, type: kindOf(content), t: seconds(), notify: pushname, edit };
    const [from, encs] =
      group === undefined
        ? [senderOf(this.#writer, addressing), [seal(content)]]
        : [
            { from: group.jid, ...participantOf(this.#writer, addressing) },
            this.#groupKeys.seal(group.jid, address, content, seal),
          ];
    device.push(node('message', { ...attrs, ...from }, encs));
  }
}
