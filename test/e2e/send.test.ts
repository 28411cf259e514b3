/** Sending reports only what is known of a message, and a message is sent once. */
import t, { type Test } from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const json = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;
const copies = (contact: Contact, body: string): string[] =>
  contact.received.filter((one) => one.body === body).map(({ id }) => id);

async function refusals(t: Test, wad: Wad): Promise<void> {
  const cases = [
    ['15559999999', 7, 'not_on_whatsapp'],
    ['nobody', 2, 'invalid_recipient'],
    ['0123', 2, 'invalid_recipient'],
    ['+0 55 11 90000 0002', 2, 'invalid_recipient'],
    ['1555000222@nowhere', 2, 'invalid_recipient'],
    ['15550002222@broadcast', 2, 'broadcast list'],
  ] as const;
  for (const [to, code, kind] of cases) {
    const end = await wad.wactl(['send', to, 'hello', '-o', 'json']);
    t.equal(end.code, code, `${to}: ${kind}`);
    t.match(end.stderr, new RegExp(kind), end.stderr);
    t.equal(end.stdout, '');
  }
}

async function keys(t: Test, wad: Wad, contact: Contact): Promise<void> {
  const once = ['send', contact.number, 'with a key', '--key', 'order-17', '-o', 'json'];
  const first = json((await wad.wactl(once)).stdout);
  const second = json((await wad.wactl(once)).stdout);
  t.equal(second.id, first.id);
  t.equal(second.messageId, first.messageId);
  t.same(copies(contact, 'with a key'), [first.messageId], 'repeating the key sends one message');
  const other = await wad.wactl(['send', contact.number, 'something else', '--key', 'order-17']);
  t.match(other, { code: 1, stdout: '', stderr: /key/ });
  const again = wad.request('message.send', { to: contact.number, text: 'else', key: 'order-17' });
  t.equal(await again.catch((error: Fault) => error.kind), 'key_reused');
  t.same(copies(contact, 'something else'), []);
}

