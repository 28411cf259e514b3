// Finds unfinished transactions of an IndexedDB database that Chromium cannot undo together, and computes the writes that
// let it undo them (H33). A transaction that reaches the disk before it is committed is a "scope": metadata with its
// locks, and undo tasks. The next browser takes the locks of all unfinished scopes, each exclusively, and then runs their
// undo tasks one after the other. Every transaction that writes to object stores has a shared lock on the database, and
// exclusive ones on its stores. So the second of two scopes finds the database's lock taken, and Chromium destroys the
// database. Removing that lock from all scopes but one is safe: their stores differ, so the undo tasks of one scope do
// not touch the writes of another. The scope that is undone last keeps the database's lock, which prevents a version
// change until all are undone.
// Source: LevelDBScope::SetModeToUndoLog, LevelDBScopes::Initialize and StartRecoveryAndCleanupTasks in
// components/services/storage/indexed_db/scopes of Chromium; the values are scopes_metadata.proto there.
import { Reader, varint, type Write } from './leveldb-batch.js';

/** Key prefixes: global metadata (no database, store or index), scopes, and the kind of record. */
const METADATA = Buffer.from([0, 0, 0, 0, 50, 1]);
const TASK = Buffer.from([0, 0, 0, 0, 50, 2]);
/** The partition of a lock: what kind of object is locked. */
const [DATABASE, OBJECT_STORE] = [0, 1];

interface Lock {
  readonly partition: number;
  /** Made of the partition and the key. */
  readonly id: string;
  /** The encoded field of the metadata. */
  readonly field: Buffer;
}

interface Scope {
  readonly key: Buffer;
  readonly locks: readonly Lock[];
}

/** The scopes that remain after all writes of the logs. `add` takes the writes in their order. */
export class Scopes {
  /** The metadata of each scope, by its number in hexadecimal. */
  readonly #metadata = new Map<string, Buffer>();
  /** The number of the scope of each undo task, by the key of the task. */
  readonly #tasks = new Map<string, string>();

  add({ key, value }: Write): void {
    const number = key.subarray(METADATA.length);
    if (key.subarray(0, METADATA.length).equals(METADATA)) keep(this.#metadata, hex(number), value);
    else if (key.subarray(0, TASK.length).equals(TASK))
      keep(this.#tasks, hex(key), value === null ? null : hex(number.subarray(0, varintLength(number))));
  }

  /**
   * The writes that let Chromium undo all unfinished scopes: each scope loses its shared lock of a database, except for the
   * one that Chromium undoes last. Empty when no locks overlap.
   * @throws Error when scopes overlap in a way that a kill does not explain, or cannot be decoded
   */
  mend(): readonly Write[] {
    const scopes = this.#unfinished();
    const owners = new Map<string, Scope[]>();
    for (const scope of scopes)
      for (const id of new Set(scope.locks.map((lock) => lock.id)))
        owners.set(id, [...(owners.get(id) ?? []), scope]);
    const isShared = ({ id }: Lock): boolean => (owners.get(id)?.length ?? 0) > 1;
    const writes: Write[] = [];
    for (const scope of scopes) {
      const shared = scope.locks.filter(isShared);
      if (shared.length === 0) continue;
      if (shared.some(({ partition }) => partition !== DATABASE))
        throw new Error('two unfinished transactions hold one object store');
      // Chromium treats a scope without locks as committed.
      if (!scope.locks.some(({ partition }) => partition === OBJECT_STORE))
        throw new Error('an unfinished transaction shares a database and holds no object store');
      const kept = scope.locks.filter(({ id }) => (owners.get(id) ?? []).at(-1) === scope);
      if (kept.length < scope.locks.length)
        writes.push({ key: scope.key, value: Buffer.concat(kept.map(({ field }) => field)) });
    }
    return writes;
  }

  /** In the order in which Chromium finds and undoes them. */
  #unfinished(): readonly Scope[] {
    const scopes: Scope[] = [];
    for (const [number, value] of this.#metadata) {
      const locks = locksOf(value);
      if (locks.length > 0)
        scopes.push({ key: Buffer.concat([METADATA, Buffer.from(number, 'hex')]), locks });
    }
    const unknown = new Set([...this.#tasks.values()].filter((number) => !this.#metadata.has(number)));
    if (unknown.size > 0 && unknown.size + scopes.length > 1)
      throw new Error('the locks of an unfinished transaction are not in the log');
    return scopes.sort((a, b) => Buffer.compare(a.key, b.key));
  }
}

const hex = (bytes: Buffer): string => bytes.toString('hex');

function keep<V>(map: Map<string, V>, key: string, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

const varintLength = (bytes: Buffer): number => bytes.findIndex((byte) => byte < 128) + 1;

/** Tags of protocol buffers: eight times the number of the field, plus its wire type. */
const [NUMBER_1, BYTES_1, NUMBER_2, BYTES_2] = [8, 10, 16, 18];

/** Empty when the scope is finished. */
function locksOf(metadata: Buffer): readonly Lock[] {
  const reader = new Reader(metadata);
  const locks: Lock[] = [];
  let isFinished = false;
  while (!reader.ended) {
    const tag = reader.number();
    if (tag === BYTES_1) locks.push(lockOf(reader.bytes()));
    else if (tag === NUMBER_2) isFinished = reader.number() === 1;
    else throw new RangeError(`metadata of a transaction with tag ${tag}`);
  }
  if (isFinished && locks.length > 0) throw new RangeError('a finished transaction that holds locks');
  return locks;
}

function lockOf(bytes: Buffer): Lock {
  const reader = new Reader(bytes);
  let partition = 0;
  let key: Buffer | null = null;
  while (!reader.ended) {
    const tag = reader.number();
    if (tag === NUMBER_1) partition = reader.number();
    else if (tag === BYTES_2) key = keyOf(reader.bytes());
    else throw new RangeError(`a lock with tag ${tag}`);
  }
  if (key === null) throw new RangeError('a lock without a key');
  return {
    partition,
    id: `${partition} ${hex(key)}`,
    field: Buffer.concat([varint(BYTES_1), varint(bytes.length), bytes]),
  };
}

/** A lock of an older Chromium has a range with a second field, which is refused. */
function keyOf(bytes: Buffer): Buffer {
  const reader = new Reader(bytes);
  if (reader.number() !== BYTES_1) throw new RangeError('the key of a lock is not understood');
  const key = reader.bytes();
  if (!reader.ended) throw new RangeError('a lock of a range');
  return key;
}
