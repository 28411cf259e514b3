// Reads the fields of a foreign body or query. Unknown fields are ignored, as the other programs do, and a value that does not
// fit is reported by its name. A field that is null or an empty string counts as left out.
import { Fault } from '../../protocol/fault.js';

/** As far as a Date reaches. */
const MAX_SECONDS = 8.64e12;

/** Own properties only: a body may have a field "constructor". */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #at: string;

  /** @param at the name of the object, for errors: `file.` */
  constructor(values: Readonly<Record<string, unknown>>, at = '') {
    this.#values = values;
    this.#at = at;
  }

  /** @throws Fault invalid_params */
  static of(value: unknown, at = ''): Fields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return new Fields(value as Record<string, unknown>, at && `${at}.`);
    throw wrong(at, 'an object');
  }

  /** The first of the names that has a value. */
  #first(names: readonly string[]): unknown {
    for (const name of names) {
      if (!Object.hasOwn(this.#values, name)) continue;
      const value = this.#values[name];
      if (value !== null && value !== undefined && value !== '') return value;
    }
    return undefined;
  }

  has(name: string): boolean {
    return this.#first([name]) !== undefined;
  }

  /** A number counts as text: tools send phone numbers in both forms. @throws Fault invalid_params */
  text(...names: readonly string[]): string {
    const value = this.optional(...names);
    if (value === undefined) throw wrong(this.#at + names[0], 'a text');
    return value;
  }

  /** @throws Fault invalid_params */
  optional(...names: readonly string[]): string | undefined {
    const value = this.#first(names);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw wrong(this.#at + names[0], 'a text');
  }

  /** @throws Fault invalid_params */
  number(name: string): number {
    const value = this.count(name);
    if (value === undefined) throw wrong(this.#at + name, 'a number');
    return value;
  }

  /** @throws Fault invalid_params */
  count(name: string): number | undefined {
    const value = this.#first([name]);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw wrong(this.#at + name, 'a number');
  }

  /** A time in seconds since 1970. @throws Fault invalid_params */
  instant(name: string): string {
    const seconds = this.number(name);
    if (Math.abs(seconds) > MAX_SECONDS) throw wrong(this.#at + name, 'a time in seconds since 1970');
    return new Date(seconds * 1_000).toISOString();
  }

  /** @throws Fault invalid_params */
  optionalInstant(name: string): string | undefined {
    return this.has(name) ? this.instant(name) : undefined;
  }

  /** @throws Fault invalid_params */
  flag(name: string): boolean | undefined {
    const value = this.#first([name]);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw wrong(this.#at + name, 'true or false');
  }

  /** @throws Fault invalid_params */
  object(name: string): Fields {
    return Fields.of(this.#first([name]), this.#at + name);
  }

  /** An empty object when it is left out. @throws Fault invalid_params */
  optionalObject(name: string): Fields {
    return Fields.of(this.#first([name]) ?? {}, this.#at + name);
  }

  /** One value counts as a list of one. @throws Fault invalid_params */
  list(...names: readonly string[]): readonly unknown[] {
    const value = this.#first(names);
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }

  /** @throws Fault invalid_params */
  texts(...names: readonly string[]): string[] {
    return this.list(...names).map((value) => {
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      throw wrong(this.#at + names[0], 'a list of texts');
    });
  }

  /** @throws Fault invalid_params */
  objects(name: string): Fields[] {
    return this.list(name).map((value, n) => Fields.of(value, `${this.#at}${name}[${n}]`));
  }
}

const wrong = (name: string, expected: string): Fault =>
  new Fault('invalid_params', { reason: `"${name}" must be ${expected}`, hint: null });
