/** D9: the page is made to load the bundle for forwarding, by one way after the other, and each way has a time limit. */
import t from 'tap';
import { lazyModules, moduleLoader } from '../../../../src/whatsapp/compat/d9-lazy-modules.js';
import { fakeClock } from '../../../harness/fake-clock.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

type Life = { teardown(undo: () => void): unknown };
interface Marks {
  load?: (needs: readonly string[]) => Promise<void>;
  loading?: Record<string, unknown>;
}
const NEED = 'WAWebChatForwardMessage.forwardMessages';
const LOADED = { WAWebChatForwardMessage: { forwardMessages: () => undefined } };

/** A page with these ways to load the bundle; each gets the modules of the page. */
async function lazyPage(
  t: Life,
  bootloader?: (modules: Record<string, unknown>, done: () => void) => unknown,
  bundle?: (modules: Record<string, unknown>) => Promise<unknown>,
) {
  const ways: string[] = [];
  const modules: Record<string, unknown> = {};
  if (bootloader)
    modules.Bootloader = {
      loadModules: (names: readonly string[], done: () => void, by: string) => {
        ways.push(`${names.join()} ${by}`);
        return bootloader(modules, done);
      },
    };
  if (bundle)
    modules.WAWebForwardMessageFlowLoadable = {
      requireBundle: () => {
        ways.push('bundle');
        return bundle(modules);
      },
    };
  const marks: Marks = {};
  const timer = (run: () => void, ms: number) => setTimeout(run, ms);
  setWindow(t, { __wad: marks, require: requireFrom(modules), setTimeout: timer });
  await moduleLoader.install(pageHere());
  return { marks, modules, ways };
}
const FIRST = 'WAWebMediaForwardMediaMsg WAWebForwardMessageFlowLoadable';
const arrives = (modules: Record<string, unknown>, done: () => void) => {
  Object.assign(modules, LOADED);
  done();
};

t.test('the first way that loads the bundle is the last one', async (t) => {
  const clock = fakeClock(t);
  const { marks, ways } = await lazyPage(t, arrives, async () => undefined);
  await marks.load?.([NEED]);
  t.same(ways, [FIRST]);
  t.same(marks.loading, {});
  await marks.load?.([NEED]);
  t.same(ways, [FIRST], 'a loaded module is not loaded again');
  await clock.pass(10_000, 1_000);
  t.equal(clock.pending, 0);
});

t.test('a way that is missing, throws, or loads nothing is followed by the next one', async (t) => {
  fakeClock(t);
  const throws = () => JSON.parse('x');
  const loadsNothing = (_modules: object, done: () => void) => done();
  for (const first of [undefined, throws, loadsNothing]) {
    const { marks, ways, modules } = await lazyPage(t, first, async (page) => Object.assign(page, LOADED));
    await marks.load?.([NEED]);
    t.equal(ways.at(-1), 'bundle');
    t.ok(modules.WAWebChatForwardMessage);
  }
});

t.test('a way that never ends is given up after ten seconds', async (t) => {
  const clock = fakeClock(t);
  const { marks, ways } = await lazyPage(
    t,
    () => undefined,
    () => new Promise(() => undefined),
  );
  let isOver = false;
  const loading = marks.load?.([NEED]).then(() => {
    isOver = true;
  });
  await clock.pass(9_999, 3_333);
  t.same(ways, [FIRST]);
  await clock.pass(1);
  t.same(ways, [FIRST, 'bundle']);
  await clock.pass(9_999, 3_333);
  t.equal(isOver, false);
  await clock.pass(1);
  await loading;
  t.equal(isOver, true);
  t.same(marks.loading, {}, 'a later need may begin anew');
});

t.test('a bundle that fails to load is no rejection', async (t) => {
  fakeClock(t);
  const { marks } = await lazyPage(t, undefined, () => Promise.reject(new Error('network')));
  await marks.load?.([NEED]);
  t.same(marks.loading, {});
});

t.test('two needs of one module load it once; other modules are not touched', async (t) => {
  fakeClock(t);
  let arrive: () => void = () => undefined;
  const { marks, ways } = await lazyPage(t, (modules, done) => {
    arrive = () => arrives(modules, done);
  });
  const both = Promise.all([marks.load?.([NEED, 'WAWebChatForwardMessage']), marks.load?.([NEED])]);
  t.same(Object.keys(marks.loading ?? {}), ['WAWebChatForwardMessage']);
  arrive();
  await both;
  t.equal(ways.length, 1);
  await marks.load?.(['WAWebCollections.Chat']);
  t.equal(ways.length, 1);
});

t.test('installed again in one document, the loader keeps what is being loaded', async (t) => {
  fakeClock(t);
  const { marks } = await lazyPage(t, () => undefined);
  void marks.load?.([NEED]);
  const { load, loading } = marks;
  await moduleLoader.install(pageHere());
  t.equal(marks.load, load);
  t.equal(marks.loading, loading);
});

t.test(
  'the bundle is requested without a wait for it, and a document without marks is left alone',
  async (t) => {
    fakeClock(t);
    const { ways } = await lazyPage(t, () => undefined);
    await lazyModules.install(pageHere());
    t.same(ways, [FIRST]);
    setWindow(t, {});
    await moduleLoader.install(pageHere());
    await lazyModules.install(pageHere());
  },
);
