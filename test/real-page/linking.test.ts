/** The product links on WhatsApp Web's own page, keeps its session over a restart, and loses it when it is unlinked. */
import t from 'tap';
import { Home } from '../harness/home.js';
import { lacksModules, linked, ME, RealWorld, startWad } from './world.js';

t.setTimeout(600_000);

t.test('it links by QR code, and a restart keeps the session', { skip: lacksModules }, async (t) => {
  await using world = await RealWorld.start();
  await using home = await Home.make(world.site, { t });
  const wad = await startWad(home);
  await wad.link(world.phone);
  t.match(await wad.status(), {
    status: 'ready',
    session: { hasSession: true, phone: ME, pushname: 'Me' },
  });
  world.ana.send('before the restart');
  await wad.event('message', ({ body }) => body === 'before the restart');
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);

  world.ana.send('while it was stopped');
  const again = await startWad(home);
  await again.until('ready');
  t.same(await again.events('qr'), []);
  await again.event('message', ({ body }) => body === 'while it was stopped');
  t.equal(world.phone.devices.length, 1);
  await again.stop();
  t.same(world.problems, []);
});

t.test('the phone unlinks it, and it shows a new code', { skip: lacksModules }, async (t) => {
  await using all = await linked(t);
  const { world, wad } = all;
  const after = await wad.mark();
  world.phone.unlink();
  await wad.became('linking', { reason: 'logged_out_by_phone', after });
  t.match(await wad.status(), { session: { hasSession: false, phone: null } });
  await world.phone.scan(await wad.qr());
  await wad.until('ready');
  await wad.stop();
});

t.test('it unlinks itself', { skip: lacksModules }, async (t) => {
  await using all = await linked(t);
  const { world, wad, home } = all;
  const { code, stderr } = await wad.wactl(['disconnect'], { timeoutMs: 120_000 });
  t.equal(code, 0, stderr);
  await world.phone.waitForUnlinked({ timeoutMs: 30_000 });
  t.match(await wad.status(), { session: { hasSession: false } });
  await wad.stop();
  t.same(home.exitType(), null, 'no profile is left');
});

t.test('another browser takes over', { skip: lacksModules }, async (t) => {
  await using all = await linked(t);
  const { world, wad } = all;
  const after = await wad.mark();
  world.phone.conflict();
  await wad.became('reconnecting', { reason: 'conflict', after });
  await wad.became('ready', { after });
  t.equal(world.phone.devices.filter(({ online }) => online).length, 1, 'it took the session back');
  await wad.stop();
});
