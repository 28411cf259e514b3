// Fetches files by rule (`journal.mediaRules`).
import { fitsMediaRules, mediaLimit } from '../../config/media-rule.js';
import { FileConsumer, type FileSources } from './file-consumer.js';

export interface PrefetchOptions extends FileSources {
  readonly rules: readonly string[];
}

const CONSUMER = 'media:rules';
const DELAYS_MS = [5_000, 30_000, 120_000, 300_000];

/** The caller closes it, before the store. @throws (rejects) Fault disk_full, busy */
export function openPrefetch({ rules, ...sources }: PrefetchOptions): Promise<FileConsumer> {
  const { feed, log } = sources;
  return FileConsumer.open(
    { delaysMs: DELAYS_MS, ...sources },
    {
      name: CONSUMER,
      // Files that were fetched already are found in the media store.
      notKept: 'media.place-not-kept',
      isWanted: ({ data }) => fitsMediaRules(rules, data.type, data.media?.size ?? null),
      async handle(event, files) {
        const { key, type } = event.data;
        const fetched = await files.fetch(event, mediaLimit(rules, type) ?? 0);
        if (fetched.is === 'closed') return false;
        if (fetched.is === 'fetched')
          log.debug('media.collected', { key, file: fetched.id, size: fetched.size });
        if (fetched.is === 'failed')
          log.warn('media.not-collected', { key, kind: fetched.fault.kind, attempts: fetched.attempts });
        await feed.ack(CONSUMER, event.cursor);
        return true;
      },
    },
  );
}
