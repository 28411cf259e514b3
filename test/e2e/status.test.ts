/** Statuses are posted once, under our id, to all permitted viewers, and never reported as read. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { FILES } from '../harness/sample-files.js';
import type { Wad } from '../harness/wad.js';
import type { Contact, Received } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const STATUS = 'status@broadcast';

async function posted(t: Test, wad: Wad, viewers: readonly Contact[], args: string[]): Promise<Received> {
  const end = await wad.wactl(['send', STATUS, ...args, '-o', 'json'], { timeoutMs: 60_000 });
  t.equal(end.code, 0, `${args.join(' ')}: ${end.stderr}`);
  const row = JSON.parse(end.stdout) as { id: string; messageId: string };
  t.match(row, { chatId: STATUS, state: 'sent', ack: 1, error: null, messageId: /^3EB0[0-9A-F]{18}$/ });
  const [seen] = await Promise.all(
    viewers.map((viewer) => viewer.waitForMessage(({ id }) => id === row.messageId)),
  );
  for (const { received } of viewers)
    t.equal(received.filter(({ id }) => id === row.messageId).length, 1, 'the status arrives once');
  return seen as Received;
}

async function refusals(t: Test, wad: Wad, dir: string, viewer: Contact): Promise<void> {
  const before = viewer.received.length;
  const rows: readonly (readonly [string[], RegExp])[] = [
    [['--poll', 'When?', '--option', 'now', '--option', 'later'], /A status must be one of .*, not poll/],
    [['--location', '52.52,13.405'], /must be .*, not location/],
    [['--contact', 'Ana=15550003333'], /must be .*, not contact/],
    [['--file', join(dir, 'table.csv')], /must be .*, not document/],
    [['yes', '--reply-to', '3EB0C0FFEE0123456789'], /A status cannot answer a message/],
    [['hi @15550002222', '--mention', '15550002222'], /A status cannot mention anybody/],
    [['see https://example.org/', '--preview'], /A status cannot have a preview of a link/],
    [['x'.repeat(701)], /A status may have 700 characters at most; this one has 701/],
    [['read me', '--wait', 'read'], /is sent, and never delivered or read/],
  ];
  for (const [args, stderr] of rows)
    t.match(await wad.wactl(['send', STATUS, ...args]), { code: 2, stdout: '', stderr }, args.join(' '));
  t.match(await wad.wactl(['send', '15550002222@broadcast', 'hi']), { code: 2, stderr: /broadcast list/ });
  t.match(await wad.wactl(['messages', STATUS]), { code: 2, stderr: /neither a person nor a group/ });
  t.equal(viewer.received.length, before, 'nothing was posted');
}

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`a status is posted (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation, knobs: { statusUnlinkMs: 4_000 } });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const ben = sim.createContact({ number: '15550003333', name: 'Ben' });
    const stranger = sim.createContact({ number: '15550004444', known: false });
    const wad = await home.start();
    await wad.link(phone);
    for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(home.dir, name), bytes);
    const post = (...args: string[]) => posted(t, wad, [ana, ben], args);

    t.match(await post('good morning'), { body: 'good morning', type: 'chat', message: { to: STATUS } });
    const image = await post('--file', join(home.dir, 'dot.png'), 'a dot');
    t.match(image, { type: 'image', message: { to: STATUS, extra: { caption: 'a dot' } } });
    t.equal(ana.download(image).subarray(0, 2).toString('hex'), 'ffd8');
    const film = await post('--file', join(home.dir, 'film.mp4'));
    t.equal(film.type, 'video');
    t.same(ana.download(film), FILES['film.mp4']);
    const note = await post('--file', join(home.dir, 'note.ogg'), '--as', 'voice');
    t.same([note.type, ana.download(note)], ['ptt', FILES['note.ogg']]);
    t.same(stranger.received, [], 'a person who is not in the address book does not see it');
    t.match((await wad.status()).capabilities['send.status'], /^(ok|patched)$/);

    await refusals(t, wad, home.dir, ana);

    // The simulator reports viewers by receipts. They say nothing about the status as a whole.
    const { id } = await wad.request('message.send', { to: STATUS, text: 'seen by all' });
    t.match(await wad.request('message.wait', { id, for: 'read' }), { state: 'sent', ack: 1 });
    const row = await wad.request('message.get', { id });
    const levels = async () =>
      ((await sim.pages[0]?.messages()) as { id: { id: string }; ack: number }[] | undefined)?.find((msg) =>
        JSON.stringify(msg).includes(row.messageId),
      )?.ack;
    await eventually(async () => (await levels()) === 3, 'the page counts the viewers');
    t.match(await wad.request('message.get', { id }), { state: 'sent', ack: 1 });
    t.match(await wad.wactl(['edit', id, 'changed']), { code: 1, stderr: /stays as it was posted/ });

    await sim.faults.ack('error');
    const refused = await wad.wactl(['send', STATUS, 'refused', '-o', 'json']);
    t.match(refused, { code: 1, stderr: /send_failed/ });
    t.match(refused.stderr, /did not post it: ERROR_UNKNOWN/);
    await sim.faults.ack('none');

    // The connection drops before the server's answer: the post is neither lost nor repeated.
    await sim.faults.ack('never');
    const lost = await wad.request('message.send', { to: STATUS, text: 'and the line went' });
    await ana.waitForMessage(({ id }) => id === lost.messageId);
    await sim.faults.ack('none');
    sim.faults.dropSockets();
    await wad.logged('message.unknown', ({ id }) => id === lost.id);
    t.match(await wad.request('message.wait', { id: lost.id, timeoutMs: 30_000 }), { state: 'sent', ack: 1 });
    t.same(
      [ana, ben].map(({ received }) => received.filter(({ body }) => body === 'and the line went').length),
      [1, 1],
    );

    // A build without the modules for a status reports that, and still sends everything else.
    await sim.set('missingModules', ['WAWebStatusMsgDataUtils']);
    const after = await wad.mark();
    await sim.pages[0]?.reload();
    await wad.became('ready', { after });
    await eventually(
      async () => (await wad.status()).capabilities['send.status'] === 'missing: WAWebStatusMsgDataUtils',
      'the lost module is named',
    );
    t.match(await wad.wactl(['send', STATUS, 'lost']), { code: 5, stderr: /send\.status is missing/ });
    t.match(await wad.wactl(['send', ana.number, 'to you']), { code: 0 });
    await sim.set('missingModules', []);
    const back = await wad.mark();
    await sim.pages[0]?.reload();
    await wad.became('ready', { after: back });
    await eventually(
      async () => !(await wad.status()).capabilities['send.status']?.startsWith('missing'),
      'the capability is restored',
    );
    await post('and again');

    const linkedAt = phone.devices[0]?.linkedAtMs ?? 0;
    await eventually(() => Date.now() > linkedAt + 4_500, 'the time of U2 has passed');
    t.equal(phone.devices.length, 1, 'no status was read, so the device is still linked');
    t.match(await wad.status(), { status: 'ready', outbox: { queued: 0, unknown: 0 } });
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);
  });

  for (const postsResend of [false, true])
    t.test(
      `a status in flight when the browser dies is posted once (${generation}, ${postsResend})`,
      async (t) => {
        await using sim = await Simulator.start({ generation, knobs: { postsResend } });
        await using home = await Home.make(sim, { t });
        const phone = sim.createPhone({ number: NUMBER });
        const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
        const wad = await home.startLinked(phone, { env: { WAD_RECONNECT_DELAYS_MS: '100' } });
        for (const fault of ['hangs-after-send', 'hangs-after-store', 'hangs-before-store'] as const) {
          if (fault === 'hangs-after-send') await sim.faults.ack('never');
          await sim.faults.send(fault);
          const sent = await wad.request('message.send', { to: STATUS, text: fault });
          if (fault === 'hangs-after-send') await ana.waitForMessage(({ body }) => body === fault);
          await wad.logged('message.state', ({ id, to }) => id === sent.id && to === 'sending');
          if (fault === 'hangs-after-store')
            await eventually(
              async () => JSON.stringify(await sim.pages[0]?.messages()).includes(sent.messageId),
              'the page has stored the status',
            );
          if (fault === 'hangs-before-store')
            await eventually(
              async () => ((await sim.pages[0]?.look()) as { hanging?: number } | undefined)?.hanging === 1,
              'the page has accepted the status',
            );
          const after = await wad.mark();
          for (const pid of await home.browsers()) process.kill(pid, 'SIGKILL');
          await wad.became('reconnecting', { after });
          await wad.logged('message.state', ({ id, to }) => id === sent.id && to === 'unknown');
          await sim.faults.send('none');
          await sim.faults.ack('none');
          await wad.became('ready', { after });
          const end = await wad.request('message.wait', { id: sent.id, timeoutMs: 30_000 });
          t.match(end, { state: 'sent', ack: 1, error: null, messageId: sent.messageId }, fault);
          await ana.waitForMessage(({ id }) => id === sent.messageId);
          t.equal(
            ana.received.filter(({ body }) => body === fault).length,
            1,
            `${fault}: the status arrives once`,
          );
        }
        t.match(await wad.status(), { outbox: { queued: 0, unknown: 0, failed: 0 } });
        await wad.stop();
        t.same(await wad.leftBehind({ profile: 'kept' }), []);
      },
    );
}
