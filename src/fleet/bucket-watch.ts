// Follows a bucket: its present entries first, then every change. NATS 2.10 reports no expiry.
import type { KV, KvWatchEntry } from './nats.js';

/** The caller calls `stop`. */
export interface BucketWatch {
  readonly stop: () => void;
  /** Resolves when the present entries are known, or never will be. Never rejects. */
  readonly known: Promise<void>;
  /** Resolves after `stop`, or when the servers have ended it. @throws (rejects) the error of NATS */
  readonly ended: Promise<void>;
}

/** @param take is called for each entry, in order @throws (rejects) the errors of NATS */
export async function watchBucket(bucket: KV, take: (entry: KvWatchEntry) => void): Promise<BucketWatch> {
  const entries = await bucket.watch();
  const { values } = await bucket.status();
  let isKnown: () => void = () => undefined;
  const known = new Promise<void>((resolve) => {
    isKnown = resolve;
  });
  if (values === 0) isKnown();
  const follow = async (): Promise<void> => {
    try {
      for await (const entry of entries) {
        take(entry);
        if (entry.isUpdate) isKnown();
      }
    } finally {
      isKnown();
    }
  };
  return { stop: () => entries.stop(), known, ended: follow() };
}
