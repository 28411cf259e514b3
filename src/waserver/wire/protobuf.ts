/**
 * Protocol buffers by tables of fields. Fields that a table lacks are skipped. 64-bit numbers are exact up to 2^53.
 * Only what WhatsApp's messages need here: numbers, bytes, texts and messages.
 */

interface Scalars {
  /** varint */
  uint: number;
  bool: boolean;
  bytes: Buffer;
  text: string;
}
type Type = keyof Scalars | Schema<Fields>;
/** Number on the wire, type, and 'many' for a repeated field. */
type Field = readonly [number, Type] | readonly [number, Type, 'many'];
interface Fields {
  readonly [name: string]: Field;
}
type ValueOf<T> = T extends keyof Scalars ? Scalars[T] : T extends Schema<infer F> ? Message<F> : never;
type Message<F> = {
  -readonly [K in keyof F]?:
    | (F[K] extends readonly [number, infer T, 'many']
        ? ValueOf<T>[]
        : F[K] extends readonly [number, infer T]
          ? ValueOf<T>
          : never)
    | undefined;
};
/** The values of a schema's fields. */
export type Of<S> = S extends Schema<infer F> ? Message<F> : never;

const VARINT = 0;
const BYTES = 2;
/** Wire types of fixed length, which are skipped. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

class Reader {
  #at = 0;
  constructor(readonly bytes: Buffer) {}
  get isAtEnd(): boolean {
    return this.#at >= this.bytes.length;
  }
  varint(): number {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      const byte = this.take(1)[0] ?? 0;
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  }
  take(length: number): Buffer {
    if (this.#at + length > this.bytes.length) throw new RangeError('the message ends too early');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}

export class Schema<const F extends Fields> {
  readonly #byNumber: ReadonlyMap<number, readonly [string, Field]>;

  constructor(readonly fields: F) {
    this.#byNumber = new Map(Object.entries(fields).map(([name, field]) => [field[0], [name, field]]));
  }

  encode(message: Message<F>): Buffer {
    const parts: Buffer[] = [];
    for (const [name, [number, type, many]] of Object.entries(this.fields) as [string, Field][]) {
      const value: unknown = message[name];
      if (value === undefined) continue;
      const values: unknown[] = many === 'many' ? (value as unknown[]) : [value];
      // The page takes repeated numbers only packed.
      if (many === 'many' && (type === 'uint' || type === 'bool'))
        parts.push(...write(number, 'bytes', Buffer.concat(values.map((one) => varint(Number(one))))));
      else for (const one of values) parts.push(...write(number, type, one));
    }
    return Buffer.concat(parts);
  }

  /** @throws RangeError if the bytes are no message */
  decode(bytes: Uint8Array): Message<F> {
    const reader = new Reader(Buffer.from(bytes));
    const message: Record<string, unknown> = {};
    while (!reader.isAtEnd) {
      const key = reader.varint();
      const wireType = key % 8;
      const raw =
        wireType === VARINT ? reader.varint() : reader.take(FIXED[wireType] ?? lengthOf(reader, wireType));
      const [name, field] = this.#byNumber.get(Math.floor(key / 8)) ?? [];
      if (name === undefined || field === undefined || FIXED[wireType] !== undefined) continue;
      for (const value of read(field, raw)) {
        if (field[2] === 'many') message[name] = [...((message[name] as unknown[] | undefined) ?? []), value];
        else message[name] = value;
      }
    }
    return message as Message<F>;
  }
}

function lengthOf(reader: Reader, wireType: number): number {
  if (wireType !== BYTES) throw new RangeError(`unknown wire type ${wireType}`);
  return reader.varint();
}

function write(number: number, type: Type, value: unknown): Buffer[] {
  const head = (wireType: number) => varint(number * 8 + wireType);
  if (type === 'uint' || type === 'bool') return [head(VARINT), varint(Number(value))];
  const bytes =
    type === 'bytes'
      ? (value as Buffer)
      : type === 'text'
        ? Buffer.from(value as string)
        : type.encode(value as Message<Fields>);
  return [head(BYTES), varint(bytes.length), bytes];
}

function read([, type, many]: Field, raw: number | Buffer): unknown[] {
  if (typeof raw === 'number') return [type === 'bool' ? raw !== 0 : raw];
  if (type === 'uint' || type === 'bool') {
    // numbers in one field, packed
    if (many !== 'many') throw new RangeError('a number was expected');
    const reader = new Reader(raw);
    const values: number[] = [];
    while (!reader.isAtEnd) values.push(reader.varint());
    return values;
  }
  return [type === 'bytes' ? raw : type === 'text' ? raw.toString() : type.decode(raw)];
}
