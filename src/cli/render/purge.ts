// Prints what a purge removed, or would remove.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import { counted } from './counted.js';

type Purged = Result<(typeof METHODS)['message.purge']>;

export const renderPurged = ({ dryRun, events, outbox, deadLetters, files }: Purged): string =>
  `${dryRun ? 'would remove' : 'removed'} ${counted(events, 'event')}, ${counted(outbox, 'outgoing message')}, ${counted(deadLetters, 'dead letter')}, ${counted(files, 'file')}\n`;
