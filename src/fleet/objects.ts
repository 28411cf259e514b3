// The buckets and streams of the fleet: created where they are missing, and checked where they exist. Settings on which a
// promise rests must fit; others (replicas, sizes) belong to the operator of the servers.
import type { Config } from '../config/keys.js';
import { Fault } from '../protocol/fault.js';
import { type FleetConnection, fleetFault } from './connection.js';
import {
  DiscardPolicy,
  JetStreamApiError,
  type KV,
  NoRespondersError,
  nanos,
  type ObjectStore,
  Objm,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from './nats.js';

export interface FleetObjects {
  readonly accounts: KV;
  readonly leases: KV;
  readonly machines: KV;
  readonly profiles: ObjectStore;
}

/** A message that is published twice within this time is stored once (header Nats-Msg-Id). */
const DUPLICATE_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
const DUPLICATE_WRITE_MS = 120_000;
const STREAM_EXISTS = 10_058;
const STREAM_NOT_FOUND = 10_059;
const NO_JETSTREAM = [10_039, 10_076];

/**
 * Opens everything that the fleet has in NATS.
 * @throws (rejects) Fault fleet_mismatch (a bucket or stream with other settings, no JetStream), fleet_refused,
 * fleet_unreachable
 */
export async function openObjects(fleet: FleetConnection, config: Config['fleet']): Promise<FleetObjects> {
  const { buckets, names, nats } = fleet;
  const { replicas, leaseSeconds, eventDays } = config;
  const leaseMs = leaseSeconds * 1_000;
  const storage = StorageType.File;
  const common = { replicas, storage };
  try {
    const accounts = await openBucket(fleet, names.accounts, {}, () =>
      buckets.create(names.accounts, { ...common, history: 5 }),
    );
    const expiring = { max_age: nanos(leaseMs) };
    const [leases, machines] = await Promise.all([
      openLeases(fleet, { ...expiring, num_replicas: replicas, storage }),
      openBucket(fleet, names.machines, expiring, () =>
        buckets.create(names.machines, { ...common, history: 1, ttl: leaseMs, allow_direct: false }),
      ),
    ]);
    await openStream(fleet, {
      ...{ name: names.sends, subjects: [names.sendSubjects], retention: RetentionPolicy.Workqueue },
      ...{ discard: DiscardPolicy.New, duplicate_window: nanos(DUPLICATE_MS) },
      ...{ num_replicas: replicas, storage },
    });
    await openStream(fleet, {
      ...{ name: names.events, subjects: [...names.eventSubjects], retention: RetentionPolicy.Limits },
      ...{ max_age: nanos(eventDays * DAY_MS), duplicate_window: nanos(DUPLICATE_MS) },
      ...{ num_replicas: replicas, storage },
    });
    const objects = new Objm(nats);
    const profiles = await objects.create(names.profiles, { replicas, storage });
    return { accounts, leases, machines, profiles };
  } catch (error) {
    throw objectFault(error);
  }
}

/** The settings of a stream or bucket on which promises rest. */
type Settings = Partial<Pick<StreamConfig, 'subjects' | 'retention' | 'max_age'>>;

async function openBucket(
  { manager, buckets }: FleetConnection,
  name: string,
  settings: Settings,
  create: () => Promise<KV>,
): Promise<KV> {
  const found = await findStream(manager, `KV_${name}`);
  if (found === null) return create();
  refuseOther(`The bucket ${name}`, found, settings);
  return buckets.open(name);
}

/** Servers that have forgotten everything give out no revision a second time: the first one is the time, in ms. */
function openLeases(
  fleet: FleetConnection,
  settings: Pick<StreamConfig, 'max_age' | 'num_replicas' | 'storage'>,
): Promise<KV> {
  const { manager, buckets, names } = fleet;
  const open = () => openBucket(fleet, names.leases, { max_age: settings.max_age }, create);
  // As `buckets.create` makes it.
  const create = async (): Promise<KV> => {
    try {
      await manager.streams.add({
        ...settings,
        ...{ name: `KV_${names.leases}`, subjects: [`$KV.${names.leases}.>`], first_seq: Date.now() },
        ...{ max_msgs_per_subject: 1, discard: DiscardPolicy.New, allow_rollup_hdrs: true },
        ...{ allow_direct: false, deny_delete: true },
        duplicate_window: Math.min(settings.max_age, nanos(DUPLICATE_WRITE_MS)),
      });
    } catch (error) {
      // Another machine was quicker.
      if (error instanceof JetStreamApiError && error.code === STREAM_EXISTS) return open();
      throw error;
    }
    return buckets.open(names.leases);
  };
  return open();
}

async function openStream(
  { manager }: FleetConnection,
  wanted: Partial<StreamConfig> & Required<Pick<StreamConfig, 'name' | 'subjects' | 'retention'>>,
): Promise<void> {
  const found = await findStream(manager, wanted.name);
  if (found === null) await manager.streams.add(wanted);
  else {
    const { subjects, retention } = wanted;
    refuseOther(`The stream ${wanted.name}`, found, { subjects, retention });
  }
}

async function findStream(manager: FleetConnection['manager'], name: string): Promise<StreamConfig | null> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) return null;
    throw error;
  }
}

/** @throws Fault fleet_mismatch */
function refuseOther(what: string, found: StreamConfig, wanted: Settings): void {
  for (const [field, value] of Object.entries(wanted)) {
    const there = found[field as keyof Settings];
    if (JSON.stringify(there) === JSON.stringify(value)) continue;
    throw new Fault('fleet_mismatch', {
      reason: `${what} exists with ${field} = ${shown(field, there)}; this daemon needs ${shown(field, value)}.`,
    });
  }
}

/** NATS counts times in nanoseconds. */
const shown = (field: string, value: unknown): string =>
  field === 'max_age' ? `${Number(value) / 1e9} s` : JSON.stringify(value);

function objectFault(error: unknown): Fault {
  if (!lacksJetStream(error)) return fleetFault(error);
  return new Fault('fleet_mismatch', {
    reason:
      'The NATS servers offer no JetStream to this client: switch it on (`jetstream {}`), also for its account.',
    cause: error,
  });
}

const lacksJetStream = (error: unknown): boolean =>
  error instanceof NoRespondersError ||
  (error instanceof JetStreamApiError && NO_JETSTREAM.includes(error.code)) ||
  (error instanceof Error && error.cause !== undefined && lacksJetStream(error.cause));
