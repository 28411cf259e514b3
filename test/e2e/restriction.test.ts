/**
 * During a restriction by WhatsApp, which is shown and reported, only messages to strangers wait.
 * A stranger is a person who has never written to the account.
 */
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(600_000);

const NUMBER = '15550001111';
const WITHIN = { timeoutMs: 65_000 };
const sent = { for: 'sent', timeoutMs: 60_000 } as const;
/** Longer than the test. */
const HOUR_MS = 3_600_000;

interface Event {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Waits until the message waits for this. The page must first identify the recipient. */
async function waitsFor(wad: Wad, id: string, what: string) {
  for (const late = Date.now() + 60_000; ; ) {
    const row = await wad.request('outbox.get', { id });
    if (row.waitsFor === what || Date.now() > late) return row;
  }
}

/** The texts that a person has received, in order. */
const bodies = ({ received }: { received: readonly { body: string }[] }) => received.map(({ body }) => body);

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(
    `under a time lock only messages to strangers wait, and they are sent when it ends (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
      const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
      await ana.send('hello');
      let wad = await home.start();
      await wad.link(phone);
      t.match((await wad.status()).capabilities, { 'session.restriction': 'ok' });
      const after = await wad.mark();
      phone.lockReachOut(HOUR_MS);
      const begun = (await wad.event('restriction', ({ kind }) => kind === 'time_lock', { after })) as Event;
      const { restriction } = await wad.status();
      t.match(restriction, { kind: 'time_lock', until: begun.data.until });
      t.ok(Math.abs(Date.parse(String(restriction?.until)) - Date.now() - HOUR_MS) < 120_000);
      t.match(await wad.event('alert', ({ reason }) => reason === 'restricted', { after }), {
        data: { says: /does not let this account begin new chats until .*Z.*others go out/ },
      });
      t.match(
        (await wad.wactl(['status'])).stdout,
        /whatsapp\s+does not let this account start new chats until/,
      );

      const stranger = await wad.request('message.send', { to: ben.number, text: 'to somebody new' });
      const late = await wad.request('message.send', { to: ben.number, text: 'taken back' });
      const friend = await wad.request('message.send', { to: ana.number, text: 'to who wrote' });
      t.match(await wad.request('message.wait', { id: friend.id, ...sent }, WITHIN), { error: null });
      t.match(await waitsFor(wad, stranger.id, 'restriction'), {
        ...{ state: 'queued', attempts: 0, error: null },
        ...{ waitsFor: 'restriction', nextAt: restriction?.until },
      });
      t.match((await wad.wactl(['outbox', 'list'])).stdout, /waits for the end of a restriction by WhatsApp/);
      t.match(await wad.request('outbox.cancel', { id: late.id }), { state: 'cancelled' });
      const dying = await wad.request('message.send', {
        ...{ to: ben.number, text: 'too late' },
        expiresAt: new Date(Date.now() + 1_500).toISOString(),
      });

      // Everything survives a restart of the daemon.
      await wad.stop();
      wad = await home.start();
      await wad.until('ready');
      t.match((await wad.status()).restriction, { kind: 'time_lock' });
      t.equal((await waitsFor(wad, stranger.id, 'restriction')).waitsFor, 'restriction');
      t.same(bodies(ben), []);

      const before = await wad.mark();
      phone.lockReachOut(0);
      t.match(await wad.request('message.wait', { id: stranger.id, ...sent }, WITHIN), { error: null });
      t.match(await wad.event('restriction', () => true, { after: before }), {
        data: { before: 'time_lock' },
      });
      t.not((await wad.status()).restriction?.kind, 'time_lock');
      t.equal((await wad.request('outbox.get', { id: dying.id })).state, 'expired');
      await ben.waitForMessage();
      t.same(bodies(ben), ['to somebody new']);
      await wad.stop();
    },
  );

t.test(
  'a time lock that ends by the clock releases the waiting messages without a notification',
  async (t) => {
    await using sim = await Simulator.start({ generation: '2026-10', knobs: { limitsFault: 'hangs' } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const wad = await home.start();
    await wad.link(phone);
    const after = await wad.mark();
    phone.lockReachOut(8_000);
    await wad.event('restriction', ({ kind }) => kind === 'time_lock', { after });
    const { until } = (await wad.status()).restriction ?? {};
    const { id } = await wad.request('message.send', { to: ben.number, text: 'by itself' });
    t.equal((await waitsFor(wad, id, 'restriction')).waitsFor, 'restriction');
    t.match(await wad.request('message.wait', { id, ...sent }, WITHIN), {
      error: null,
      state: /sent|delivered|read/,
    });
    t.ok(Date.now() >= Date.parse(String(until)), 'nothing is sent before the end');
    await wad.stop();
  },
);

for (const refused of [false, true])
  t.test(
    `a held message is sent once the person has written and their trust token has arrived (refused before: ${refused})`,
    async (t) => {
      await using sim = await Simulator.start({
        generation: '2026-09',
        knobs: { trustDelayMs: 1_000, sendNack: refused ? '463' : 'none' },
      });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
      const wad = await home.start();
      await wad.link(phone);
      if (!refused) {
        phone.lockReachOut(HOUR_MS);
        await wad.logged('session.restriction', (line) => line.kind === 'time_lock');
      }
      const { id } = await wad.request('message.send', { to: ben.number, text: 'answer' });
      t.match(await waitsFor(wad, id, 'restriction'), {
        waitsFor: 'restriction',
        attempts: refused ? 1 : 0,
      });
      await sim.set('sendNack', 'none');
      phone.lockReachOut(HOUR_MS);
      await ben.send('a question');
      t.match(await wad.request('message.wait', { id, ...sent }, WITHIN), { error: null });
      t.match((await wad.status()).restriction, { kind: 'time_lock' });
      await wad.stop();
    },
  );

for (const [code, kind, shown] of [
  ['463', 'restricted', 'time_lock'],
  ['475', 'new_chat_cap', 'new_chat_cap'],
] as const)
  for (const restrictions of [true, false])
    t.test(
      `a refusal with ${code} holds the message and all messages to strangers (reported by the page: ${restrictions})`,
      async (t) => {
        await using sim = await Simulator.start({
          generation: '2026-09',
          knobs: { sendNack: code, restrictions, newChatQuota: code === '475' ? 10 : 0 },
        });
        await using home = await Home.make(sim, { t });
        const phone = sim.createPhone({ number: NUMBER });
        const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
        const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
        const eve = sim.createContact({ number: '15550004444', name: 'Eve' });
        await ana.send('hello');
        let wad = await home.start();
        await wad.link(phone);
        const { id } = await wad.request('message.send', { to: ben.number, text: 'refused' });
        await wad.logged('session.restriction', (line) => line.kind === shown);
        // The page may report the restriction before the refusal is on disk.
        t.match(await waitsFor(wad, id, 'restriction'), {
          ...{ state: 'queued', attempts: 1, waitsFor: 'restriction', nextAt: /Z$/ },
          error: { kind, reason: new RegExp(code), hint: /wactl .*status/ },
        });
        const { restriction } = await wad.status();
        t.match(restriction, { kind: shown, until: /Z$/ });
        const behind = await wad.request('message.send', { to: ben.number, text: 'behind it' });
        const other = await wad.request('message.send', {
          to: eve.number,
          text: 'to somebody else who is new',
        });
        const friend = await wad.request('message.send', { to: ana.number, text: 'to who wrote' });
        t.match(await wad.request('message.wait', { id: friend.id, ...sent }, WITHIN), { error: null });
        t.equal((await waitsFor(wad, other.id, 'restriction')).waitsFor, 'restriction');
        t.equal((await wad.request('outbox.get', { id: behind.id })).state, 'queued');
        t.equal(
          sim.log.filter(({ direction, type }) => direction === 'up' && type === 'send').length,
          2,
          'no other stranger was tried',
        );

        await wad.stop();
        wad = await home.start();
        await wad.until('ready');
        t.match((await wad.status()).restriction, { kind: shown });
        t.match(await wad.request('outbox.get', { id }), { state: 'queued', attempts: 1 });

        if (!restrictions) return wad.stop().then(() => undefined);
        // WhatsApp reports the end: of the lock by a change of its time, of the cap by a new cycle.
        await sim.set('sendNack', 'none');
        if (code === '463') {
          phone.lockReachOut(HOUR_MS);
          await wad.logged('session.restriction', (line) => line.kind === 'time_lock');
          phone.lockReachOut(0);
        } else {
          phone.tellNewChats({ usedUp: true });
          while ((await wad.status()).restriction?.used !== 10);
          phone.tellNewChats();
        }
        for (const one of [id, behind.id, other.id])
          t.match(await wad.request('message.wait', { id: one, ...sent }, WITHIN), { error: null });
        await ben.waitForMessage(({ body }) => body === 'behind it');
        t.same(bodies(ben), ['refused', 'behind it'], 'each message arrives once, in order');
        await wad.stop();
      },
    );

t.test('a code without a time fails the message', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09', knobs: { sendNack: '479' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const wad = await home.start();
  await wad.link(phone);
  const { id } = await wad.request('message.send', { to: ben.number, text: 'refused' });
  t.match(await wad.request('message.wait', { id, ...sent }, WITHIN), {
    state: 'failed',
    error: { kind: 'send_failed', reason: 'WhatsApp refused the message (479).' },
  });
  t.equal((await wad.status()).restriction, null);
  await wad.stop();
});

t.test('a temporary ban (402) is reported with its end, and retried then', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  await home.saveSession(phone);
  await sim.set('tempBanMs', 12_000);
  await sim.set('loginRefusal', '402');
  const wad = await home.start({ env: { WAD_RECONNECT_SLOW_RETRY_MS: '1000' } });
  await wad.until('failed');
  const status = await wad.status();
  t.match(status, {
    ...{ status: 'failed', reason: 'banned', session: { hasSession: true } },
    restriction: { kind: 'ban', until: /Z$/ },
  });
  const until = Date.parse(String(status.restriction?.until));
  t.ok(
    Math.abs(Date.parse(String(status.nextAttemptAt)) - until) < 2_000,
    'the next attempt is at the end of the ban',
  );
  t.match((await wad.wactl(['status'])).stdout, /whatsapp\s+banned until/);
  await sim.set('loginRefusal', 'none');
  await wad.until('ready');
  t.ok(Date.now() >= until - 1_000, 'there is no attempt before the end');
  t.not((await wad.status()).restriction?.kind, 'ban');
  await wad.stop();
});

t.test(
  'the quota is shown, causes a warning, and slows messages to strangers before it is exhausted',
  async (t) => {
    await using sim = await Simulator.start({
      generation: '2026-10',
      knobs: { newChatQuota: 4, newChatCycleMs: 10 * HOUR_MS },
    });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const people = Array.from({ length: 4 }, (_, n) =>
      sim.createContact({ number: `1555000300${n}`, name: `Person ${n}` }),
    );
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    await ana.send('hello');
    const env = { WAD_PACING_MODE: 'on', WAD_PACING_STRANGER_GAP_MS: '0', WAD_PACING_PER_MINUTE: '6000' };
    const wad = await home.startLinked(phone, { env });
    // It is known from the link on, and reported without a change.
    t.match((await wad.status()).restriction, { kind: 'quota', used: 0, total: 4 });
    for (const { number } of people.slice(0, 2)) {
      const { id } = await wad.request('message.send', { to: number, text: 'first' });
      t.match(await wad.request('message.wait', { id, ...sent }, WITHIN), { error: null });
    }
    // WhatsApp counts, and reports the count shortly after.
    await eventually(
      async () => (await wad.status()).restriction?.used === 2,
      'two new chats are counted',
      30_000,
    );
    const { id } = await wad.request('message.send', { to: people[2]?.number ?? '', text: 'first' });
    // From half of the quota on, the rest is spread over the remaining cycle.
    const third = await waitsFor(wad, id, 'quota');
    t.match(third, { state: 'queued', waitsFor: 'quota' });
    t.ok(
      Date.parse(String(third.nextAt)) > Date.now() + HOUR_MS,
      'the remaining two are spread over ten hours',
    );
    const friend = await wad.request('message.send', { to: ana.number, text: 'to who wrote' });
    t.match(await wad.request('message.wait', { id: friend.id, ...sent }, WITHIN), { error: null });
    await wad.stop();
  },
);

t.test('no more strangers a day than configured are written to; other messages continue', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
  const eve = sim.createContact({ number: '15550004444', name: 'Eve' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  await ana.send('hello');
  const env = {
    ...{ WAD_PACING_MODE: 'on', WAD_PACING_STRANGER_GAP_MS: '0', WAD_PACING_PER_MINUTE: '6000' },
    WAD_PACING_STRANGERS_PER_DAY: '1',
  };
  const wad = await home.start({ env });
  await wad.link(phone);
  const first = await wad.request('message.send', { to: ben.number, text: 'first' });
  t.match(await wad.request('message.wait', { id: first.id, ...sent }, WITHIN), { error: null });
  const second = await wad.request('message.send', { to: eve.number, text: 'second' });
  const again = await wad.request('message.send', { to: ben.number, text: 'again' });
  const friend = await wad.request('message.send', { to: ana.number, text: 'to who wrote' });
  for (const { id } of [again, friend])
    t.match(await wad.request('message.wait', { id, ...sent }, WITHIN), { error: null });
  const held = await waitsFor(wad, second.id, 'stranger_cap');
  t.match(held, { state: 'queued', waitsFor: 'stranger_cap' });
  const tomorrow = new Date();
  t.equal(
    Date.parse(String(held.nextAt)),
    new Date(tomorrow.getFullYear(), tomorrow.getMonth(), tomorrow.getDate() + 1).getTime(),
  );
  await wad.stop();
});
