/** The library is put into each document once, its listeners too, and its errors end no more than they must. */
import { setMaxListeners } from 'node:events';
import type { Page } from 'puppeteer';
import t from 'tap';
import { GuardedClient, NoModules } from '../../../../src/whatsapp/library/guarded-client.js';
import { Client } from '../../../../src/whatsapp/library/library.js';
import { fakeClock, settled } from '../../../harness/fake-clock.js';
import { pageHere, setWindow } from '../../../harness/fake-page.js';

const NAVIGATED = new Error('Execution context was destroyed.');
const library = Client.prototype as { inject(): Promise<void>; attachEventListeners(): Promise<void> };
const { inject, attachEventListeners } = library;

/** A document with modules. `WWebJS`: the library's own functions are in it. */
const documentOf = (more: object = {}) => ({
  Debug: { VERSION: '2.3000' },
  require: () => ({}),
  WWebJS: {} as object | undefined,
  __wad: { injected: false, attaching: false, listening: false },
  ...more,
});

/** A client whose library does `does` instead of its own work; what happens is in `done`, in order. */
function guarded(
  t: { teardown(undo: () => void): unknown },
  does: { inject?: () => Promise<void>; attach?: () => Promise<void> } = {},
) {
  const done: string[] = [];
  const window = documentOf();
  setWindow(t, window);
  library.inject = async () => {
    done.push('library: inject');
    await does.inject?.();
  };
  library.attachEventListeners = async () => {
    done.push('library: attach');
    await does.attach?.();
  };
  t.teardown(() => Object.assign(library, { inject, attachEventListeners }));
  const stop = new AbortController();
  // The timers of the fake clock do not remove their listener.
  setMaxListeners(0, stop.signal);
  const hook = (name: string) => async () => void done.push(name);
  const client = new GuardedClient(
    {
      dataPath: '/nonexistent',
      clientId: 'test',
      chrome: { executablePath: '/nonexistent', sandbox: true, headed: false, args: [] },
      signal: stop.signal,
      loadMs: 10_000,
    },
    {
      step: () => undefined,
      pageCreated: hook('born'),
      beforeInject: hook('before'),
      injected: hook('injected'),
      linked: hook('linked'),
      listening: () => void done.push('listening'),
      attached: hook('attached'),
      eventFailed: () => undefined,
      hookFailed: (where, error) => void done.push(`trouble in ${where}: ${(error as Error).message}`),
    },
  );
  const life = { connected: true, closed: false };
  client.pupPage = pageHere({ isClosed: () => life.closed }) as Page;
  client.pupBrowser = life as unknown as typeof client.pupBrowser;
  return { client, done, window, stop, life };
}

const ONCE = ['before', 'library: inject', 'injected'];

t.test(
  'calls during an injection cause one more check, and an injected document is left alone',
  async (t) => {
    const { client, done, window } = guarded(t);
    await Promise.all([client.inject(), client.inject(), client.inject()]);
    t.same(done, ONCE);
    t.equal(window.__wad.injected, true);
    await client.inject();
    t.same(done, ONCE);
  },
);

t.test('a document that replaces another during an injection gets the library as well', async (t) => {
  let round = 0;
  const { client, done } = guarded(t, {
    async inject() {
      round += 1;
      if (round > 1) return;
      (globalThis as { window?: object }).window = documentOf();
      throw NAVIGATED;
    },
  });
  await client.inject();
  t.same(done, ['before', 'library: inject', `trouble in inject: ${NAVIGATED.message}`, ...ONCE]);
});

for (const [name, dies] of [
  ['page is closed', ({ life }: ReturnType<typeof guarded>) => Object.assign(life, { closed: true })],
  ['browser is gone', ({ life }: ReturnType<typeof guarded>) => Object.assign(life, { connected: false })],
  ['client is stopped', ({ stop }: ReturnType<typeof guarded>) => stop.abort()],
] as const)
  t.test(`an injection is not repeated when the ${name}`, async (t) => {
    let round = 0;
    const made = guarded(t, {
      async inject() {
        round += 1;
        // So that a second round would end.
        if (round > 1) return;
        dies(made);
        throw NAVIGATED;
      },
    });
    await made.client.inject();
    t.equal(round, 1);
  });

t.test('a library that fails on a document with modules is reported, and the page is kept', async (t) => {
  const { client, done } = guarded(t, { inject: () => Promise.reject(new Error('r: r')) });
  await t.resolves(client.inject());
  t.same(done, ['before', 'library: inject', 'trouble in inject: r: r']);
});

t.test('a first document without modules rejects in time; a later one does not', async (t) => {
  const clock = fakeClock(t);
  const { client, done, window } = guarded(t);
  const bare = documentOf({ Debug: undefined });
  const globals = globalThis as { window?: object };
  globals.window = bare;
  const first = client.inject().catch((error: unknown) => error);
  await clock.pass(10_100);
  t.ok((await first) instanceof NoModules);
  globals.window = window;
  await client.inject();
  t.same(done.slice(1), ONCE);
  globals.window = bare;
  const later = client.inject();
  await clock.pass(10_100);
  await t.resolves(later);
  t.equal(clock.pending, 0);
});

t.test('an abort ends the wait for modules', async (t) => {
  const { client, stop } = guarded(t);
  (globalThis as { window?: object }).window = documentOf({ require: undefined });
  const injecting = client.inject();
  await settled();
  stop.abort();
  await t.resolves(injecting);
});

const ATTACHED = ['linked', 'library: attach', 'attached', 'listening'];

t.test('listeners are attached once per document, and it is marked afterwards', async (t) => {
  let isMarkedEarly = false;
  const { client, done, window } = guarded(t, {
    async attach() {
      isMarkedEarly = window.__wad.listening;
    },
  });
  await Promise.all([client.attachEventListeners(), client.attachEventListeners()]);
  t.same(done, ATTACHED);
  t.equal(isMarkedEarly, false);
  t.equal(window.__wad.listening, true);
});

t.test("a document without the library's functions is not claimed", async (t) => {
  const { client, done, window } = guarded(t);
  window.WWebJS = undefined;
  await client.attachEventListeners();
  t.same(done, []);
  t.equal(window.__wad.attaching, false);
});

t.test(
  'a document that is replaced while listeners are attached is not reported as listening; the next is',
  async (t) => {
    let round = 0;
    const { client, done } = guarded(t, {
      async attach() {
        round += 1;
        if (round === 1) (globalThis as { window?: object }).window = documentOf();
      },
    });
    await Promise.all([client.attachEventListeners(), client.attachEventListeners()]);
    t.same(done, ['linked', 'library: attach', ...ATTACHED]);
  },
);

t.test('an error of an attachment is reported and passed on, unless its document went away', async (t) => {
  const { client, done } = guarded(t, { attach: () => Promise.reject(new Error('r: r')) });
  await t.rejects(client.attachEventListeners(), { message: 'r: r' });
  t.same(done.splice(0), ['linked', 'library: attach', 'trouble in attachEventListeners: r: r']);
  library.attachEventListeners = async () => {
    throw NAVIGATED;
  };
  (globalThis as { window?: object }).window = documentOf();
  await t.resolves(client.attachEventListeners());
  library.attachEventListeners = async () => {
    (globalThis as { window?: object }).window = documentOf();
    throw new Error('r: r');
  };
  (globalThis as { window?: object }).window = documentOf();
  await t.resolves(client.attachEventListeners());
  t.same(done, ['linked', 'linked'], 'nothing to report');
});
