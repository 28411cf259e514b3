// The sealed copies of profiles in NATS. Each account has two places, and a copy replaces the older of the two by
// compare-and-set, so the newest two remain and nothing has to be removed. NATS's object store keeps the chunks apart from
// the entry that names them: a copy is there when its entry is, and never in part.
import { createHash } from 'node:crypto';
import { ReadableStream } from 'node:stream/web';
import { Fault } from '../protocol/fault.js';
import { type FleetConnection, fleetFault } from './connection.js';
import { AckPolicy, DeliverPolicy, JetStreamApiError, type ObjectInfo, type ObjectStore } from './nats.js';

/** What is known of a copy without opening it. It is not secret, and anybody who may write to the store can change it. */
export interface ProfileFacts {
  /** The lease under which it was made. */
  readonly epoch: number;
  readonly machine: string;
  /** ISO 8601. */
  readonly made: string;
  /** The version of Chromium that last used the profile; null: unknown. */
  readonly browser: string | null;
  readonly wad: string;
}

export interface ProfileCopy extends ProfileFacts {
  /** The name of its place. */
  readonly name: string;
  /** Bytes, as stored. */
  readonly bytes: number;
  /** Differs for each put. */
  readonly revision: number;
}

export interface ProfileStore {
  /** The newest first; at most two. @throws (rejects) Fault fleet_unreachable, fleet_refused */
  list(account: string): Promise<readonly ProfileCopy[]>;
  /**
   * The bytes of a copy; they end only when all of them arrived with the right SHA-256. The reader sets the pace.
   * @throws (the stream) Fault bad_snapshot, fleet_unreachable
   */
  take(copy: ProfileCopy): AsyncIterable<Uint8Array>;
  /**
   * Stores a copy in the place of the oldest, or of the one with its epoch.
   * @param sealed failing, it leaves nothing behind
   * @throws (rejects) Fault lease_lost: there is a copy of a newer epoch, or another one was stored meanwhile;
   * fleet_unreachable, fleet_refused; what `sealed` throws
   */
  put(account: string, facts: ProfileFacts, sealed: AsyncIterable<Uint8Array>): Promise<ProfileCopy>;
  /** Removes every copy of the account. @throws (rejects) Fault fleet_unreachable, fleet_refused */
  remove(account: string): Promise<void>;
  /**
   * Removes the chunks of writes that were never completed, an hour after the last of them.
   * @returns how many writes @throws (rejects) Fault fleet_unreachable, fleet_refused
   */
  sweep(): Promise<number>;
}

const PLACES = ['a', 'b'] as const;
/** Of a chunk and of the entry. A leader that is lost is replaced after about 6 s. */
const PUT_MS = 15_000;
/** How long to wait for the next chunks of a copy. */
const TAKE_MS = 15_000;
/** Chunks that are requested at a time: 4 MB. */
const CHUNKS = 32;
const ORPHAN_MS = 3_600_000;
const WRONG_LAST_SEQUENCE = 10_071;
const MESSAGE_NOT_FOUND = 10_037;

