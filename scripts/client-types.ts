// Writes src/protocol/types.ts out for the package: the same names as interfaces, with the text of each field
// from the schemas. An editor can then show the meaning of a field, and the package's types do not need zod.
import { componentsFor, type Json } from '../src/openapi/components.js';
import type { MethodRow } from '../src/protocol/method.js';
import { METHODS } from '../src/protocol/methods/index.js';

/** Names that are already types of src/protocol/state.ts. */
const WORDS = ['StateName', 'Reason', 'SendState', 'EventType'];
const NAMES: Readonly<Record<string, string>> = { Time: 'string', Event: 'WireEvent' };

const indent = (text: string): string => text.replaceAll('\n', '\n  ');
/** Makes a comment of one line, or one with a line for each part that begins with a tag. */
const comment = (...parts: readonly unknown[]): string => {
  const says = parts.filter((part): part is string => typeof part === 'string' && part !== '');
  if (says.length === 0) return '';
  const [tag, ...rest] = says.map((part) => part.replaceAll('*/', '*\\/')).reverse();
  const tagged = tag?.startsWith('@');
  const text = (tagged ? rest : [tag, ...rest]).reverse().join(' ');
  return tagged ? `/**\n * ${text}\n * ${tag}\n */\n` : `/** ${text} */\n`;
};
const union = (types: readonly string[]): string => [...new Set(types)].join(' | ');

/** Returns the TypeScript type of a schema. @throws Error for a kind of schema that no table has used yet */
function typeOf(schema: Json): string {
  const { $ref, const: only, enum: words, items, properties, type } = schema;
  const variants = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    return NAMES[name] ?? name;
  }
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(words)) return union(words.map((word) => JSON.stringify(word)));
  if (variants !== undefined) return union(variants.map(typeOf));
  if (Array.isArray(type)) return union(type.map((one) => typeOf({ ...schema, type: one })));
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'array':
      return `Array<${typeOf((items ?? {}) as Json)}>`;
    case 'object':
      return properties ? fieldsOf(schema) : `Record<string, ${typeOf(schema.additionalProperties as Json)}>`;
    case undefined:
      return 'unknown';
    default:
      throw new Error(`No type for ${JSON.stringify(schema)}`);
  }
}

function fieldsOf({ properties, required = [], additionalProperties }: Json): string {
  const fields = Object.entries(properties as Record<string, Json>).map(([name, inner]) => {
    const isRequired = (required as string[]).includes(name);
    const time = inner.$ref === '#/components/schemas/Time' ? 'ISO 8601, UTC.' : '';
    const type = isRequired ? typeOf(inner) : `${typeOf(inner)} | undefined`;
    return `${comment(inner.description, time)}${name}${isRequired ? '' : '?'}: ${type};`;
  });
  // An object that allows additional fields.
  const more = additionalProperties ? ['[name: string]: unknown;'] : [];
  const all = [...fields, ...more];
  return all.length === 0 ? 'Record<string, never>' : `{\n  ${all.map(indent).join('\n  ')}\n}`;
}

const titled = (name: string): string =>
  name.replace(/(?:^|\.)(\w)/g, (_, first: string) => first.toUpperCase());

const says = ({ does, faults }: MethodRow): string =>
  comment(does, faults.length > 0 && `@throws Fault ${faults.join(', ')}`);

/** The text of dist/types/protocol/types.d.ts. */
export function clientTypes(): string {
  const { schemas, schemaOf, answerOf } = componentsFor('draft-2020-12');
  const rows: readonly MethodRow[] = Object.values(METHODS);
  const shapes = Object.entries(schemas)
    .filter(([name]) => NAMES[name] === undefined && !WORDS.includes(name))
    .map(([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema)};`);
  const calls = rows.flatMap(({ name, params, result }) => [
    `export type ${titled(name)}Params = ${typeOf(schemaOf(params))};`,
    `export type ${titled(name)}Result = ${typeOf(answerOf(result))};`,
  ]);
  const entry = (key: string, row: MethodRow): string =>
    `${says(row)}${key}: { params: ${titled(row.name)}Params; result: ${titled(row.name)}Result };`;
  const nounOf = ({ name }: MethodRow): string => name.slice(0, name.indexOf('.'));
  const byNoun = [...new Set(rows.map(nounOf))].map((noun) => {
    const verbs = rows.filter((row) => nounOf(row) === noun);
    return `${noun}: {\n  ${verbs.map((row) => indent(entry(row.name.slice(noun.length + 1), row))).join('\n  ')}\n};`;
  });
  const events = (schemas.Event?.oneOf ?? []) as Json[];
  return `${[
    '// Written by scripts/client-types.ts from the schemas of the daemon.',
    `import type { ${WORDS.toSorted().join(', ')} } from './state.js';`,
    ...shapes,
    `${comment(schemas.Event?.description)}export type WireEvent = ${union(events.map(typeOf))};`,
    'export type EventOf<T extends EventType> = Extract<WireEvent, { type: T }>;',
    '/** The data of an event of this type. */\nexport type EventData<T extends EventType> = EventOf<T>["data"];',
    ...calls,
    `export interface MethodTable {\n  ${rows.map((row) => indent(entry(JSON.stringify(row.name), row))).join('\n  ')}\n}`,
    'export type MethodName = keyof MethodTable;',
    '/** The parameters of a call. */\nexport type Asked<M extends MethodName> = MethodTable[M]["params"];',
    '/** The result of a call. */\nexport type Answered<M extends MethodName> = MethodTable[M]["result"];',
    `/** The methods by noun and verb. */\nexport interface Methods {\n  ${byNoun.map(indent).join('\n  ')}\n}`,
  ].join('\n\n')}\n`;
}
