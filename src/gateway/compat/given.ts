// Leaves fields without a value out of parameters: a method refuses `undefined`.

/** The same without the fields that are undefined. */
export const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
