// docs/events.md: every type of event with its fields and an example, from the table of events.
import { schemaOf } from '../src/daemon/api/openrpc.js';
import type { EventRow } from '../src/protocol/event.js';
import { EVENTS } from '../src/protocol/events/index.js';
import { anchor, code, table, wordsOf } from './markdown.js';

type Json = Record<string, unknown>;

const INTRO = `# Events

Generated from \`src/protocol/events/\` by \`npm run docs\`; do not edit.

Each event is \`{ cursor, type, time, account, data }\`: \`cursor\` is its place in the journal, \`time\` is when the daemon stored
it, \`account\` is the name of the account, and \`data\` depends on \`type\`. [rpc.md](rpc.md#events) says how to read events. Fields
are added, never changed. Events that an earlier version stored may lack fields.`;

/** One row for each field, with those of nested objects behind their parent. */
function rowsOf(schema: Json, at = ''): string[][] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(([name, inner]) => {
    const path = at ? `${at}.${name}` : name;
    const says = `${required.includes(name) ? '' : 'May be missing. '}${String(inner.description)}`;
    const [object = inner] = ((inner.anyOf ?? []) as Json[]).filter(({ properties }) => properties);
    const items = inner.items as Json | undefined;
    const nested = items?.properties ? rowsOf(items, `${path}[]`) : rowsOf(object, path);
    return [[code(path), wordsOf(inner), says], ...nested];
  });
}

function section({ type, does, data, example }: EventRow): string {
  const schema = schemaOf(data);
  const variants = (schema.oneOf ?? schema.anyOf ?? [schema]) as Json[];
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
