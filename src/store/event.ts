// An event as the journal stores it. Times are ms since 1970. The daemon adds the name of the account.
import type { EventType } from '../protocol/state.js';

/** The events that contain a message. */
export const MESSAGE_EVENTS = ['message', 'message.history'] as const satisfies readonly EventType[];
export const hasMessage = (type: EventType): type is (typeof MESSAGE_EVENTS)[number] =>
  type === 'message' || type === 'message.history';

export interface NewEvent {
  readonly type: EventType;
  readonly timeMs: number;
  /** The linked account that it is about; null when none was. */
  readonly wid: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StoredEvent extends NewEvent {
  readonly cursor: number;
}

/** When the message of an event was sent; when an event of another kind happened. */
export function sentAtMs({
  type,
  timeMs,
  data,
}: Pick<StoredEvent, 'timeMs'> & { type: string; data: unknown }): number {
  // An older message that was asked for is recorded long after it was sent.
  const { timestamp = '' } = type === 'message.history' ? (data as { timestamp?: string }) : {};
  return Math.min(timeMs, Date.parse(timestamp) || timeMs);
}

export interface EventRow {
  cursor: number;
  type: EventType;
  time: number;
  wid: string | null;
  data: string;
}

/** Decodes a row. An event whose data cannot be parsed becomes a gap, so that no reader gets stuck. */
export function eventOf({ cursor, type, time, wid, data }: EventRow): StoredEvent {
  try {
    return { cursor, type, timeMs: time, wid, data: JSON.parse(data) as Record<string, unknown> };
  } catch {
    return {
      cursor,
      type: 'gap',
      timeMs: time,
      wid,
      data: { reason: 'damaged', after: cursor - 1, oldest: cursor + 1 },
    };
  }
}
