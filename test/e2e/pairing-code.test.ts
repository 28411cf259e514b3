/** Linking by a code typed on the phone. Codes are limited (H24), and one too many costs the link (U3). */
import t from 'tap';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

for (const generation of ['2026-04', '2026-07'] as const) {
  t.test(
    `a pairing code links, is requested once, and is refused to a linked account (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation, knobs: { codeUnlinkMs: 100 } });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const wad = await home.start();
      await wad.until('linking');
      t.match(await wad.wactl(['pair', 'my phone']), { code: 2 });

      const { code, number } = await wad.request('session.pair', { number: '+1 (555) 000-1111' });
      t.match(code, /^[A-Z0-9]{8}$/);
      t.equal(number, NUMBER);
      t.match(await wad.status(), { status: 'linking', reason: 'pairing_waiting' });
      const again = await wad.wactl(['pair', NUMBER, '-o', 'json']);
      t.equal(JSON.parse(again.stdout).code, code, 'the same number gets the same code');
      t.match(await wad.wactl(['pair', '15550003333', '-o', 'json']), {
        code: 5,
        stderr: /pairing_limited/,
      });
      const asked = () =>
        sim.log.filter(
          ({ type, detail }) => type === 'request' && (detail as { what?: string }).what === 'code',
        ).length;
      t.equal(asked(), 1, 'WhatsApp was asked once');

      await phone.enterCode(code);
      await wad.until('ready');
      t.match(await wad.status(), { reason: 'none', session: { hasSession: true, phone: NUMBER } });
      for (const other of [NUMBER, '15550003333']) {
        t.match(await wad.wactl(['pair', other, '-o', 'json']), { code: 1, stderr: /already_linked/ });
      }
      t.equal(asked(), 1, 'the page was not asked for a code for a linked number (U3)');
      await wad.stop();
      const text = JSON.stringify(wad.log);
      t.notOk(text.includes(code), 'the log does not contain the code');
      t.notOk(text.includes(NUMBER), 'the log does not contain the number');
      t.same(await wad.leftBehind({ profile: 'kept' }), []);

      const next = await home.start();
      t.match(
        await next.wactl(['pair', NUMBER, '-o', 'json']),
        { code: 1, stderr: /already_linked/ },
        'the code is refused during the start, too',
      );
      await next.until('ready');
      t.same(await next.events('qr'), []);
      t.equal(phone.devices.length, 1);
      await next.stop();
      t.same(await next.leftBehind({ profile: 'kept' }), []);
    },
  );
}

t.test('a code that WhatsApp does not issue is an error in time, and the QR still links', async (t) => {
  for (const [fault, kind] of [
    ['rate-overlimit', 'pairing_limited'],
    ['undefined', 'pairing_failed'],
  ] as const) {
    await using sim = await Simulator.start({ knobs: { codeFault: fault } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const wad = await home.start();
    await wad.until('linking');
    const startedAt = performance.now();
    const end = await wad.wactl(['pair', NUMBER, '-o', 'json'], { timeoutMs: 45_000 });
    t.match(end.stderr, new RegExp(kind), fault);
    t.ok(performance.now() - startedAt < 35_000);
    t.match(await wad.status(), { status: 'linking', reason: 'qr_waiting' });
    await wad.link(phone);
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), [], fault);
  }
});

t.test('a QR from before the request for a code is not shown again', async (t) => {
  // The page keeps the old code until the server has sent new ones.
  await using sim = await Simulator.start({ knobs: { codeFault: 'undefined', socketSlowMs: 150 } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start();
  await wad.until('linking');
  await t.rejects(wad.request('session.pair', { number: NUMBER }), { message: /invalid pairing code/ });
  await wad.link(phone);
  await wad.stop();
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});

t.test('a QR that is used, expired or not available yet is never shown', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-07',
    knobs: { qrFirstMs: 1_200, qrNextMs: 600, qrCount: 3 },
  });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const wad = await home.start({ args: ['--no-auto-init'] });
  t.match(await wad.wactl(['qr', '--raw']), { code: 5, stdout: '' });
  await wad.request('session.initialize');
  // Two rounds of the page: it idles after three codes and must be told to start again (H18).
  const seen = new Set<string>();
  for (let last = ''; seen.size < 5; ) {
    last = await wad.qr(last);
    t.match(last, /^2@/);
    seen.add(last);
  }
  await wad.link(phone);
  t.match(await wad.wactl(['qr', '--raw']), { code: 5, stdout: '' });
  const qrs = await wad.events('qr');
  t.ok(qrs.length >= 5);
  await wad.stop();
  t.notOk(JSON.stringify([qrs, wad.log]).includes('2@'), 'neither events nor log contain a payload');
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
