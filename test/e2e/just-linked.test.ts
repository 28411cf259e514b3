/**
 * Power gone, or everything killed, a moment after linking: the page keeps half of its credentials in localStorage,
 * which Chromium by itself writes out a minute late (the first write of a document after 5 s, the next not within 60 s).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For a slow machine; it takes a tenth of this.
t.setTimeout(240_000);

/** Chromium's database of localStorage holds this key. */
const isWritten = (home: Home, key: string): boolean => {
  const folder = join(home.profile, 'Default/Local Storage/leveldb');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .some((name) => readFileSync(join(folder, name), 'latin1').includes(key));
};

for (const generation of ['2026-04', '2026-09'] as const)
  t.test(`daemon and browser killed right after linking: the link is kept (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: '15550001111' });
    const first = await home.start();
    await first.until('linking');
    await eventually(() => isWritten(home, 'WABrowserId'), 'what the page writes before', 30_000);
    await first.link(phone);
    await eventually(() => isWritten(home, 'WANoiseInfo'), 'the credentials are on the disk', 20_000);
    const browsers = await home.browsers();
    // The browser first: one that sees its daemon gone writes out what it has, and then nothing is shown.
    for (const pid of browsers) process.kill(pid, 'SIGKILL');
    await first.kill();

    const wad = await home.start();
    await wad.until('ready');
    t.same(await wad.events('qr'), [], 'no code was to be scanned again');
    t.equal(phone.devices.length, 1);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
