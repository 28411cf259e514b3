/** Accepted and received messages survive the end of the daemon: each is handled once, and none is lost. */

import t, { type Test } from 'tap';
import type { EventData } from '../../src/protocol/events/index.js';
import { CheckedClient } from '../harness/client.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const json = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;
const bodies = (contact: Contact): string[] => contact.received.map(({ body }) => body);

/** Repeats a send with a key until the daemon accepts it, as a client that must not lose a message. */
async function insist(home: Home, to: string, text: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await using client = await CheckedClient.connect(home.socket);
      await client.request('message.send', { to, text, key: text }, { timeoutMs: 10_000 });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Waits until the queue is empty. */
const settled = (wad: Wad) =>
  eventually(async () => (await wad.status()).outbox.queued === 0, 'the queue is empty', 60_000);

for (const generation of ['2026-04', '2026-07'] as const) {
  t.test(
    `a daemon that is killed during sends neither loses nor repeats a message (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const contacts = ['15550002222', '15550003333'].map((number) => sim.createContact({ number }));
      let wad = await home.startLinked(phone);
      const end = new AbortController();
      t.teardown(() => end.abort());
      const texts = contacts.map(({ number }) => Array.from({ length: 12 }, (_, n) => `${number} ${n}`));
      const clients = contacts.map(async ({ number }, n) => {
        for (const text of texts[n] ?? []) await insist(home, number, text, end.signal);
      });
      for (const count of [3, 8]) {
        await eventually(() => contacts.some(({ received }) => received.length >= count), `${count} arrived`);
        await wad.kill();
        wad = await home.start();
        await wad.until('ready');
      }
      await Promise.all(clients);
      await settled(wad);
      for (const [n, contact] of contacts.entries())
        t.same(bodies(contact), texts[n], 'each message arrives once, in the order of acceptance');
      const arrivals = sim.ledger.filter(({ body }) => body.startsWith('1555'));
      t.equal(new Set(arrivals.map(({ id }) => id)).size, 24, 'each message has one id');
      t.match(await wad.status(), { outbox: { queued: 0, unknown: 0, failed: 0 } });
      await wad.stop();
      t.same(await wad.leftBehind({ profile: 'kept' }), []);
    },
  );

  t.test(
    `messages that arrived while the daemon was down are reported once, like all others (${generation})`,
    async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const contact = sim.createContact({ number: '15550002222' });
      const group = sim.createGroup({ subject: 'Group', participants: [phone.wid, contact.wid] });
      await contact.send('before the link');
      const first = await home.startLinked(phone);
      const incoming = await contact.send('heard');
      await first.event('message', ({ messageId }) => messageId === incoming);
      await first.kill();
      await contact.send('away 1');
      await contact.send('away 2', { group: group.id });
      await contact.send('a status', { to: 'status@broadcast' });
      await phone.send('from the phone', { to: contact.number });
      // Without the mark that makes the library report these messages.
      await sim.set('queuedAreNew', false);
      const wad = await home.start();
      await wad.until('ready');
      for (const body of ['away 1', 'away 2', 'from the phone'])
        await wad.event('message', ({ body: one }) => one === body, { after: 0 });
      await contact.send('live');
      await wad.event('message', ({ body }) => body === 'live', { after: 0 });
      await wad.logged('backfill.found');
      const [after, logFrom] = [await wad.mark(), wad.log.length];
      await wad.request('session.initialize', { restart: true });
      await wad.became('ready', { after });
      await wad.logged('backfill.nothing', () => true, { after: logFrom });
      const reports = (await wad.events('message', 0)).map(({ data }) => [data.body, data.backfilled]);
      const count = (body: string) => reports.filter(([one]) => one === body).length;
      for (const body of ['heard', 'away 1', 'away 2', 'from the phone', 'live'])
        t.equal(count(body), 1, `${body}: reported once`);
      t.equal(count('before the link'), 0, 'a message from before the link is not reported');
      t.equal(count('a status'), 0, 'statuses are not reported');
      t.match(
        reports.filter(([body]) => String(body).startsWith('away')),
        [
          [/away/, true],
          [/away/, true],
        ],
      );
      t.same(await wad.events('gap', 0), [], 'no gap is reported');
      await wad.stop();
    },
  );
}

t.test('a message that a dying page received is reported by the next page', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const group = sim.createGroup({ subject: 'Group', participants: [phone.wid, contact.wid] });
  await contact.send('before the link');
  await home.saveSession(phone);
  await contact.send('one');
  await contact.send('two', { group: group.id });
  await sim.set('syncTiming', 'never');
  await sim.set('chatRowsAreWritten', false);
  const second = await home.start();
  await eventually(() => phone.devices.every(({ waiting }) => waiting === 0), 'the page has received both');
  await second.kill();
  await sim.set('syncTiming', 'when-listened');
  await sim.set('chatRowsAreWritten', true);
  const wad = await home.start();
  await wad.until('ready');
  for (const body of ['one', 'two'])
    await wad.event('message', ({ body: one }) => one === body, { after: 0 });
  await wad.stop();
});

t.test('a message accepted without a page is sent once there is one', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  await home.saveSession(phone);
  const wad = await home.start({ args: ['--no-auto-init'] });
  const send = (text: string, ...more: string[]) =>
    wad.wactl(['send', contact.number, text, '--wait', 'accepted', '-o', 'json', ...more]);
  const kept = await send('kept', '--key', 'k');
  t.match(kept, { code: 0 }, kept.stderr);
  const { id } = json(kept.stdout);
  t.equal(json((await send('kept', '--key', 'k')).stdout).id, id, 'the same key gives the same id');
  await send('cancelled');
  await send('expired', '--expires', '1s');
  await send('later', '--not-before', '2s');
  const none = await wad.wactl(['send', '15559999999', 'nobody', '--wait', 'accepted', '-o', 'json']);
  t.equal(
    none.code,
    0,
    'the message is accepted, because whether the number is on WhatsApp is not known yet',
  );
  const rows = json((await wad.wactl(['outbox', '-o', 'json'])).stdout).messages as {
    id: string;
    state: string;
    waitsFor: string;
  }[];
  t.equal(rows.length, 5);
  t.match(rows.at(-1), { id, state: 'queued', waitsFor: 'ready' });
  t.match(await wad.wactl(['outbox', 'cancel', rows.at(-2)?.id ?? '']), { code: 0, stdout: /cancelled/ });
  await eventually(
    async () => (await wad.request('outbox.list', { states: ['expired'] })).messages.length === 1,
    'a message expires without a page',
  );
  t.match(await wad.status(), { outbox: { queued: 3, unknown: 0, failed: 0 } });
  await wad.kill();
  const again = await home.start();
  await again.until('ready');
  await contact.waitForMessage(({ body }) => body === 'later');
  await settled(again);
  t.same(bodies(contact), ['kept', 'later']);
  const { messages } = await again.request('outbox.list', { states: ['failed'] });
  t.match(messages, [{ error: { kind: 'not_on_whatsapp' } }], 'the message fails when it is its turn');
  t.match(await again.wactl(['outbox', 'cancel', String(id)]), { code: 1 });
  t.match(await again.wactl(['outbox', 'show', 'm-none']), { code: 7 });
  await again.stop();
});

t.test('a consumer continues at its position after every kind of restart', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  let wad = await home.startLinked(phone);
  const read = async (t: Test): Promise<string[]> => {
    const from = ['--consumer', 'crm', '--from', 'oldest'];
    const args = ['events', ...from, '--ack', '--type', 'message', '-o', 'jsonl'];
    const end = await wad.wactl(args);
    t.equal(end.code, 0, end.stderr);
    return end.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => String((json(line).data as { body: string }).body));
  };
  const say = async (body: string): Promise<void> => {
    const id = await contact.send(body);
    await wad.event('message', ({ messageId }) => messageId === id);
  };
  await say('one');
  await say('two');
  t.same(await read(t), ['one', 'two']);
  await say('three');
  await wad.kill();
  await contact.send('four');
  wad = await home.start();
  await wad.until('ready');
  await wad.event('message', ({ body }) => body === 'four');
  t.same(await read(t), ['three', 'four']);
  t.same(await read(t), []);
  await wad.stop();
});

t.test('messages queued for one account are not sent by the next linked account', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07' });
  await using home = await Home.make(sim, { t });
  const one = sim.createPhone({ number: NUMBER });
  const other = sim.createPhone({ number: '15550001112' });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.startLinked(one);
  await one.unlink();
  await wad.until('linking');
  const { id } = await wad.request('message.send', { to: contact.number, text: 'from the first' });
  await wad.link(other);
  t.match(await wad.request('message.wait', { id, for: 'sent', timeoutMs: 10_000 }), {
    state: 'failed',
    error: { kind: 'account_changed' },
  });
  const own = await wad.request('message.send', { to: contact.number, text: 'from the second' });
  await wad.request('message.wait', { id: own.id, for: 'sent', timeoutMs: 30_000 });
  t.same(bodies(contact), ['from the second']);
  await wad.stop();
});

for (const generation of ['2026-07', '2026-09'] as const) {
  t.test(`the time without a linked device is reported as a gap (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: '15550002222' });
    const wad = await home.startLinked(phone);
    await contact.send('before');
    await wad.event('message', ({ body }) => body === 'before');
    phone.unlink();
    await wad.until('linking');
    await contact.send('meanwhile');
    // WhatsApp's timestamps are whole seconds, so the order within one second is unknown.
    const second = () => Math.floor(Date.now() / 1_000);
    const then = second();
    await eventually(() => second() > then, 'another second');
    await wad.link(phone);
    const { data } = await wad.event('gap', ({ reason }) => reason === 'unlinked');
    const { since, until } = data as EventData<'gap'> & { reason: 'unlinked' };
    t.ok(since < until, `from ${since} until ${until}`);
    await contact.send('after');
    await wad.event('message', ({ body }) => body === 'after');
    const reports = (await wad.events('message')).map(({ data }) => data.body);
    t.same(reports, ['before', 'after'], 'history from the phone is not reported');
    t.equal((await wad.events('gap')).length, 1, 'one gap is reported');
    await wad.stop();
  });
}

t.test('a damaged store is quarantined and reported; a newer one is left unchanged', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const { writeFile, readdir } = await import('node:fs/promises');
  await writeFile(`${home.stateDir}/wad.sqlite`, 'this is no database, whatever its name says');
  const wad = await home.start({ args: ['--no-auto-init'] });
  t.match(await wad.events('gap', 0), [{ data: { reason: 'store_replaced' } }]);
  t.match(await wad.events('alert', 0), [{ data: { reason: 'store_replaced', hint: /wactl/ } }]);
  t.ok((await readdir(home.stateDir)).some((name) => name.includes('corrupt')));
  await wad.stop();
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const db = new DatabaseSync(`${home.stateDir}/wad.sqlite`);
  db.exec('PRAGMA user_version = 99');
  db.close();
  const refused = await home.start({ listening: false });
  t.match(await refused.ended(), { code: 78 });
  t.match(refused.stderr, /schema 99/);
});
