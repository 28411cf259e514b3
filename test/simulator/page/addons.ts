/** Reactions and poll votes: items that refer to a message and may arrive before it. */
import type { Item } from '../wire.js';
import { Collection } from './collection.js';
import { isMe } from './conn.js';
import { keyOf, type Msg } from './messages.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { amend } from './receive.js';
import { storage } from './storage.js';
import { fromJson, toJson } from './tagged-json.js';
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
  /** Finds reactions in the profile, if this document has not seen them yet. */
  async find(key: unknown): Promise<MessageReactions | undefined> {
    const parent = String(key);
    if (!this.get(parent)) rebuild(parent, [...(await rowsOf(parent)).values()]);
    return this.get(parent);
  }
}

export const Reactions = new ReactionsCollection();
/** By message, then by author: the reactions that this document has read. */
const reactionRows = new Map<string, Map<string, Reaction>>();

async function rowsOf(parent: string): Promise<Map<string, Reaction>> {
  const known = reactionRows.get(parent);
  if (known) return known;
  const rows = (await storage.addons('reactions', parent)).map((row) => fromJson(row) as Reaction);
  const read = reactionRows.get(parent) ?? new Map(rows.map((row) => [String(row.author), row]));
  reactionRows.set(parent, read);
  return read;
}

/**
 * whatsapp-web.js listens to these tables by wrapping `bulkUpsert`, so they must be called through these
 * objects.
 */
export const reactionTableMode = {
  async bulkUpsert(rows: Reaction[]): Promise<void> {
    for (const row of rows) {
      const parent = String(row.reactionParentKey);
      const author = String(row.author);
      const known = await rowsOf(parent);
      if (row.reactionText === '') known.delete(author);
      else known.set(author, row);
      await storage.putAddon('reactions', { parent, author, row: row.reactionText && toJson(row) });
      rebuild(parent, [...known.values()]);
    }
  },
};
export const pollVoteTableMode = {
  async bulkUpsert(rows: Vote[]): Promise<void> {
    for (const row of rows)
      await storage.putAddon('votes', {
        parent: row.parentMsgKey,
        author: String(row.author),
        row: toJson(row),
      });
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

/** A message records whether it has any reaction left (WAWebReactionsBEUtils, WAWebMsgReactionsBridge). */
export async function upsertReaction(
  item: Extract<Item, { kind: 'reaction' }>,
  msg: Msg | undefined,
): Promise<void> {
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
  if (!msg) return;
  const hasReaction = (await rowsOf(String(parent))).size > 0;
  await amend(msg, { hasReaction });
  msg.set({ hasReaction });
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

/** WAWebPollsVotesSchema: one row for each voter, the choice as bytes. */
export const PollsVotesSchema = {
  getTable: () => ({
    equals: async (_columns: string[], key: string) =>
      (await storage.addons('votes', key)).map((row) => {
        const { parentMsgKey, author, id, selectedOptionLocalIds, senderTimestampMs, t } = fromJson(
          row,
        ) as Vote;
        return {
          ...{ parentMsgKey, sender: String(author), msgKey: String(id), senderTimestampMs, t, read: false },
          selectedOptionLocalIds: new Uint8Array(selectedOptionLocalIds).buffer,
        };
      }),
  }),
};

/** An answer to an event (WAWebEventResponseMsgDataConversion). */
interface EventResponse {
  id: MsgKey;
  parentMsgKey: MsgKey;
  eventResponse: number;
  senderTimestampMs: number;
  author: Wid;
  from: Wid;
}

export const eventResponseTableMode = {
  async bulkUpsert(rows: EventResponse[]): Promise<void> {
    for (const row of rows)
      await storage.putAddon('attendance', {
        parent: String(row.parentMsgKey),
        author: String(row.author),
        row: toJson(row),
      });
  },
};

export async function upsertAttendance(item: Extract<Item, { kind: 'attendance' }>): Promise<void> {
  const parent = keyOf(item.key);
  const author = createWid(item.from);
  const { remote } = parent;
  const participant = remote.isGroup() ? author : undefined;
  await eventResponseTableMode.bulkUpsert([
    {
      id: new MsgKey({ fromMe: isMe(author), remote, id: item.id, participant }),
      parentMsgKey: parent,
      eventResponse: item.answer,
      senderTimestampMs: item.t * 1000,
      author,
      from: author,
    },
  ]);
}

/** WAWebEventResponsesSchema: one row for each person who has answered, the answer as one byte. */
export const EventResponsesSchema = {
  getTable: () => ({
    equals: async (_columns: string[], key: string) =>
      (await storage.addons('attendance', key)).map((row) => {
        const { author, id, eventResponse, senderTimestampMs } = fromJson(row) as EventResponse;
        return {
          ...{
            parentMsgKey: key,
            sender: String(author),
            msgKey: String(id),
            senderTimestampMs,
            read: false,
          },
          eventResponse: new Uint8Array([eventResponse]).buffer,
        };
      }),
  }),
};
