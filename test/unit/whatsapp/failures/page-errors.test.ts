/** Exceptions in the page are kept with their context, newest twenty only, whatever the page threw and whether it still answers. */
import { EventEmitter } from 'node:events';
import type { Page } from 'puppeteer';
import t from 'tap';
import { PageErrors } from '../../../../src/whatsapp/failures/page-errors.js';
import { fakeClock, settled } from '../../../harness/fake-clock.js';
import { keepLog } from '../../../harness/server.js';

function watched(evaluate: () => Promise<unknown>) {
  const page = Object.assign(new EventEmitter(), { evaluate });
  const log = keepLog();
  const state = { build: '2.3000' as string | null };
  const errors = new PageErrors(() => state.build, log);
  errors.watch(page as unknown as Page);
  return { errors, log, state, threw: (error: unknown) => page.emit('pageerror', error) };
}

const thrownAt = (stack: string): Error => Object.assign(new Error('r: r'), { stack });
const quiet = async (): Promise<string[]> => [];

t.test('an error is kept with the modules of its stack, then those requested last, each once', async (t) => {
  const { errors, log, threw } = watched(async () => ['WAWebChat', 'WAWebMsgKey']);
  threw(thrownAt('Error: r: r\n    at WAWebMsgKey.newId (a.js:1)'));
  await settled();
  const context = { error: 'r: r', modules: ['WAWebMsgKey', 'WAWebChat'], build: '2.3000' };
  t.match(errors.kept, [context]);
  t.match(log.lines, [{ level: 'debug', event: 'whatsapp.page-error', fields: context }]);
});

t.test('the build is that of the document that threw', async (t) => {
  const { errors, state, threw } = watched(quiet);
  threw(thrownAt(''));
  state.build = '2.4000';
  await settled();
  t.equal(errors.kept[0]?.build, '2.3000');
});

t.test('the newest twenty are kept, oldest first', async (t) => {
  const { errors, threw } = watched(quiet);
  for (let n = 0; n < 23; n += 1) threw(new Error(`error ${n}`));
  await settled();
  t.equal(errors.kept.length, 20);
  t.equal(errors.kept[0]?.error, 'error 3');
  t.equal(errors.kept.at(-1)?.error, 'error 22');
});

t.test(
  'an error of a page that has crashed or never answers is kept without the requested modules',
  async (t) => {
    const clock = fakeClock(t);
    const crashed = watched(() => Promise.reject(new Error('Target closed')));
    crashed.threw(thrownAt('at WALinkify (b.js:1)'));
    const silent = watched(() => new Promise(() => undefined));
    silent.threw(thrownAt('at WALinkify (b.js:1)'));
    await settled();
    t.match(crashed.errors.kept, [{ modules: ['WALinkify'] }]);
    t.same(silent.errors.kept, []);
    await clock.pass(1_000);
    t.match(silent.errors.kept, [{ modules: ['WALinkify'] }]);
    t.equal(clock.pending, 0);
  },
);

t.test('a page may throw anything, also nothing', async (t) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  const { errors, threw } = watched(quiet);
  for (const value of [undefined, null, 'auth timeout', 401]) threw(value);
  await settled();
  await settled();
  t.same(unhandled, []);
  t.same(
    errors.kept.map(({ error, modules }) => [error, modules]),
    [
      ['undefined', []],
      ['null', []],
      ['auth timeout', []],
      ['401', []],
    ],
  );
});
