// A linked account with a real Chromium continues on another machine from its sealed copy, without a QR code.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import t, { type Test } from 'tap';
import { type Config, KEYS } from '../../src/config/keys.js';
import { judgeProfile, restoreProfile } from '../../src/daemon/fleet/restore.js';
import { saveProfile } from '../../src/daemon/fleet/save.js';
import { connectFleet } from '../../src/fleet/connection.js';
import { openObjects } from '../../src/fleet/objects.js';
import { openProfileStore } from '../../src/fleet/profile-store.js';
import { browserVersion } from '../../src/session-dir/browser-version.js';
import { layout } from '../../src/session-dir/layout.js';
import { Home } from '../harness/home.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';
import type { Phone } from '../simulator/phone.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(600_000);

/** A fleet, whose accounts are moved here as the daemon moves them: before its store is open, and after it is closed. */
async function fleet(t: Test) {
  const server = await natsServer(t);
  const keyFile = join(t.testdir(), 'fleet.key');
  writeFileSync(keyFile, await generateX25519Identity(), { mode: 0o600 });
  const config = {
    fleet: {
      ...Object.fromEntries(Object.entries(KEYS.fleet).map(([name, { default: value }]) => [name, value])),
      ...{ servers: [server.url], machine: 'm1', keyFile },
    },
  } as unknown as Config;
  const connection = await connectFleet(config.fleet, { name: 'test', log: keepLog() });
  t.teardown(() => connection.nats.close());
  const { profiles: objects } = await openObjects(connection, config.fleet);
  const profiles = openProfileStore(connection, objects);
  const log = keepLog();
  const disk = ({ authDir, stateDir }: Home) => {
    mkdirSync(authDir, { recursive: true, mode: 0o700 });
    return { dir: layout(authDir, 'default'), stateDir };
  };
  return {
    profiles,
    log,
    save: (home: Home, epoch: number) =>
      saveProfile({ ...disk(home), profiles, config, account: 'shop', log, lease: { epoch, end: null } }),
    restore: (home: Home, epoch: number) =>
      restoreProfile({
        ...{ ...disk(home), profiles, config, account: 'shop', log, epoch },
        browserVersion: () => browserVersion(home.browser),
      }),
    judge: (home: Home, verdict: 'ready' | 'refused') => judgeProfile(disk(home), verdict),
  };
}

async function machines(t: Test) {
  const sim = await Simulator.start();
  const [a, b] = [await Home.make(sim, { t }), await Home.make(sim, { t })];
  t.teardown(async () => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();
  });
  const phone = sim.createPhone({ number: '15550001111' });
  const contact = sim.createContact({ number: '15550002222' });
  await a.saveSession(phone);
  return { sim, a, b, phone, contact, fleet: await fleet(t) };
}

const device = ({ devices }: Phone): readonly string[] => devices.map(({ id }) => id);

t.test('an account moves there and back, and nobody scans a code', async (t) => {
  const { a, b, phone, contact, fleet } = await machines(t);
  const linked = device(phone);
  let from: string | null = null;
  for (const [home, epoch] of [
    [a, 10],
    [b, 20],
    [a, 30],
  ] as const) {
    t.match(await fleet.restore(home, epoch), { from: epoch === 10 ? null : epoch - 10, why: null });
    const wad = await home.start();
    await wad.until('ready');
    await fleet.judge(home, 'ready');
    t.notOk((await wad.states()).includes('linking'), `epoch ${epoch}`);
    if (from !== null)
      t.equal((await wad.request('message.get', { id: from })).state, 'read', 'its outbox came along');
    const { id } = await wad.request('message.send', { to: contact.number, text: `from epoch ${epoch}` });
    await wad.request('message.wait', { id, for: 'read', timeoutMs: 30_000 });
    from = id;
    await wad.stop();
    await fleet.save(home, epoch);
  }
  t.same(device(phone), linked, 'it is one device for the phone');
  t.equal(contact.received.length, 3);
  const { bytes, browser } = (await fleet.profiles.list('shop'))[0] ?? {};
  t.match(browser, /^\d+\.\d+/);
  t.comment(`${bytes} bytes`);
});

t.test('a copy that WhatsApp refuses leads to the one before it', async (t) => {
  const { a, b, fleet } = await machines(t);
  await fleet.save(a, 10);
  // A profile whose storage is empty, as if it had been copied before the page had written it.
  rmSync(join(a.profile, 'Default', 'IndexedDB'), { recursive: true });
  rmSync(join(a.profile, 'Default', 'Local Storage'), { recursive: true });
  await fleet.save(a, 11);
  t.match(await fleet.restore(b, 12), { from: 11 });
  const first = await b.start();
  t.match(await first.until('linking', 'stopped', 'ready'), { reason: 'auth_failed' });
  await first.stop();
  t.ok(await fleet.judge(b, 'refused'));
  t.match(await fleet.restore(b, 13), { from: 10, why: /epoch 11/ });
  const second = await b.start();
  await second.until('ready');
  await fleet.judge(b, 'ready');
  await second.stop();
  t.notOk(existsSync(join(b.stateDir, '.moving-state-before')));
});
