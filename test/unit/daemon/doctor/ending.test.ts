/** Signals and errors that nothing has caught end a run in order, in a process of its own. */
import { spawnSync } from 'node:child_process';
import t from 'tap';

const ENDING = new URL('../../../../src/daemon/doctor/ending.js', import.meta.url).href;

/** @param then what happens once the run has begun */
const said = (then: string): string => {
  const script = `
    import { Ending } from ${JSON.stringify(ENDING)};
    const ending = new Ending();
    const life = setInterval(() => undefined, 60_000);
    ending.signal.addEventListener('abort', () => {
      console.log(ending.signal.reason.message, ending.status);
      setImmediate(() => {
        clearInterval(life);
        ending.stop();
      });
    });
    ${then}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return `${stdout.trim()}${stderr.trim()} ${status}`;
};

const kill = (name: string): string => `process.kill(process.pid, '${name}');`;

t.test('each has its status, and the first counts', (t) => {
  for (const [name, status] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    t.equal(said(kill(name)), `it was ended by ${name} ${status} 0`);
  t.equal(said(kill('SIGTERM').repeat(2)), 'it was ended by SIGTERM 143 0');
  t.end();
});

t.test('an error that nothing has caught is the reason, and no status', (t) => {
  t.equal(said("setImmediate(() => { throw new Error('in a callback'); });"), 'in a callback null 0');
  t.equal(said("Promise.reject(new Error('of a promise'));"), 'of a promise null 0');
  t.equal(said("Promise.reject('a text');"), 'a text null 0');
  t.end();
});
