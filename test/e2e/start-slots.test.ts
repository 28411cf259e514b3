/**
 * Accounts that start at the same time: one after the other where one place is configured, in the order in which they
 * came, and a place is free when its daemon is killed, or its page has answered.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PAGELESS } from '../faults/pageless-browser.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

/** Settings of a daemon that shares its starts with the others of this home. */
const sharing = (home: Home, env: Readonly<Record<string, string>> = {}) => {
  const shared = join(home.dir, 'shared');
  mkdirSync(shared, { recursive: true, mode: 0o700 });
  return { env: { XDG_RUNTIME_DIR: shared, WAD_BROWSER_PARALLEL_STARTS: '1', ...env } };
};

/** A browser that starts, and whose page never appears. */
function pageless(home: Home): string {
  const path = join(home.dir, 'pageless');
  writeFileSync(path, `#!/bin/sh\nexec ${PAGELESS} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

const waits = (wad: Wad): Promise<unknown> =>
  eventually(async () => (await wad.status()).waitsFor === 'start_slot', 'it waits for its place');

t.test('one starts at a time, and a killed daemon gives its place to the next', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  await using second = await Home.make(sim, { t });
  await using third = await Home.make(sim, { t });
  await using fourth = await Home.make(sim, { t });
  const settings = sharing(home);
  const holder = await home.start({ ...settings, browser: pageless(home) });
  await holder.became('starting');
  const next = await second.start(settings);
  await waits(next);
  const stopped = await third.start(settings);
  await waits(stopped);
  const last = await fourth.start(settings);
  await waits(last);

  const { status, reason, nextAttemptAt } = await next.status();
  t.match({ status, reason, nextAttemptAt }, { status: 'starting', reason: 'none', nextAttemptAt: null });
  t.match((await next.wactl(['status'])).stdout, /waits\s+for its turn/);
  t.equal((await holder.status()).waitsFor, null);
  t.same(await second.browsers(), [], 'no browser runs yet');
  const { code, ms } = await stopped.stop();
  t.equal(code, 0);
  t.ok(ms < 5_000, `a stop does not wait for the place: ${ms} ms`);

  await holder.kill();
  await next.until('linking');
  await last.until('linking');
  t.equal((await last.status()).waitsFor, null);
  const at = async (wad: Wad) =>
    Date.parse((await wad.events('state')).find(({ data }) => data.status === 'linking')?.time ?? '');
  t.ok((await at(next)) <= (await at(last)), 'in the order in which they came');
  for (const wad of [next, last]) t.equal((await wad.stop()).code, 0);
});

t.test('with too little memory no browser is started, and the daemon tries again', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const settings = sharing(home, {
    WAD_BROWSER_MIN_FREE_MEMORY_MB: '1000000',
    WAD_RECONNECT_DELAYS_MS: '500',
    WAD_RECONNECT_MAX_ATTEMPTS: '2',
  });
  const wad = await home.start(settings);
  await wad.became('reconnecting', { reason: 'memory_low' });
  await wad.became('failed', { reason: 'attempts_exhausted' });
  t.match(await wad.logged('session.transition', ({ reason }) => reason === 'memory_low'), {
    detail: /MB of memory are available, fewer than browser.minFreeMemoryMb = 1000000/,
  });
  t.same(await home.browsers(), []);
  const other = await Home.make(sim, { t });
  await using _ = other;
  const fine = await other.start({ env: { ...settings.env, WAD_BROWSER_MIN_FREE_MEMORY_MB: '1' } });
  await fine.until('linking');
  for (const each of [fine, wad]) t.equal((await each.stop()).code, 0, 'it keeps no place');
});
