// Events for tests of what stores and carries them, and reads none of their fields: a daemon stores no such data.
import type { WireEvent } from '../../src/protocol/events/index.js';

/** Passes for the data of any event. */
export const madeUp = (data: object): never => data as never;

/** Given to a reader that would check events against their schemas. */
export const unchecked = (): void => undefined;

/** The data of an event, read by any name. */
export const dataOf = ({ data }: WireEvent): Readonly<Record<string, unknown>> => data;
