/** The monitor finds failures, acts on two in a row, and is never ended by an error. */
import { mock } from 'node:test';
import t from 'tap';
import { Monitor, type MonitorOptions } from '../../../../src/daemon/session/monitor.js';
import type { Health } from '../../../../src/session/port.js';
import { keepLines, settled } from '../../log/lines.js';

const WELL: Health = { socketState: 'CONNECTED', whatsappWeb: '2.3000', wid: '1@c.us', listening: true };
const PERIOD_MS = 15_000;
type Asked = Health | Error | Promise<Health>;

interface Scope {
  teardown(run: () => void): void;
}

function open(t: Scope, more: Partial<MonitorOptions> = {}) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const log = keepLines();
  const sick: string[] = [];
  const probed: number[] = [];
  const page: { says: Asked } = { says: WELL };
  const monitor = new Monitor({
    periodMs: PERIOD_MS,
    probeTimeoutMs: 8_000,
    failuresToAct: 2,
    expects: () => 'health',
    oldestUnsentMs: () => 0,
    probe: async (timeoutMs) => {
      probed.push(timeoutMs);
      const said = await page.says;
      if (said instanceof Error) throw said;
      return said;
    },
    onSick: (ailment, detail) => sick.push(`${ailment}: ${detail}`),
    log,
    ...more,
  });
  t.teardown(() => monitor.stop());
  /** Lets one period pass, and waits for the check. */
  const beat = async (ms = PERIOD_MS): Promise<void> => {
    mock.timers.tick(ms);
    await settled();
  };
  return { monitor, log, sick, probed, page, beat };
}

const FINDINGS: readonly (readonly [Asked, number, string | null])[] = [
  [WELL, 0, null],
  [{ ...WELL, whatsappWeb: null }, 60_000, null],
  [new Error('timed out'), 0, 'unresponsive: timed out'],
  [{ ...WELL, socketState: 'TIMEOUT' }, 0, 'offline: the socket is TIMEOUT'],
  [{ ...WELL, socketState: null }, 0, 'offline: the socket is missing'],
  [{ ...WELL, wid: null }, 0, 'nobody: the page has no account'],
  [{ ...WELL, listening: false }, 0, 'deaf: the listeners are gone from the page'],
  [WELL, 60_001, 'stuck: a message has been unsent for 60 s'],
];

for (const [says, unsentMs, finding] of FINDINGS) {
  t.test(`${finding ?? `well, unsent for ${unsentMs} ms`}: the monitor acts on two in a row`, async (t) => {
    const { monitor, sick, page, beat } = open(t, { oldestUnsentMs: () => unsentMs });
    page.says = says;
    monitor.start();
    await beat();
    t.same(sick, []);
    t.equal(monitor.view().failures, finding === null ? 0 : 1);
    await beat();
    t.same(sick, finding === null ? [] : [finding]);
    t.equal(monitor.view().failures, 0, 'the count starts again');
  });
}

t.test('single failures between successful checks do not act', async (t) => {
  const { monitor, sick, page, beat } = open(t);
  monitor.start();
  for (const says of [WELL, new Error('slow'), WELL, new Error('slow'), WELL]) {
    page.says = says;
    await beat();
  }
  t.same(sick, []);
  t.match(monitor.view(), { failures: 0, lastOkAt: /^\d{4}-/, lastCheckAt: /^\d{4}-/ });
});

t.test('a success reported from elsewhere resets the count, and so does a time without checks', async (t) => {
  let expects: 'health' | null = 'health';
  const { monitor, sick, page, probed, beat } = open(t, { expects: () => expects });
  t.same(monitor.view(), { lastCheckAt: null, lastOkAt: null, failures: 0 });
  page.says = new Error('slow');
  monitor.start();
  await beat();
  monitor.proved();
  t.match(monitor.view(), { failures: 0, lastOkAt: /^\d{4}-/ });
  await beat();
  t.equal(monitor.view().failures, 1);
  expects = null;
  await beat();
  t.equal(probed.length, 2, 'no check is due, so the page is not probed');
  t.equal(monitor.view().failures, 0);
  expects = 'health';
  await beat();
  t.same(sick, []);
});

t.test('a page that shows a QR only has to answer', async (t) => {
  const { monitor, sick, page, beat } = open(t, { expects: () => 'answer' });
  page.says = { socketState: 'UNPAIRED', whatsappWeb: null, wid: null, listening: false };
  monitor.start();
  await beat();
  await beat();
  t.same(sick, []);
  page.says = new Error('hangs');
  await beat();
  await beat();
  t.same(sick, ['unresponsive: hangs']);
});

t.test('a probe that never ends is a failure', async (t) => {
  const { monitor, sick, page, beat } = open(t);
  page.says = new Promise(() => undefined);
  monitor.start();
  await beat();
  await beat(9_000);
  t.equal(monitor.view().failures, 1);
  await beat();
  await beat(9_000);
  t.same(sick, ['unresponsive: no answer within 8000 ms']);
});

t.test('a probe that throws is a failure', async (t) => {
  const { monitor, sick, beat } = open(t, {
    probe: () => {
      throw new Error('not ready');
    },
  });
  monitor.start();
  await beat();
  await beat();
  t.same(sick, ['unresponsive: not ready']);
});

t.test('an error of the monitor itself is logged, and the checks continue', async (t) => {
  let broken = true;
  const { monitor, log, probed, beat } = open(t, {
    expects: () => {
      if (broken) throw new Error('mine');
      return 'health';
    },
  });
  monitor.start();
  await beat();
  t.match(log.lines, [['error', 'monitor.failed', { err: { message: 'mine' } }]]);
  broken = false;
  await beat();
  t.equal(probed.length, 1);
  t.equal(monitor.active, true);
});

t.test('an answer after the end, or after the state has changed, is ignored', async (t) => {
  let expects: 'health' | null = 'health';
  let answer: (health: Health) => void = () => undefined;
  const { monitor, log, page, probed, beat } = open(t, { expects: () => expects, failuresToAct: 1 });
  const late = (): void => {
    page.says = new Promise((resolve) => {
      answer = resolve;
    });
  };
  late();
  monitor.start();
  await beat();
  expects = null;
  answer({ ...WELL, listening: false });
  await settled();
  t.same(monitor.view(), { lastCheckAt: null, lastOkAt: null, failures: 0 }, 'the state has changed');
  expects = 'health';
  late();
  await beat();
  monitor.stop();
  answer({ ...WELL, listening: false });
  await settled();
  t.same(monitor.view(), { lastCheckAt: null, lastOkAt: null, failures: 0 }, 'the monitor has stopped');
  t.equal(monitor.active, false);
  await beat();
  t.equal(probed.length, 2, 'the page is not probed any more');
  t.same(log.lines, []);
});

t.test('extra checks do not start a second heartbeat', async (t) => {
  const { monitor, probed, page, beat } = open(t);
  monitor.checkNow();
  await beat();
  t.equal(probed.length, 0, 'no check before the start');
  monitor.start();
  monitor.start();
  monitor.checkNow();
  await beat(0);
  t.equal(probed.length, 1, 'the check runs at once');
  let answer: (health: Health) => void = () => undefined;
  page.says = new Promise((resolve) => {
    answer = resolve;
  });
  await beat();
  monitor.checkNow();
  answer(WELL);
  page.says = WELL;
  await beat(0);
  const before = probed.length;
  for (let n = 0; n < 4; n++) await beat();
  t.equal(probed.length - before, 4);
});
