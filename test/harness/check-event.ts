// Checks an event against the schema of its type, data included, which the daemon does not do itself.
import type { z } from 'zod';
import { EVENTS, eventSchema, eventSchemaOf } from '../../src/protocol/events/index.js';

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(
  Object.values(EVENTS).map((row) => [row.type, eventSchemaOf(row)]),
);

/** The schema that this event has to fit; the general one when its type is unknown, which that one refuses. */
export const schemaFor = (event: unknown): z.ZodType =>
  SCHEMAS.get(String((event as { type?: unknown } | null)?.type)) ?? eventSchema;
