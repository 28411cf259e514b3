/** The table of events: every type has a row, a fitting example and described fields. */
import t from 'tap';
import { z } from 'zod';
import type { EventRow } from '../../../src/protocol/event.js';
import { EVENTS, eventSchema, eventSchemaOf } from '../../../src/protocol/events/index.js';
import { EVENT_TYPES } from '../../../src/protocol/state.js';
import { fieldsIn } from './fields.js';

type Json = Record<string, unknown>;
const rows = Object.entries(EVENTS) as [string, EventRow][];

t.test('every type has a row under its own name, described in a sentence', async (t) => {
  t.same(Object.keys(EVENTS).sort(), [...EVENT_TYPES].sort());
  for (const [key, row] of rows) {
    t.equal(row.type, key);
    t.match(row.does, /^[A-Z].*\.$/, key);
  }
});

t.test('every example fits its schema, and fails with one field more or less', async (t) => {
  const envelope = { cursor: 1, time: '2026-01-01T00:00:00.000Z', account: 'default' };
  for (const [type, row] of rows) {
    const fits = (data: object) => eventSchemaOf(row).safeParse({ ...envelope, type, data }).success;
    const example = row.example as Json;
    t.equal(eventSchemaOf(row).safeParse({ ...envelope, type, data: example }).error, undefined, type);
    t.notOk(fits({ ...example, surprise: 1 }), `${type}: an additional field`);
    for (const name of Object.keys(example)) {
      const { [name]: _, ...rest } = example;
      t.notOk(fits(rest), `${type}: without ${name}`);
    }
  }
});

t.test('every field has a description', async (t) => {
  for (const [type, row] of rows) {
    const fields = fieldsIn(z.toJSONSchema(eventSchemaOf(row), { io: 'input' }) as Json, type);
    t.ok(fields.length > 5);
    for (const [path, says] of fields)
      t.match(says, /^[-\w`"].*\.$/, `${path}: describe() in src/protocol/events/`);
  }
});

t.test('an event stored by an earlier version is still valid', async (t) => {
  const old = {
    cursor: 1,
    type: 'call',
    time: '2026-01-01T00:00:00.000Z',
    account: 'default',
    data: { old: 1 },
  };
  t.ok(eventSchema.safeParse(old).success);
});
