/** Reactions and poll votes: items that point at a message and may come before it. */
import type { Item } from '../wire.js';
import { Collection } from './collection.js';
import { isMe } from './conn.js';
import { keyOf, type Msg } from './messages.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { createWid, type Wid } from './wid.js';

interface Reaction {
  id: MsgKey;
  reactionParentKey: MsgKey;
  reactionTimestamp: number;
  reactionText: string;
  author: Wid;
  from: Wid;
  read: boolean;
  orphan: number;
  ack: number | undefined;
}
interface Vote {
  id: MsgKey;
  pollUpdateParentKey: MsgKey;
  parentMsgKey: string;
  selectedOptionLocalIds: number[];
  t: number;
  senderTimestampMs: number;
  author: Wid;
  from: Wid;
}

class MessageReactions extends Model {
  declare id: string;
  declare reactions: Collection<ReactionGroup>;
}
class ReactionGroup extends Model {
  declare id: string;
  declare aggregateEmoji: string;
  declare hasReactionByMe: boolean;
  declare senders: object[];
}
class ReactionsCollection extends Collection<MessageReactions> {
  async find(key: unknown): Promise<MessageReactions | undefined> {
    return this.get(key);
  }
}

export const Reactions = new ReactionsCollection();
const reactionRows = new Map<string, Map<string, Reaction>>();
const voteRows: Vote[] = [];

/** The tables whatsapp-web.js listens at by wrapping `bulkUpsert`; so they must be called through these objects. */
export const reactionTableMode = {
  async bulkUpsert(rows: Reaction[]): Promise<void> {
    for (const row of rows) {
      const parent = String(row.reactionParentKey);
      const known = reactionRows.get(parent) ?? new Map<string, Reaction>();
      if (row.reactionText === '') known.delete(String(row.author));
      else known.set(String(row.author), row);
      reactionRows.set(parent, known);
      rebuild(parent, [...known.values()]);
    }
  },
};
export const pollVoteTableMode = {
  async bulkUpsert(rows: Vote[]): Promise<void> {
    for (const row of rows) {
      const before = voteRows.findIndex(
        (one) => one.parentMsgKey === row.parentMsgKey && String(one.author) === String(row.author),
      );
      if (before >= 0) voteRows.splice(before, 1);
      voteRows.push(row);
    }
  },
};

function rebuild(parent: string, rows: readonly Reaction[]): void {
  Reactions.remove(parent);
  if (rows.length === 0) return;
  const reactions = new Collection<ReactionGroup>();
  for (const emoji of new Set(rows.map((row) => row.reactionText))) {
    const senders = rows
      .filter((row) => row.reactionText === emoji)
      .map((row) => ({
        msgKey: row.id,
        parentMsgKey: row.reactionParentKey,
        senderUserJid: String(row.author),
        reactionText: emoji,
        timestamp: row.reactionTimestamp,
        read: row.read,
        orphan: row.orphan,
      }));
    const hasReactionByMe = senders.some(({ senderUserJid }) => isMe(senderUserJid));
    reactions.add(new ReactionGroup({ id: emoji, aggregateEmoji: emoji, hasReactionByMe, senders }));
  }
  Reactions.add(new MessageReactions({ id: parent, reactions }));
}

export async function upsertReaction(item: Extract<Item, { kind: 'reaction' }>): Promise<void> {
  const parent = keyOf(item.key);
  const author = createWid(item.from);
  const { remote } = parent;
  await reactionTableMode.bulkUpsert([
    {
      id: new MsgKey({
        fromMe: isMe(author),
        remote,
        id: item.id,
        participant: remote.isGroup() ? author : undefined,
      }),
      reactionParentKey: parent,
      reactionTimestamp: item.t * 1000,
      reactionText: item.emoji,
      author,
      from: author,
      read: false,
      orphan: 0,
      ack: undefined,
    },
  ]);
}

/** Reactions are told apart by the message carrying a flag, as `Message.getReactions` wants it. */
export function markReacted(msg: Msg | undefined): void {
  msg?.set({ hasReaction: true });
}

export async function upsertVote(item: Extract<Item, { kind: 'vote' }>, poll?: Msg): Promise<void> {
  const parent = keyOf(item.key);
  const author = createWid(item.from);
  const options =
    (poll as unknown as { pollOptions?: { name: string; localId?: number }[] } | undefined)?.pollOptions ??
    [];
  const chosen = options.flatMap((option, index) =>
    item.options.includes(option.name) ? [option.localId ?? index] : [],
  );
  await pollVoteTableMode.bulkUpsert([
    {
      id: new MsgKey({ fromMe: isMe(author), remote: parent.remote, id: item.id }),
      pollUpdateParentKey: parent,
      parentMsgKey: String(parent),
      selectedOptionLocalIds: chosen,
      t: item.t * 1000,
      senderTimestampMs: item.t * 1000,
      author,
      from: author,
    },
  ]);
}

/** WAWebPollsVotesSchema */
export const PollsVotesSchema = {
  getTable: () => ({
    equals: async (_columns: string[], key: string) => voteRows.filter((row) => row.parentMsgKey === key),
  }),
};
