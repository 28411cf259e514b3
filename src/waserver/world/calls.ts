/** The calls of a person: it rings at every device of an account, and is told whether one of them refuses. No sound is sent. */
import { randomBytes } from 'node:crypto';
import { type Attributes, type Node, node } from '../wire/nodes.js';
import { type Account, seconds } from './account.js';
import { senderOf } from './addressing.js';

export interface Call {
  readonly id: string;
  /** number of the account */
  readonly to: string;
  readonly video: boolean;
  state: 'ringing' | 'rejected' | 'ended';
}
interface Caller {
  readonly jid: string;
  readonly lidJid: string;
  readonly pushname: string;
}

export class Calls {
  readonly all: Call[] = [];
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** WAWebHandleVoipCall */
  offer(account: Account, video: boolean): Call {
    const call: Call = {
      id: randomBytes(16).toString('hex').toUpperCase(),
      to: account.number,
      video,
      state: 'ringing',
    };
    this.all.push(call);
    this.#tell(account, call, 'offer', {}, [
      node('audio', { enc: 'opus', rate: '16000' }),
      ...(video ? [node('video', { dec: 'H264' })] : []),
    ]);
    return call;
  }

  hangUp(account: Account, id: string): void {
    const call = this.all.find((one) => one.id === id);
    if (call === undefined) throw new RangeError(`no call ${id}`);
    call.state = 'ended';
    this.#tell(account, call, 'terminate', { reason: 'timeout' });
  }

  /** The account refuses. */
  rejected(id: string): void {
    const call = this.all.find((one) => one.id === id);
    if (call !== undefined) call.state = 'rejected';
  }

  #tell(account: Account, call: Call, tag: string, more: Attributes, content: Node[] = []): void {
    const { from, sender_lid } = senderOf(this.#caller, account.addressing);
    const number = account.addressing === 'lid' ? this.#caller.jid : undefined;
    const about = { 'call-id': call.id, 'call-creator': from, caller_pn: number, ...more };
    const t = seconds();
    const attrs = { from, sender_lid, t, e: t, platform: 'android', version: '2.26.8' };
    for (const device of account.devices.values())
      device.push(
        node('call', { ...attrs, id: `${call.id}-${tag}`, notify: this.#caller.pushname }, [
          node(tag, about, content),
        ]),
      );
  }
}
