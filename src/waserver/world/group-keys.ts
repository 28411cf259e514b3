/** The sender keys of a person: its own, one for each group, and those of others. */
import { OwnSenderKey, SenderKey } from '../signal/sender-key.js';
import { type Node, node } from '../wire/nodes.js';
import { type Content, pad } from './content.js';

export class GroupKeys {
  readonly #own = new Map<string, { readonly key: OwnSenderKey; readonly receivers: Set<string> }>();
  /** by group and sender; a sender may have begun anew */
  readonly #others = new Map<string, SenderKey[]>();

  /**
   * Encrypts for a device in a group, which gets the key with the first message.
   * @param seal encrypts for this device alone
   */
  seal(group: string, address: string, content: Content, seal: (what: Content) => Node): Node[] {
    const own = this.#own.get(group) ?? { key: new OwnSenderKey(), receivers: new Set<string>() };
    this.#own.set(group, own);
    const distribution = own.key.distribution();
    const sealed = node('enc', { v: '2', type: 'skmsg' }, own.key.encrypt(pad(content)));
    if (own.receivers.has(address)) return [sealed];
    own.receivers.add(address);
    return [seal({ senderKeyDistributionMessage: { groupId: group, distribution } }), sealed];
  }

  /** A device has lost what it knew: it gets every key again. */
  forget(address: string): void {
    for (const { receivers } of this.#own.values()) receivers.delete(address);
  }

  learn(group: string, address: string, distribution: Buffer): void {
    const name = `${group} ${address}`;
    this.#others.set(name, [...(this.#others.get(name) ?? []), new SenderKey(distribution)]);
  }

  /** @throws Error if no key of this sender can read it */
  open(group: string, address: string, message: Buffer): Buffer {
    const name = `${group} ${address}`;
    let reason: unknown = new Error(`no sender key for ${name}`);
    for (const key of (this.#others.get(name) ?? []).toReversed()) {
      try {
        return key.decrypt(message);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }
}
