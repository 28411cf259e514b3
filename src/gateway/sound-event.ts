// Checks the form of an event that a daemon sent, because it becomes a part of streams with the events of other accounts.
import type { WireEvent } from '../protocol/types.js';

/** A type becomes a line of the stream, and a cursor a part of its id: neither may contain a line break. */
export const isSound = ({ cursor, type, time, data }: Readonly<Record<keyof WireEvent, unknown>>): boolean =>
  Number.isSafeInteger(cursor) &&
  typeof type === 'string' &&
  /^[\w.-]{1,64}$/.test(type) &&
  typeof time === 'string' &&
  typeof data === 'object' &&
  data !== null;
