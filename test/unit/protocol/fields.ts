// Lists the fields of a JSON schema with their descriptions.

type Json = Record<string, unknown>;

/** Every field of a schema by its path, with its description. The variants of a union share their paths. */
export function fieldsIn(schema: Json, at: string): [path: string, says: unknown][] {
  const variants = [
    ...((schema.anyOf ?? schema.oneOf ?? []) as Json[]),
    ...(schema.items ? [schema.items as Json] : []),
  ];
  return [
    ...variants.flatMap((variant) => fieldsIn(variant, at)),
    ...Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(
      ([name, inner]): [string, unknown][] => [
        [`${at}.${name}`, inner.description],
        ...fieldsIn(inner, `${at}.${name}`),
      ],
    ),
  ];
}
