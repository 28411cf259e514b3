/**
 * The statuses of a day, one model a person under their LID: in memory as they arrive, and from the profile
 * with `sync`, which the page calls when it shows them (WAWebStatusCollection, WAWebStatusModel, WAWebApiStatus,
 * WAWebContactStatusBridge; 2026-04-27).
 */
import { knobs } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Collection } from './collection.js';
import { isMe } from './conn.js';
import { load, type Msg, Msgs } from './messages.js';
import { Model } from './model.js';
import { toLid } from './roster.js';
import { storage } from './storage.js';
import { createWid, type Wid } from './wid.js';

const STATUS = 'status@broadcast';
const DAY_S = 86_400;
const READ = 3;
const MOST = 1_000;

class Status extends Model {
  declare id: Wid;
  declare t: number;
  declare totalCount: number;
  declare unreadCount: number;
  declare msgs: Collection<Msg>;

  constructor(id: Wid) {
    super({ id, t: 0, totalCount: 0, unreadCount: 0, msgs: new Collection<Msg>() });
  }

  take(msg: Msg): void {
    if (this.msgs.get(msg.id)) return;
    this.msgs.add(msg, { silent: true });
    const unread = msg.ack < READ ? 1 : 0;
    this.set({ t: msg.t, totalCount: this.totalCount + 1, unreadCount: this.unreadCount + unread });
  }

  /** Also takes them out of all messages. */
  revokeMsgs(keys: string[]): void {
    for (const key of keys) {
      const msg = this.msgs.get(key);
      if (!msg) continue;
      this.msgs.remove(msg);
      Msgs.remove(msg);
      this.set({ totalCount: this.totalCount - 1 });
    }
  }

  /** Swallows the errors of the receipt, which is sent when `sendReceipt` is true. */
  async sendReadStatus(msg: Msg, _t: number, { sendReceipt }: { sendReceipt: boolean }): Promise<void> {
    if (sendReceipt) chatSocket.send({ type: 'seen', chat: STATUS, ids: [msg.id.id] });
    msg.set({ ack: READ });
    this.set({ unreadCount: Math.max(this.unreadCount - 1, 0) });
  }
}

class StatusCollection extends Collection<Status> {
  take(msg: Msg): void {
    const author = createWid(msg.author ?? msg.from);
    const id = toLid(author) ?? author;
    const known = this.get(id);
    const status = known ?? this.add(new Status(id));
    status.take(msg);
  }

  async sync(): Promise<void> {
    if (knobs.statusReadUnlinks) chatSocket.send({ type: 'status-read' });
    const day = Math.floor(Date.now() / 1000) - DAY_S;
    const stored = await storage.oldestMessages(STATUS, MOST);
    for (const row of stored) {
      if (row.wire.t < day || ['revoked', 'protocol'].includes(row.wire.type)) continue;
      const msg = load(row);
      if (msg) this.take(msg);
    }
  }

  getMyStatus(): Status | undefined {
    return this.filter(({ id }) => isMe(id))[0];
  }
}

export const Statuses = new StatusCollection();
