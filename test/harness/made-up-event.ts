// Made-up events, for tests of code that stores and transports events without reading their fields.
import type { WireEvent } from '../../src/protocol/events/index.js';

/** Gives any object the type of event data. */
export const madeUp = (data: object): never => data as never;

/** A check that accepts everything, for readers that would check events against their schemas. */
export const unchecked = (): void => undefined;

/** The data of an event, typed to be read by any field name. */
export const dataOf = ({ data }: WireEvent): Readonly<Record<string, unknown>> => data;