/** @param objects of the fleet's own bucket; it stays the caller's */
export function openProfileStore(
  { manager, streams, names }: Pick<FleetConnection, 'manager' | 'streams' | 'names'>,
  objects: ObjectStore,
): ProfileStore {
  const stream = `OBJ_${names.profiles}`;
  const chunksOf = (nuid: string): string => `$O.${names.profiles}.C.${nuid}`;
  const placesOf = (account: string) => PLACES.map((place) => `${account}.${place}`);
  const find = (account: string) =>
    Promise.all(placesOf(account).map(async (name) => ({ name, info: await objects.info(name) })));

  const list = async (account: string): Promise<ProfileCopy[]> => {
    const copies = (await find(account)).flatMap(({ info }) => copyOf(info));
    return copies.sort((a, b) => b.epoch - a.epoch);
  };

  async function* take({ name, epoch, revision }: ProfileCopy): AsyncGenerator<Uint8Array> {
    const refuse = (why: string) =>
      new Fault('bad_snapshot', {
        reason: `The copy of the profile from epoch ${epoch} cannot be used: ${why}.`,
      });
    const info = await objects.info(name);
    if (info === null || info.revision !== revision) throw refuse('it was replaced');
    // Not `objects.get`: its chunks arrive at the pace of the server, and it waits for ever for chunks that are gone.
    const consumer = await manager.consumers.add(stream, {
      ...{ filter_subject: chunksOf(info.nuid), ack_policy: AckPolicy.None, mem_storage: true },
      ...{ deliver_policy: DeliverPolicy.All, inactive_threshold: 60_000_000_000, num_replicas: 1 },
    });
    const refuseMissing = (chunks: number) => refuse(`${chunks} of its ${info.chunks} chunks are there`);
    try {
      if (consumer.num_pending !== info.chunks) throw refuseMissing(consumer.num_pending);
      const found = await streams.consumers.get(stream, consumer.name);
      const hash = createHash('sha256');
      let [chunks, bytes] = [0, 0];
      while (chunks < info.chunks) {
        const before = chunks;
        const batch = await found.fetch({
          max_messages: Math.min(CHUNKS, info.chunks - chunks),
          expires: TAKE_MS,
        });
        for await (const { data } of batch) {
          chunks += 1;
          bytes += data.length;
          hash.update(data);
          yield data;
        }
        if (chunks === before) throw refuseMissing(chunks);
      }
      const digest = `SHA-256=${hash.digest('base64url')}`;
      if (bytes !== info.size || digest !== info.digest.replace(/=+$/, '')) throw refuse('it is damaged');
    } finally {
      await manager.consumers.delete(stream, consumer.name).catch(() => undefined);
    }
  }

  const put: ProfileStore['put'] = async (account, facts, sealed) => {
    const found = (await find(account).catch(fail)).map((place) => ({
      ...place,
      copy: copyOf(place.info)[0],
    }));
    const newest = Math.max(0, ...found.map(({ copy }) => copy?.epoch ?? 0));
    if (newest > facts.epoch)
      throw new Fault('lease_lost', {
        reason: `There is a copy of the profile of ${account} from a later lease (${newest}) than this one (${facts.epoch}).`,
      });
    const oldest = found.toSorted((a, b) => (a.copy?.epoch ?? 0) - (b.copy?.epoch ?? 0))[0];
    const { name, info } =
      found.find(({ copy }) => copy?.epoch === facts.epoch) ?? (oldest as (typeof found)[0]);
    const metadata = { ...facts, epoch: String(facts.epoch), browser: facts.browser ?? '' };
    let failed: unknown;
    async function* observed(): AsyncGenerator<Uint8Array> {
      try {
        yield* sealed;
      } catch (error) {
        failed = error;
        throw error;
      }
    }
    try {
      // As in archive/pack.ts.
      const source = ReadableStream.from(observed()) as never;
      const options = { timeout: PUT_MS, previousRevision: info?.revision ?? 0 };
      const [copy] = copyOf(await objects.put({ name, metadata }, source, options));
      return copy as ProfileCopy;
    } catch (error) {
      if (failed !== undefined) throw failed;
      if (!(error instanceof JetStreamApiError) || error.code !== WRONG_LAST_SEQUENCE)
        throw fleetFault(error);
      throw new Fault('lease_lost', {
        reason: `Another copy of the profile of ${account} was stored meanwhile.`,
      });
    }
  };

  const remove = async (account: string): Promise<void> => {
    for (const { name, info } of await find(account))
      if (info !== null && !info.deleted) await objects.delete(name);
  };

  const sweep = async (): Promise<number> => {
    const { state } = await manager.streams.info(stream, { subjects_filter: chunksOf('*') });
    const known = new Set((await objects.list()).map(({ nuid }) => chunksOf(nuid)));
    const orphans = Object.keys(state.subjects ?? {}).filter((subject) => !known.has(subject));
    let removed = 0;
    for (const subject of orphans) {
      const last = await manager.streams.getMessage(stream, { last_by_subj: subject }).catch(gone);
      if (last === null || Date.now() - Date.parse(last.timestamp) < ORPHAN_MS) continue;
      await manager.streams.purge(stream, { filter: subject });
      removed += 1;
    }
    return removed;
  };

  return {
    list: (account) => list(account).catch(fail),
    async *take(copy) {
      try {
        yield* take(copy);
      } catch (error) {
        fail(error);
      }
    },
    put,
    remove: (account) => remove(account).catch(fail),
    sweep: () => sweep().catch(fail),
  };
}

const fail = (error: unknown): never => {
  throw fleetFault(error);
};

const gone = (error: unknown): null => {
  if (error instanceof JetStreamApiError && error.code === MESSAGE_NOT_FOUND) return null;
  throw error;
};

/** Empty for a place without a copy, and for an entry that this program did not write. */
function copyOf(info: ObjectInfo | null): [] | [ProfileCopy] {
  if (info === null || info.deleted) return [];
  const { epoch, machine = '', made = '', browser = '', wad = '' } = info.metadata ?? {};
  if (!/^\d{1,16}$/.test(epoch ?? '')) return [];
  const facts = { epoch: Number(epoch), machine, made, browser: browser === '' ? null : browser, wad };
  return [{ ...facts, name: info.name, bytes: info.size, revision: info.revision }];
}
