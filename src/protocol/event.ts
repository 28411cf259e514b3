// The shape of an event row: type, schema of the data, and an example. Types, the checks of the tests,
// docs/events.md and the components of OpenRPC and OpenAPI follow from the row. The daemon does not check
// events that it reads back: an earlier version may have stored them.
import type { z } from 'zod';
import { once } from './once.js';
import type { EventType } from './state.js';

export interface EventRow<D extends z.ZodType = z.ZodType> {
  readonly type: EventType;
  /** For the docs, OpenRPC and OpenAPI: when the event is reported. */
  readonly does: string;
  readonly data: D;
  readonly example: z.input<D>;
}

/** A row as it is written: with a schema that is made when it is first used (see `method`). */
export type DeclaredEvent<T extends EventType, D extends z.ZodType> = Omit<EventRow<D>, 'type' | 'data'> & {
  readonly type: T;
  readonly data: () => D;
};

/** Declares a row. */
export function event<const T extends EventType, D extends z.ZodType>(
  row: DeclaredEvent<T, D>,
): EventRow<D> & { readonly type: T } {
  const data = once(row.data);
  return {
    ...row,
    get data() {
      return data();
    },
  };
}
