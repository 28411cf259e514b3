/**
 * A link survives a power failure or kill -9 right after linking.
 * The page keeps half of its credentials in localStorage. Chromium writes that to disk late: the first write
 * of a document after 5 s, the next up to 60 s later.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(240_000);

/** Reports whether Chromium's localStorage database on disk contains this key. */
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
    await eventually(
      () => isWritten(home, 'WABrowserId'),
      'the first entry of the page is on the disk',
      30_000,
    );
    await first.link(phone);
    await eventually(() => isWritten(home, 'WANoiseInfo'), 'the credentials are on the disk', 20_000);
    const browsers = await home.browsers();
    // The browser is killed first. If its daemon ends first, it writes its data, and the test would prove
    // nothing.
    for (const pid of browsers) process.kill(pid, 'SIGKILL');
    await first.kill();

    const wad = await home.start();
    await wad.until('ready');
    t.same(await wad.events('qr'), [], 'no QR code was shown again');
    t.equal(phone.devices.length, 1);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