async function parallel(t: Test, sim: Simulator, wad: Wad, contacts: readonly Contact[]): Promise<void> {
  const sends = Array.from({ length: 20 }, async (_, n) => {
    const contact = contacts[n % contacts.length] as Contact;
    const text = `parallel ${n}`;
    const { id, messageId } = await wad.request('message.send', { to: contact.number, text });
    return { contact, text, id, messageId };
  });
  const sent = await Promise.all(sends);
  for (const { id } of sent)
    t.match(await wad.request('message.wait', { id, for: 'sent', timeoutMs: 30_000 }), { error: null });
  t.same(
    sent.map(({ contact, text }) => copies(contact, text)),
    sent.map(({ messageId }) => [messageId]),
    'each message arrived once, under its own id',
  );
  const arrivals = sim.ledger.filter(({ body }) => body.startsWith('parallel '));
  t.equal(arrivals.length, 20, 'each message was transmitted once');
  for (const contact of contacts) {
    const order = contact.received.flatMap(({ body }) => /^parallel (\d+)/.exec(body)?.[1] ?? []).map(Number);
    t.same(
      order,
      [...order].sort((a, b) => a - b),
      'the messages of a chat arrive in order',
    );
  }
}

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`a ready account sends, and reports the outcome (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const numbers = ['15550002222', '5511900000002', '4915550003333', '15550004444', '15550005555'];
    const contacts = numbers.map((number) => sim.createContact({ number, pushname: number }));
    const [ben, ana, , , stuckOne] = contacts as [Contact, Contact, Contact, Contact, Contact];
    const wad = await home.start();
    await wad.link(phone);

    // The page takes this message and never answers. It is checked at the end.
    await sim.faults.send('hangs-before-store');
    const stuck = await wad.request('message.send', { to: stuckOne.number, text: 'stuck' });
    await wad.logged('message.state', ({ id, to }) => id === stuck.id && to === 'sending');
    await eventually(
      async () => ((await sim.pages[0]?.look()) as { hanging?: number } | undefined)?.hanging === 1,
      'the page has accepted the message',
    );
    await sim.faults.send('none');

    await refusals(t, wad);

    const plain = await wad.wactl(['send', ' +55 11 90000-0002', 'olá', '-o', 'json']);
    t.equal(plain.code, 0, plain.stderr);
    t.match(json(plain.stdout), {
      chatId: ana.wid,
      state: /^(sent|delivered|read)$/,
      error: null,
      messageId: /^3EB0[0-9A-F]{18}$/,
    });
    t.same(
      copies(ana, 'olá'),
      [json(plain.stdout).messageId],
      'the message is sent, not failed, whatever the library returned',
    );
    const read = await wad.wactl(['send', ben.wid, '-', '--wait', 'read', '-o', 'json'], {
      input: 'from stdin\n',
    });
    t.match(json(read.stdout), { state: 'read', ack: 3 }, read.stderr);
    t.equal(copies(ben, 'from stdin').length, 1);
    t.equal(
      json(
        (
          await wad.wactl([
            'call',
            'message.get',
            JSON.stringify({ id: json(read.stdout).messageId }),
            '-o',
            'json',
          ])
        ).stdout,
      ).id,
      json(read.stdout).id,
      "a message is found by WhatsApp's id too",
    );

    await keys(t, wad, ben);
    await parallel(t, sim, wad, contacts.slice(0, 4));

    // Without an ack the wait ends by its limit and the row stays. The ack of a later connection completes
    // it.
    await sim.faults.ack('never');
    const late = await wad.wactl(['--timeout', '1', 'send', ben.number, 'no ack', '-o', 'json']);
    t.equal(late.code, 8, late.stderr);
    const row = json(late.stdout) as { id: string; messageId: string };
    t.match(row, { state: 'sending', ack: 0, error: null });
    t.match(await wad.status(), { outbox: { queued: 2, failed: 0 } });
    await sim.faults.ack('none');
    sim.faults.dropSockets();
    t.match(await wad.request('message.wait', { id: row.id, for: 'sent', timeoutMs: 30_000 }), {
      error: null,
    });
    t.same(copies(ben, 'no ack'), [row.messageId], 'the person saw the message once');
    await wad.until('ready');

    await sim.faults.ack('error');
    const refused = await wad.wactl(['send', ben.number, 'refused', '-o', 'json']);
    t.equal(refused.code, 1, refused.stderr);
    t.match(json(refused.stdout), { state: 'failed', ack: -1, error: { kind: 'send_failed' } });
    await sim.faults.ack('none');

    await sim.set('sendRejectsAfterSend', true);
    const rejected = await wad.wactl(['send', ben.number, 'rejected yet gone', '-o', 'json']);
    t.equal(rejected.code, 0, 'the send succeeds although the library threw');
    t.equal(copies(ben, 'rejected yet gone').length, 1);
    await sim.set('sendRejectsAfterSend', false);

    await sim.faults.send('hangs-after-send');
    const unreturned = await wad.wactl(['send', ana.number, 'sent, not returned', '-o', 'json']);
    t.equal(unreturned.code, 0, 'the ack confirms the send although the library never answers');
    t.same(copies(ana, 'sent, not returned'), [json(unreturned.stdout).messageId]);

    await sim.faults.send('throws');
    const thrown = await wad.wactl(['send', '15550004444', 'thrown', '-o', 'json']);
    t.equal(thrown.code, 1, thrown.stderr);
    t.match(json(thrown.stdout), { state: 'failed', error: { kind: 'send_failed' } });
    t.same(copies(contacts[3] as Contact, 'thrown'), []);
    await sim.faults.send('none');

    await eventually(
      async () => (await wad.request('message.get', { id: stuck.id })).state !== 'sending',
      'the daemon has given up the page',
      45_000,
    );
    t.match(
      await wad.request('message.get', { id: stuck.id }),
      { state: 'unknown' },
      'the state is unknown, because the page may still send it',
    );
    t.match(await wad.status(), { status: 'ready', outbox: { unknown: 1 } });
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });
}

t.test(
  'an account that was never linked accepts nothing and names the remedy; a linked one accepts without being ready',
  async (t) => {
    await using sim = await Simulator.start();
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const contact = sim.createContact({ number: '15550002222' });
    const wad = await home.start({ args: ['--no-auto-init'] });
    t.match(
      await wad.wactl(['send', contact.number, 'hello']),
      { code: 4, stderr: /wactl .*init/ },
      'a stopped account suggests init',
    );
    await wad.request('session.initialize');
    await wad.until('linking');
    t.match(
      await wad.wactl(['send', contact.number, 'hello']),
      { code: 4, stderr: /wactl .*qr/ },
      'a linking account suggests qr',
    );
    await sim.faults.sync('never');
    await phone.scan(await wad.qr());
    await wad.until('syncing');
    const early = await wad.wactl(['send', contact.number, 'early', '--wait', 'accepted', '-o', 'json']);
    t.match(early, { code: 0 });
    t.match(json(early.stdout), { state: 'queued' });
    t.match(json((await wad.wactl(['outbox', 'show', String(json(early.stdout).id), '-o', 'json'])).stdout), {
      waitsFor: 'ready',
      payload: { text: 'early' },
    });
    await sim.faults.sync('when-listened');
    await wad.until('ready');
    t.match(await wad.wactl(['send', contact.number, 'hello']), { code: 0 });
    t.same(
      contact.received.map(({ body }) => body),
      ['early', 'hello'],
    );
    await wad.stop();
    t.match(
      await wad.wactl(['send', contact.number, 'hello']),
      { code: 3 },
      'without a daemon the command exits with 3',
    );
  },
);

t.test('a number lookup without an answer delays a message by two seconds at most', async (t) => {
  await using sim = await Simulator.start({ knobs: { existsFault: 'hangs' } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: NUMBER });
  const contact = sim.createContact({ number: '15550002222' });
  const wad = await home.start();
  await wad.link(phone);
  // The page never answers: without the limit, this request would not return either
  // (unit/daemon/outgoing/recipients tests the two seconds).
  await wad.request('message.send', { to: contact.number, text: 'hello' });
  await contact.waitForMessage(({ body }) => body === 'hello');
  await wad.stop();
});
