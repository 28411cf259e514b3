// Parses the query parameters of a GET into the types that the schema of the method requires. A value that does not fit
// stays a string, and the daemon's validation reports it as it does on the socket.
import type { z } from 'zod';

export function queryParams(
  schema: z.ZodType,
  query: URLSearchParams,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { shape = {} } = schema as { shape?: Readonly<Record<string, z.ZodType>> };
  const given = [...query, ...Object.entries(names)];
  // Own properties only: every object has a "constructor".
  const wanted = (name: string) => (Object.hasOwn(shape, name) ? shape[name] : undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, readAs(wanted(name), text)]));
}

function readAs(schema: z.ZodType | undefined, text: string): unknown {
  if (schema === undefined || schema.safeParse(text).success) return text;
  if (/^(?:-?(?:0|[1-9]\d{0,15})|true|false)$/.test(text)) return JSON.parse(text);
  return text;
}
