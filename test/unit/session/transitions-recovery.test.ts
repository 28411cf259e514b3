/**
 * Recovery from faults, as tables: a lost network, a dead browser, a conflict, a refusal, a broken profile.
 */
import t from 'tap';
import type { State } from '../../../src/session/state.js';
import { transition } from '../../../src/session/transition.js';
import { AT_MS, type Draft, HOUR_MS, POLICY, raised, state } from './machine.js';
import {
  broken,
  CONFLICT,
  given,
  LACKS,
  LINKED,
  NOTHING,
  OFFLINE,
  READY,
  refused,
  repeated,
  START,
  sick,
  TIMER,
  table,
} from './transition-table.js';

// biome-ignore format: rows are subject, event and result
table('a page that had been connected gets 60 s when only the network is gone', [
  ['grace', 'ready', OFFLINE, 'reconnecting/network_down grace', 'arm 60000', { attempts: 0 }],
  ['seen by the monitor', 'ready', sick('offline'), 'reconnecting/network_down grace', 'arm 60000'],
  ['no grace configured: the first delay', 'ready', OFFLINE,
    'reconnecting/network_down grace', 'arm 5000', {}, { ...POLICY, graceMs: 0 }],
  ['it is told again', 'reconnecting grace', OFFLINE, 'reconnecting/network_down grace', NOTHING],
  ['it came back by itself', 'reconnecting grace', LINKED, 'syncing', 'arm 120000', { attempts: 0 }],
  ['over: the first attempt', 'reconnecting grace', TIMER,
    'reconnecting/network_down running reconnect', 'nudge reconnect, arm 20000', { attempts: 1 }],
  ['over, and no attempt is left', 'reconnecting grace ×5', TIMER,
    'failed/attempts_exhausted', 'alert attempts_exhausted, arm 300000', { attempts: 5 }],
  ['a page that shows a QR mends itself', 'linking', OFFLINE, 'linking/qr_waiting', NOTHING],
  ['a sync has a deadline of its own', 'syncing', OFFLINE, 'syncing', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('attempts climb as far as the fault asks: socket, reload, new browser', [
  ['network, 1st was not enough', 'reconnecting ×1', TIMER,
    'reconnecting/network_down scheduled reload', 'arm 10000'],
  ['network, 2nd begins', 'reconnecting scheduled reload ×1', TIMER,
    'reconnecting/network_down running reload', 'nudge reload, arm 20000', { attempts: 2 }],
  ['network, 2nd was not enough', 'reconnecting running reload ×2', TIMER,
    'reconnecting/network_down scheduled browser', 'arm 15000'],
  ['network, 3rd begins', 'reconnecting scheduled browser ×2', TIMER,
    'reconnecting/network_down running browser', START, { attempts: 3, generation: 8 }],
  ['a sync that does not end: a reload', 'syncing', TIMER,
    'reconnecting/sync_timeout scheduled reload', 'arm 5000'],
  ['then a new browser, and the reason stays', 'reconnecting/sync_timeout running reload ×1', TIMER,
    'reconnecting/sync_timeout scheduled browser', 'arm 10000'],
  ['a page that never says who it is', 'starting', TIMER,
    'reconnecting/network_down scheduled reconnect', 'arm 5000'],
  ['a browser that died', 'ready', broken('browser_crashed'),
    'reconnecting/browser_crashed scheduled browser', 'close, arm 5000, alert browser_crashed',
    { generation: 8 }],
  ['a page that hangs', 'ready', sick('unresponsive'),
    'reconnecting/page_unresponsive scheduled browser', 'close, arm 5000, alert page_unresponsive'],
  ['a page that shows a QR hangs', 'linking', sick('unresponsive'),
    'reconnecting/page_unresponsive scheduled browser', 'close, arm 5000, alert page_unresponsive'],
  ['a deaf page', 'ready', sick('deaf'),
    'reconnecting/page_unresponsive scheduled reload', 'arm 5000, alert page_unresponsive'],
  ['deaf again within the hour', given('ready', { sickMs: [AT_MS - 1] }), sick('deaf'),
    'reconnecting/page_unresponsive scheduled browser', 'arm 5000, alert page_unresponsive'],
  ['messages stay unsent', 'ready', sick('stuck'),
    'reconnecting/page_unresponsive scheduled reconnect', 'arm 5000, alert page_unresponsive'],
  ['nothing helped three times: told, and left',
    given('ready', { sickMs: [AT_MS - 3, AT_MS - 2, AT_MS - 1] }), sick('stuck'),
    'ready', 'alert page_unresponsive'],
  ['that was long ago', given('ready', { sickMs: [AT_MS - HOUR_MS] }), sick('stuck'),
    'reconnecting/page_unresponsive scheduled reconnect', 'arm 5000, alert page_unresponsive',
    { sickMs: [AT_MS] }],
  ['a page that reloads itself proves itself anew', 'ready', ['client.reloading'],
    'syncing', 'arm 120000', { attempts: 0 }],
  ['a reload while nothing is proved', 'syncing', ['client.reloading'], 'syncing', NOTHING],
  ['a reload of the page under an attempt', 'reconnecting grace', ['client.reloading'],
    'reconnecting/network_down grace', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('the first start is no attempt, and a failed load is a failed one', [
  ['refused at start', 'starting', broken('network_down'),
    'reconnecting/network_down scheduled browser', 'close, arm 5000', { attempts: 0 }],
  ['refused at the 2nd attempt', 'reconnecting running browser ×2', broken('network_down'),
    'reconnecting/network_down scheduled browser', 'close, arm 15000', { attempts: 2 }],
  ['the browser is missing', 'starting', broken('browser_missing'),
    'reconnecting/browser_missing scheduled browser', 'close, arm 5000'],
  ['the disk is full', 'starting', broken('disk_full'),
    'reconnecting/disk_full scheduled browser', 'close, arm 5000'],
  ['the browser dies while an attempt is only planned', 'reconnecting scheduled reload ×1',
    broken('browser_crashed'), 'reconnecting/browser_crashed scheduled browser', 'close, arm 10000',
    { attempts: 1 }],
]);

const THREE = [AT_MS - 50 * 60_000, AT_MS - 20_000, AT_MS - 10_000];

// biome-ignore format: rows are subject, event and result
table('a conflict is taken over a few times an hour, and waits in reconnecting for more', [
  ['the first', 'ready', CONFLICT, 'reconnecting/conflict scheduled takeover', 'arm 5000'],
  ['at a start', 'starting', CONFLICT, 'reconnecting/conflict scheduled takeover', 'arm 5000'],
  ['told twice', 'reconnecting/conflict scheduled takeover', CONFLICT,
    'reconnecting/conflict scheduled takeover', NOTHING],
  ['its time has come', 'reconnecting/conflict scheduled takeover', TIMER,
    'reconnecting/conflict running takeover', 'nudge takeover, arm 20000',
    { attempts: 1, takeoversMs: [AT_MS] }],
  ['taken away again', given('reconnecting/conflict running takeover ×1', { takeoversMs: [AT_MS - 1] }),
    CONFLICT, 'reconnecting/conflict scheduled takeover', 'arm 10000'],
  ['the fourth within the hour waits for its end', given('ready', { takeoversMs: THREE }), CONFLICT,
    'reconnecting/conflict scheduled takeover', `arm ${10 * 60_000}, alert conflict`],
  ['told once', given('syncing', { takeoversMs: THREE, alerted: ['conflict'] }), CONFLICT,
    'reconnecting/conflict scheduled takeover', `arm ${10 * 60_000}`],
  ['those of an hour ago do not count',
    given('ready', { takeoversMs: [AT_MS - HOUR_MS, AT_MS - 2, AT_MS - 1] }), CONFLICT,
    'reconnecting/conflict scheduled takeover', 'arm 5000', { takeoversMs: [AT_MS - 2, AT_MS - 1] }],
  ['used up attempts do not forbid it', 'reconnecting/conflict scheduled takeover ×5', TIMER,
    'reconnecting/conflict running takeover', 'nudge takeover, arm 20000', { attempts: 5 }],
  ['a page that cannot be taken over is dealt with as any other', 'reconnecting/conflict running takeover ×1',
    TIMER, 'reconnecting/network_down scheduled reload', 'arm 10000'],
  ['the other one let go', 'reconnecting/conflict scheduled takeover', LINKED, 'syncing', 'arm 120000'],
  ['nothing to take over', 'linking', CONFLICT, 'linking/qr_waiting', NOTHING],
  ['a slow retry sees to it', 'failed', CONFLICT, 'failed/attempts_exhausted', NOTHING],
]);

// biome-ignore format: rows are subject, event and result
table('a time in the future comes from a clock that was set back, and does not count', [
  ['a takeover that lies ahead does not count',
    given('ready', { takeoversMs: [AT_MS + HOUR_MS, AT_MS + 2 * HOUR_MS, AT_MS + 3 * HOUR_MS] }), CONFLICT,
    'reconnecting/conflict scheduled takeover', 'arm 5000'],
]);

// biome-ignore format: rows are subject, event and result
table('banned is the end until a person acts; an old version is reloaded once', [
  ['banned', 'starting|linking|syncing|ready|reconnecting|failed', refused('banned'),
    'failed/banned', 'close, alert banned', { retryAtMs: null, timer: 41 }],
  ['a deadline that still rings', given('failed/banned', { retryAtMs: null }), TIMER,
    'failed/banned', NOTHING],
  ['found out by a slow retry',
    given('reconnecting/attempts_exhausted slow', { alerted: ['attempts_exhausted'] }), refused('banned'),
    'failed/banned', 'close, alert banned'],
  ['outdated: a reload', 'starting', refused('outdated_library'),
    'reconnecting/outdated_library scheduled reload', 'arm 5000'],
  ['told twice before the reload', 'reconnecting/outdated_library scheduled reload',
    refused('outdated_library'), 'reconnecting/outdated_library scheduled reload', NOTHING],
  ['still outdated after it', 'reconnecting/outdated_library running reload ×1', refused('outdated_library'),
    'failed/outdated_library', 'close, alert outdated_library, arm 300000'],
  ['a page that lacks something, after the reload: given up; what it lacks was told by name', 'syncing ×1',
    refused('outdated_library', LACKS), 'failed/outdated_library', 'close, arm 300000'],
  ['before it: a reload', 'syncing', refused('outdated_library', LACKS),
    'reconnecting/outdated_library scheduled reload', 'arm 5000'],
  ['a slow retry keeps the reason', 'failed/outdated_library ×1', TIMER,
    'reconnecting/outdated_library slow', START, { attempts: 1 }],
  ['still so', given('reconnecting/outdated_library slow ×1', { alerted: ['outdated_library'] }),
    refused('outdated_library'), 'failed/outdated_library', 'close, arm 300000', { attempts: 1 }],
  ['no network meanwhile', given('reconnecting/outdated_library slow ×1', { alerted: ['outdated_library'] }),
    broken('network_down'), 'failed/outdated_library', 'close, arm 300000'],
]);

// biome-ignore format: rows are subject, event and result
table('a profile that no browser starts on, twice, while an empty one works, is moved aside', [
  ['once', 'starting', broken('launch_failed'),
    'reconnecting/launch_failed scheduled browser', 'close, arm 5000', { launchFailures: 1 }],
  ['twice', given('reconnecting running browser ×1', { launchFailures: 1 }), broken('launch_failed'),
    'reconnecting/launch_failed scheduled browser', 'close, examine-profile, arm 10000',
    { launchFailures: 2 }],
  ['twice, and that was the last attempt',
    given('reconnecting running browser ×5', { launchFailures: 1 }), broken('launch_failed'),
    'failed/attempts_exhausted', 'close, examine-profile, alert attempts_exhausted, arm 300000'],
  ['a third time is not looked into', given('reconnecting running browser ×2', { launchFailures: 2 }),
    broken('launch_failed'), 'reconnecting/launch_failed scheduled browser', 'close, arm 15000'],
  ['a fourth time is: the browser may have been mended',
    given('reconnecting running browser ×2', { launchFailures: 3 }), broken('launch_failed'),
    'reconnecting/launch_failed scheduled browser', 'close, examine-profile, arm 15000'],
  ['nothing to lose', given('reconnecting running browser ×1', { session: null, launchFailures: 1 }),
    broken('launch_failed'), 'reconnecting/launch_failed scheduled browser', 'close, arm 10000'],
  ['a network failure in between clears it', given('reconnecting running browser ×1', { launchFailures: 1 }),
    broken('network_down'), 'reconnecting/network_down scheduled browser', 'close, arm 10000',
    { launchFailures: 0 }],
  ['the empty one starts: aside with it',
    given('reconnecting/launch_failed scheduled browser', { launchFailures: 2 }),
    ['profile-suspect', { corrupt: true }], 'starting/session_corrupt',
    'close, move-aside corrupt, launch, arm 90000, alert session_corrupt', { session: null, attempts: 0 }],
  ['the empty one does not: it is the browser',
    given('reconnecting/launch_failed scheduled browser', { launchFailures: 2 }),
    ['profile-suspect', { corrupt: false }], 'reconnecting/launch_failed scheduled browser',
    NOTHING],
  ['the verdict comes after giving up', 'failed', ['profile-suspect', { corrupt: true }],
    'starting/session_corrupt', 'close, move-aside corrupt, launch, arm 90000, alert session_corrupt'],
  ['a person has begun anew meanwhile', 'starting', ['profile-suspect', { corrupt: true }],
    'starting', NOTHING],
  ['it came up all the same', 'ready', ['profile-suspect', { corrupt: true }], 'ready', NOTHING],
  ['it is removed anyway', 'logging-out', ['profile-suspect', { corrupt: true }],
    'logging-out/user_stopped', NOTHING],
]);

t.test('two hosts that fight: three takeovers an hour and no more', (t) => {
  const fight: Draft[] = [CONFLICT, TIMER, LINKED, READY];
  let now = AT_MS;
  let at: State = state({ name: 'ready' });
  let armed = 0;
  const takeovers: number[] = [];
  const alerts: string[] = [];
  for (const event of repeated(12, fight)) {
    now += event[0] === 'timer' ? armed : 1_000;
    const next = transition(at, raised(event, at), { atMs: now, policy: POLICY });
    at = next.state;
    for (const effect of next.effects) {
      if (effect.do === 'arm') armed = effect.afterMs;
      if (effect.do === 'nudge') takeovers.push(now);
      if (effect.do === 'alert') alerts.push(effect.reason);
    }
  }
  t.equal(takeovers.length, 12);
  for (const [i, ms] of takeovers.entries())
    if (i >= 3) t.ok(ms - (takeovers[i - 3] ?? 0) >= HOUR_MS, `takeover ${i + 1}`);
  t.ok(alerts.every((reason) => reason === 'conflict') && alerts.length > 0);
  t.end();
});
