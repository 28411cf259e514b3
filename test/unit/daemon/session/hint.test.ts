/** Hints name a command where a person can help, and use the configured figures. */
import t from 'tap';
import { alertHint, hintFor } from '../../../../src/daemon/session/hint.js';
import { policyOf } from '../../../../src/daemon/session/policy.js';
import { REASONS } from '../../../../src/protocol/state.js';
import type { State } from '../../../../src/session/state.js';
import { POLICY, state, stateText } from '../../session/machine.js';

const ROWS: readonly (readonly [State, string | null])[] = [
  [state({ name: 'stopped' }), 'wactl init'],
  [state({ name: 'stopped', reason: 'logged_out_by_phone' }), 'wactl init'],
  [state({ name: 'stopped', reason: 'shutting_down' }), null],
  [state({ name: 'stopped', reason: 'lock_held' }), 'wactl doctor'],
  [state({ name: 'starting' }), null],
  [state({ name: 'starting', reason: 'logged_out_by_phone' }), null],
  [state({ name: 'linking' }), 'wactl qr'],
  [state({ name: 'linking', reason: 'pairing_waiting' }), 'wactl pair NUMBER'],
  [state({ name: 'linking', reason: 'auth_failed' }), 'wactl qr'],
  [state({ name: 'syncing' }), null],
  [state({ name: 'ready' }), null],
  [state({ name: 'ready', attention: { reason: 'action_required', says: 'a dialog' } }), 'wactl doctor'],
  [state({ name: 'reconnecting' }), null],
  [state({ name: 'reconnecting', reason: 'browser_missing' }), 'sudo apt-get install chromium'],
  [state({ name: 'reconnecting', reason: 'disk_full' }), 'df -h'],
  [state({ name: 'reconnecting', reason: 'memory_low' }), 'free -m'],
  [state({ name: 'reconnecting', reason: 'conflict' }), 'wactl init'],
  [state({ name: 'logging-out' }), null],
  [state({ name: 'failed' }), 'wactl init'],
  [state({ name: 'failed', reason: 'banned', retryAtMs: null }), 'wactl logs'],
];

t.test(
  'a hint names a command where a person can help, and is empty where the daemon recovers by itself',
  (t) => {
    for (const [given, hint] of ROWS) {
      t.equal(hintFor(given, []), hint, stateText(given));
      t.equal(
        hintFor(given, ['-a', 'shop']),
        hint?.replace(/^wactl/, 'wactl -a shop') ?? null,
        `${stateText(given)}, by account`,
      );
    }
    t.end();
  },
);

t.test('an incident always has a command', (t) => {
  for (const reason of REASONS)
    t.match(alertHint(reason, ['-a', 'shop']), /^(wactl -a shop |sudo |df |free )/, reason);
  t.end();
});

t.test('the hint shows the configured limits, or those of WhatsApp', (t) => {
  const { delaysMs, capMs, maxAttempts, graceMs, slowRetryMs, startMs, syncMs, afterLogout } = POLICY;
  const config = {
    reconnect: { delaysMs, capMs, maxAttempts, graceMs, slowRetryMs },
    deadlines: { startMs, syncMs, loadMs: 20_000 },
    hibernate: { wakeMinutes: 60 },
    shutdown: { wakeMs: 30_000 },
    afterLogout,
  };
  t.same(policyOf(config as unknown as Parameters<typeof policyOf>[0]), POLICY);
  t.end();
});
