// Every type of event, joined. A new type needs a word in EVENT_TYPES of state.ts, which does not
// compile without a row here.
import { z } from 'zod';
import type { EventRow } from '../event.js';
import { cursor, eventType, instant, type Named, record } from '../schema.js';
import type { EventType } from '../state.js';
import { callEvents } from './call.js';
import { chatEvents } from './chat.js';
import { gapEvents } from './gap.js';
import { groupEvents } from './group.js';
import { labelEvents } from './label.js';
import { messageEvents } from './message.js';
import { presenceEvents } from './presence.js';
import { sessionEvents } from './session.js';

const ROWS = {
  ...messageEvents,
  ...groupEvents,
  ...callEvents,
  ...labelEvents,
  ...chatEvents,
  ...presenceEvents,
  ...sessionEvents,
  ...gapEvents,
};
type Rows = typeof ROWS;
/** Every type has a row, also where one is missing: then only the next line does not compile, and no reader of EVENTS. */
type Complete = {
  readonly [T in EventType]: Rows extends { readonly [K in T]: { readonly type: K } }
    ? Rows[T]
    : EventRow<z.ZodObject> & { readonly type: T };
};
export const EVENTS: Complete = ROWS;

/** The data of an event of this type. */
export type EventData<T extends EventType> = z.infer<(typeof EVENTS)[T]['data']>;

/** The same, before the daemon adds both identities of everyone that it names. */
export type Unnamed<T extends EventType> = Omit<EventData<T>, keyof Named>;

const DATA = 'What happened; the fields depend on the type.';

/** The fields of every event. */
const envelope = {
  cursor: cursor().describe(
    'The place of the event in the journal. Cursors only grow, also across restarts.',
  ),
  type: eventType().describe('What kind of event it is.'),
  time: instant().describe('When the daemon stored the event.'),
  account: z.string().describe('The name of the account, as it is configured.'),
};

/** An event as it is in the journal and on the wire; `type` determines the fields of `data`. */
export type WireEvent = {
  [T in EventType]: { cursor: number; type: T; time: string; account: string; data: EventData<T> };
}[EventType];
export type EventOf<T extends EventType> = Extract<WireEvent, { type: T }>;

/** The daemon's check of an event. It leaves out the data, which an earlier version may have stored. */
export const eventSchema = record({
  ...envelope,
  data: z.record(z.string(), z.unknown()).describe(DATA),
}) as unknown as z.ZodType<WireEvent, WireEvent>;

/** A whole event of one type, with its data. For the tests and the docs. */
export const eventSchemaOf = ({ type, data, does }: EventRow) =>
  record({
    ...envelope,
    type: z.literal(type).describe(envelope.type.description ?? ''),
    data: data.describe(DATA),
  }).describe(does);
