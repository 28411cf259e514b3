// webhook.*: shows the webhooks, tests them, and redrives their dead letters.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { webhookMethods } from '../../../protocol/methods/webhook.js';
import { isoTime } from '../../../protocol/time.js';
import type { Webhooks } from '../../events/webhooks.js';

const SHOWN = 100;
const ALL = 10_000;

/** @param webhooks returns null if the configuration has none */
export function webhookHandlers(webhooks: () => Webhooks | null): Handlers<typeof webhookMethods> {
  const some = (): Webhooks => {
    const all = webhooks();
    if (all !== null) return all;
    throw new Fault('no_such_webhook', {
      reason: 'The configuration has no webhook: add a table [webhook.NAME] with a url.',
    });
  };
  return {
    'webhook.list': () => ({ webhooks: webhooks()?.list() ?? [] }),
    'webhook.test': async ({ name }) => {
      const startedAt = performance.now();
      const { status, says } = await some().get(name).test();
      const ms = Math.round(performance.now() - startedAt);
      return { taken: says === null, status: status || null, says, ms };
    },
    'webhook.dead': ({ name, limit = SHOWN }) => ({
      letters: some()
        .get(name)
        .ledger.dead(limit)
        .map(({ atMs, event, attempts, reason }) => ({
          event,
          attempts,
          reason,
          at: isoTime(atMs),
        })),
    }),
    'webhook.redrive': async ({ name, limit = ALL }) => {
      const all = some();
      const { taken, says } = await all.get(name).redrive(limit);
      return { taken, says, left: all.dead(name) };
    },
  };
}
