// The fields of a schema, with what each says of itself.

type Json = Record<string, unknown>;

/** Every field of a schema by its path, with its description; the variants of a union share their names. */
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
