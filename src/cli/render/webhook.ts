import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { Webhook } from '../../protocol/methods/webhook.js';
import { printable } from '../output.js';

/** What it is at, when that is not simply waiting for news. */
function at({ state, attempts, nextAttemptAt, lastError }: Webhook): string {
  // The journal could not be asked: nothing was attempted.
  if (state === 'waiting' && attempts === 0) return `${lastError}, the next look at ${nextAttemptAt}`;
  if (state === 'waiting') return `attempt ${attempts} failed (${lastError}), the next at ${nextAttemptAt}`;
  return state === 'delivering' && attempts > 1 ? `attempt ${attempts}` : '';
}

/** A line each: name, where to, how far behind, dead letters, and what it is at. */
export const renderWebhooks = (webhooks: readonly Webhook[]): string =>
  webhooks
    .map((one) => {
      const counts = `${one.behind} behind  ${one.dead} dead`;
      return `${printable([one.name, one.url, one.format, counts, at(one)].filter(Boolean).join('  '))}\n`;
    })
    .join('');

/** A line each: the event, when it was given up, and why. */
export const renderLetters = ({ letters }: Result<(typeof METHODS)['webhook.dead']>): string =>
  letters
    .map(({ event, at: when, attempts, reason }) =>
      printable(`${event.cursor}  ${event.type}  given up ${when} after ${attempts} attempts: ${reason}`),
    )
    .map((line) => `${line}\n`)
    .join('');
