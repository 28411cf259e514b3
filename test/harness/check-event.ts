// Checks events against the schemas of their types, including their data, which the daemon itself does not
// check: single events, or those that a program printed as JSON.
import type { z } from 'zod';
import { EVENTS, eventSchema, eventSchemaOf, type WireEvent } from '../../src/protocol/events/index.js';

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map(
  Object.values(EVENTS).map((row) => [row.type, eventSchemaOf(row)]),
);

/** The schema for this event. For an unknown type it is the general one, which refuses the event. */
const schemaFor = (event: unknown): z.ZodType =>
  SCHEMAS.get(String((event as { type?: unknown } | null)?.type)) ?? eventSchema;

/** A value violated its schema. It is never a Fault, so that no test takes it for an answer. */
export class ContractBroken extends Error {
  override readonly name = 'ContractBroken';
}

/** @throws ContractBroken */
export function check<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const read = schema.safeParse(value);
  if (!read.success) throw new ContractBroken(`${what} does not fit the table: ${read.error.message}`);
  return read.data;
}

/** @throws ContractBroken */
export const checkEvent = (event: WireEvent): WireEvent =>
  check(schemaFor(event), event, `the event ${event.type}`) as WireEvent;

/** Checks the events in `-o json` and `-o jsonl` of wactl: `{ events }`, `{ letters: [{ event }] }`, or one a line. */
export function checkPrinted(stdout: string): void {
  const printed = stdout.split(/^(?=\{)/m).filter((text) => text.startsWith('{'));
  for (const text of printed) {
    const answer = JSON.parse(text) as { events?: WireEvent[]; letters?: { event: WireEvent }[] };
    answer.events?.forEach(checkEvent);
    for (const { event } of answer.letters ?? []) checkEvent(event);
    if ('cursor' in answer && 'data' in answer) checkEvent(answer as unknown as WireEvent);
  }
}
