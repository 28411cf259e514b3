// Generates docs/events.md: every type of event with its fields and an example, from the table of events.
import { componentsFor, type Json } from '../src/openapi/components.js';
import type { EventRow } from '../src/protocol/event.js';
import { EVENTS } from '../src/protocol/events/index.js';
import { anchor, code, fieldsOf, refOf, TIME, table } from './markdown.js';

const INTRO = `# Events

Generated from \`src/protocol/events/\` by \`npm run docs\`; do not edit.

Each event is \`{ cursor, type, time, account, data }\`: \`cursor\` is its place in the journal, \`time\` is when the daemon stored
it, \`account\` is the name of the account, and \`data\` depends on \`type\`. [rpc.md](rpc.md#events) says how to read events. Fields
are added, never changed. Events that an earlier version stored may lack fields.
Events that \`wactl purge\` removed are skipped ([search.md](search.md#removing-messages)).`;

const { schemas, schemaOf } = componentsFor('draft-7');
const linkOf = (name: string): string => (name === 'Time' ? TIME : `[${name}](rpc.md#${anchor(name)})`);

const rowsOf = (schema: Json): string[][] =>
  fieldsOf(schema, linkOf).map(({ path, words, required, says }) => [
    code(path),
    words,
    `${required ? '' : 'May be missing. '}${says}`,
  ]);

function section({ type, does, data, example }: EventRow): string {
  const schema = schemaOf(data);
  const whole = schemas[refOf(schema) ?? ''] ?? schema;
  const variants = (whole.oneOf ?? whole.anyOf ?? [whole]) as Json[];
  return [
    `## ${type}`,
    does,
    ...(variants.length > 1 ? ['The fields depend on `reason`:'] : []),
    ...variants.map((variant) => table(['field of `data`', 'type', ''], rowsOf(variant))),
    `\`\`\`json\n${JSON.stringify(example)}\n\`\`\``,
  ].join('\n\n');
}

export function eventsPage(): string {
  const rows: readonly EventRow[] = Object.values(EVENTS);
  const contents = table(
    ['type', 'when'],
    rows.map(({ type, does }) => [`[${code(type)}](#${anchor(type)})`, does]),
  );
  return `${[INTRO, contents, ...rows.map(section)].join('\n\n')}\n`;
}
