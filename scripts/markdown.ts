// The small part of Markdown that the generated pages need, and JSON Schemas in words. It knows no table of
// the product.

type Json = Record<string, unknown>;

/** Escapes text for a table's cell or a paragraph. */
export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
export const code = (text: string): string => `\`${text}\``;
/** The anchor that GitHub gives a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** One field of a flattened schema: `session.phone`, `events[].cursor`. */
export interface Field {
  readonly path: string;
  readonly words: string;
  readonly required: boolean;
  /** A description in one sentence; empty when the name is enough. */
  readonly says: string;
}

export const TIME = 'time, ISO 8601 UTC';

/** Returns a link to the description of a named schema. */
export type LinkOf = (name: string) => string;
const here: LinkOf = (name) => `[${name}](#${anchor(name)})`;

/** The name of the schema that this one refers to. Draft 7 wraps a reference that has a description. */
export function refOf({ $ref, allOf }: Json): string | undefined {
  const [only] = (allOf ?? []) as Json[];
  const target = $ref ?? only?.$ref;
  return typeof target === 'string' ? target.split('/').at(-1) : undefined;
}

/**
 * The fields of an object schema; those of nested objects follow their parent. A named schema is not
 * expanded.
 */
export function fieldsOf(schema: Json, linkOf: LinkOf = here, at = ''): Field[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(([name, inner]) => {
    const path = at ? `${at}.${name}` : name;
    const [object = inner] = ((inner.anyOf ?? []) as Json[]).filter(({ properties }) => properties);
    const items = inner.items as Json | undefined;
    const nested = items?.properties ? fieldsOf(items, linkOf, `${path}[]`) : fieldsOf(object, linkOf, path);
    const says = typeof inner.description === 'string' ? inner.description : '';
    return [{ path, words: wordsOf(inner, linkOf), required: required.includes(name), says }, ...nested];
  });
}

/** `integer, 1 to 1000`, `"link" or "stop"`, `string or null`, `list of [Chat](#chat)`. */
export function wordsOf(schema: Json, linkOf: LinkOf = here): string {
  const words = (inner: Json) => wordsOf(inner, linkOf);
  const name = refOf(schema);
  if (name !== undefined) return linkOf(name);
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  if (Array.isArray(schema.anyOf)) return [...new Set((schema.anyOf as Json[]).map(words))].join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => words({ ...schema, type })).join(' or ');
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${schema.type}${range(schema.minimum, schema.maximum)}`;
    case 'string':
      if (schema.format === 'date-time') return TIME;
      return `string${range(schema.minLength, schema.maxLength, ' characters')}${pattern(schema.pattern)}`;
    case 'array':
      return `list of ${words((schema.items ?? {}) as Json)}${schema.minItems ? `, at least ${schema.minItems}` : ''}`;
    case 'object':
      return schema.properties ? 'object' : `object of ${words((schema.additionalProperties ?? {}) as Json)}`;
    default:
      return typeof schema.type === 'string' ? schema.type : 'anything';
  }
}

function range(low: unknown, high: unknown, unit = ''): string {
  // The bounds of a double's integers say nothing about the parameter.
  const min = typeof low === 'number' && Math.abs(low) !== Number.MAX_SAFE_INTEGER ? low : undefined;
  const max = typeof high === 'number' && high !== Number.MAX_SAFE_INTEGER ? high : undefined;
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}${unit}`;
  if (min !== undefined) return `, from ${min}${unit}`;
  return max === undefined ? '' : `, up to ${max}${unit}`;
}

const pattern = (regex: unknown): string => (typeof regex === 'string' ? `, ${code(regex)}` : '');
