// What the fleet has of an account, for metrics: asked at each scrape, by the holder of the account and by a daemon that stands
// by.
import type { FleetConnection } from '../../fleet/connection.js';
import type { ProfileStore } from '../../fleet/profile-store.js';
import { within } from '../machine/time-limit.js';
import type { FleetValues } from '../metrics/fleet-metrics.js';

export type StreamFacts = Pick<FleetValues, 'sendsInStream' | 'newestCopyMs'>;

export const UNKNOWN: StreamFacts = { sendsInStream: null, newestCopyMs: null };
/** A scrape waits for ten seconds at most; one request to JetStream may take five. */
const ANSWER_MS = 3_000;

export interface StreamFactsOptions {
  readonly fleet: Pick<FleetConnection, 'manager' | 'names'>;
  readonly account: string;
  /** Null: no copies are made. */
  readonly profiles: Pick<ProfileStore, 'list'> | null;
}

/** Bounded; never rejects. */
export async function streamFacts({ fleet, account, profiles }: StreamFactsOptions): Promise<StreamFacts> {
  const { manager, names } = fleet;
  const subject = names.send(account);
  const sends = async (): Promise<number> => {
    const { state } = await manager.streams.info(names.sends, { subjects_filter: subject });
    return state.subjects?.[subject] ?? 0;
  };
  const copy = async (): Promise<number | null> => {
    if (profiles === null) return null;
    const [newest] = await profiles.list(account);
    return newest === undefined ? 0 : Date.parse(newest.made) || 0;
  };
  const [sendsInStream, newestCopyMs] = await Promise.all([known(sends()), known(copy())]);
  return { sendsInStream, newestCopyMs };
}

/** Null: no answer in time, or a refusal. */
const known = <T>(answer: Promise<T>): Promise<T | null> =>
  within(ANSWER_MS, answer, 'no answer in time').catch(() => null);
