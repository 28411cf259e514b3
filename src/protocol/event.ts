// The shape of an event row: type, schema of the data, and an example. Types, the checks of the tests,
// docs/events.md and the components of OpenRPC and OpenAPI follow from the row. The daemon does not check
// events that it reads back: an earlier version may have stored them.
import type { z } from 'zod';
import type { EventType } from './state.js';

export interface EventRow<D extends z.ZodType = z.ZodType> {
  readonly type: EventType;
  /** For the docs, OpenRPC and OpenAPI: when the event is reported. */
  readonly does: string;
  readonly data: D;
  readonly example: z.input<D>;
}

/** Declares a row; a function only so that the compiler checks the example against the schema. */
export const event = <const T extends EventType, D extends z.ZodType>(
  row: EventRow<D> & { readonly type: T },
): EventRow<D> & { readonly type: T } => row;
