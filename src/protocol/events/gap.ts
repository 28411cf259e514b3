// Missing events: a reader that sees a gap cannot assume that it has seen everything.
import { z } from 'zod';
import { event } from '../event.js';
import { FAULTS, type FaultKind } from '../fault-table.js';
import { cursor, instant, record } from '../schema.js';

/** A gap with one of the reasons, and the details that are known. */
const because = <R extends string, S extends z.ZodRawShape>(reason: R, says: string, shape: S) =>
  record({ reason: z.literal(reason).describe(says), ...shape });

const chatId = () => z.string().describe('The id of the chat that the messages are missing from.');
const since = () => instant().describe('The messages were sent after this time.');
const between = () => ({
  after: cursor().describe('The cursor of the last event before the gap.'),
  oldest: cursor().describe('The cursor of the first event after the gap.'),
});

export const gapEvents = {
  gap: event({
    type: 'gap',
    does: 'Events are missing. It is sent whatever types were asked for, so that no reader misses it.',
    data: () =>
      z.discriminatedUnion('reason', [
        because('not_kept', 'The events are older than the journal keeps.', between()),
        because('damaged', 'A stored event could not be read any more.', between()),
        because('store_replaced', 'The database was damaged and replaced by a new one.', {
          movedTo: z.array(z.string()).describe('The files that the damaged database was moved to.'),
        }),
        because('too_many', 'More messages came to a chat while it was offline than are read back.', {
          chatId: chatId(),
          since: since(),
          told: z.int().describe('How many of the newest messages were read back.'),
        }),
        because('unreadable', 'WhatsApp Web did not return the messages of a chat.', {
          chatId: chatId(),
          since: since(),
        }),
        because('undecrypted', 'WhatsApp Web could not decrypt these messages within an hour.', {
          chatId: chatId(),
          keys: z.array(z.string()).describe('The keys of the messages.'),
          messageIds: z.array(z.string()).describe('Their ids, in the same order.'),
        }),
        because('unlinked', 'No phone was linked.', {
          since: instant().describe('When the link was last known to work.'),
          until: instant().describe('When the account was linked again.'),
        }),
        because('adopted', 'The session was used by another program before this daemon.', {
          since: z.null().describe('Always null: the time is not known.'),
          until: instant().describe('When this daemon took the session over.'),
        }),
        record({
          reason: z
            .enum(Object.keys(FAULTS) as [FaultKind, ...FaultKind[]])
            .describe('The kind of fault that kept events from being stored, such as `disk_full`.'),
          events: z.int().describe('How many events were lost, at least.'),
        }),
      ]),
    example: { reason: 'not_kept', after: 1767225600001, oldest: 1767225600120 },
  }),
};
