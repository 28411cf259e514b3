// Prints what a purge removed, or would remove.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';

type Purged = Result<(typeof METHODS)['message.purge']>;

export const renderPurged = ({ dryRun, events, outbox, deadLetters, files }: Purged): string =>
  `${dryRun ? 'would remove' : 'removed'} ${events} events, ${outbox} outgoing messages, ${deadLetters} dead letters, ${files} files\n`;
