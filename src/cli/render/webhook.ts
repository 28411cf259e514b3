// Prints webhooks and their dead letters.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { Webhook } from '../../protocol/methods/webhook.js';
import { printable } from '../output.js';
import { table } from './table.js';
import { when } from './time.js';

/** The state of a delivery; empty when there is none. */
function at({ state, attempts, nextAttemptAt, lastError }: Webhook): string {
  // The journal failed, and nothing was posted.
  if (state === 'waiting' && attempts === 0) return `${lastError}, the next try at ${when(nextAttemptAt)}`;
  if (state === 'waiting')
    return `attempt ${attempts} failed (${lastError}), the next at ${when(nextAttemptAt)}`;
  return state === 'delivering' && attempts > 1 ? `attempt ${attempts}` : '';
}

export const renderWebhooks = (webhooks: readonly Webhook[]): string =>
  table(
    ['NAME', 'URL', 'FORMAT', 'BEHIND', 'DEAD', 'STATE'],
    webhooks.map((one) =>
      [...[one.name, one.url, one.format, String(one.behind), String(one.dead)], at(one) || one.state].map(
        printable,
      ),
    ),
  );

/** A table of dead letters. */
export const renderLetters = ({ letters }: Result<(typeof METHODS)['webhook.dead']>): string =>
  table(
    ['CURSOR', 'TYPE', 'GIVEN UP', 'ATTEMPTS', 'WHY'],
    letters.map((one) =>
      [String(one.event.cursor), one.event.type, when(one.at), String(one.attempts), one.reason].map(
        printable,
      ),
    ),
  );
