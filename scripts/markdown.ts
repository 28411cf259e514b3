// The little Markdown that the generated pages need, and a JSON Schema in words. Knows no table of the product.

type Json = Record<string, unknown>;

/** For text in a table's cell or a paragraph. */
export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
export const code = (text: string): string => `\`${text}\``;
/** The anchor that GitHub makes of a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** One row of a schema written flat: `session.phone`, `events[].cursor`. */
export interface Field {
  readonly path: string;
  readonly words: string;
  readonly required: boolean;
}

/** The fields of an object schema, those of nested objects behind their parent. */
export function fieldsOf(schema: Json, at = ''): Field[] {
  const required = (schema.required ?? []) as string[];
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(([name, inner]) => {
    const path = at ? `${at}.${name}` : name;
    const items = inner.items as Json | undefined;
    const nested = inner.properties
      ? fieldsOf(inner, path)
      : items?.properties
        ? fieldsOf(items, `${path}[]`)
        : [];
    return [{ path, words: wordsOf(inner), required: required.includes(name) }, ...nested];
  });
}

/** `integer, 1 to 1000`, `"link" or "stop"`, `string or null`. */
export function wordsOf(schema: Json): string {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  if (Array.isArray(schema.anyOf)) return [...new Set((schema.anyOf as Json[]).map(wordsOf))].join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => wordsOf({ ...schema, type })).join(' or ');
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${schema.type}${range(schema.minimum, schema.maximum)}`;
    case 'string':
      if (schema.format === 'date-time') return 'time, ISO 8601 UTC';
      return `string${range(schema.minLength, schema.maxLength, ' characters')}${pattern(schema.pattern)}`;
    case 'array':
      return `list of ${wordsOf((schema.items ?? {}) as Json)}${schema.minItems ? `, at least ${schema.minItems}` : ''}`;
    case 'object':
      return schema.properties
        ? 'object'
        : `object of ${wordsOf((schema.additionalProperties ?? {}) as Json)}`;
    default:
      return typeof schema.type === 'string' ? schema.type : 'anything';
  }
}

function range(low: unknown, high: unknown, unit = ''): string {
  // The integers of a double have bounds too; those say nothing about the parameter.
  const min = typeof low === 'number' && Math.abs(low) !== Number.MAX_SAFE_INTEGER ? low : undefined;
  const max = typeof high === 'number' && high !== Number.MAX_SAFE_INTEGER ? high : undefined;
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}${unit}`;
  if (min !== undefined) return `, from ${min}${unit}`;
  return max === undefined ? '' : `, up to ${max}${unit}`;
}

const pattern = (regex: unknown): string => (typeof regex === 'string' ? `, ${code(regex)}` : '');
