/** Each step of a start is logged with its own time and the time since the start. */
import t from 'tap';
import { StartSteps } from '../../../../src/daemon/session/start-steps.js';

function steps() {
  const clock = { ms: 0 };
  const logged: string[] = [];
  const log = {
    debug: (event: string, { step, ms, sinceStartMs }: Readonly<Record<string, unknown>> = {}) =>
      void logged.push(`${event} ${step} ${ms} ${sinceStartMs}`),
  };
  return { clock, logged, steps: new StartSteps(log, () => clock.ms) };
}

t.test('the first start begins with the process, and ends with ready', (t) => {
  const { clock, logged, steps: start } = steps();
  for (const [ms, step] of [
    [100.4, 'settings'],
    [130, 'lock'],
  ] as const) {
    clock.ms = ms;
    start.done(step);
  }
  start.begin();
  clock.ms = 900;
  start.done('ready');
  clock.ms = 5_000;
  start.done('document');
  t.same(logged, ['start.step settings 100 100', 'start.step lock 30 130', 'start.step ready 770 900']);
  t.end();
});

t.test('a later browser is timed from its own start', (t) => {
  const { clock, logged, steps: start } = steps();
  start.begin();
  start.done('ready');
  clock.ms = 7_000;
  start.begin();
  clock.ms = 7_020;
  start.done('start_place');
  t.equal(logged.at(-1), 'start.step start_place 20 20');
  t.end();
});

t.test('a daemon that waits to be told to start does not count that time', (t) => {
  const { clock, logged, steps: start } = steps();
  start.done('store');
  start.end();
  clock.ms = 3_600_000;
  start.begin();
  clock.ms = 3_600_010;
  start.done('start_place');
  t.same(logged, ['start.step store 0 0', 'start.step start_place 10 10']);
  t.end();
});
