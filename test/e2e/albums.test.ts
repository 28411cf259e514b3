/** Several pictures and films are one album: its heading and its files, each sent once, in both directions. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import type { Asked } from '../../src/protocol/types.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { signal } from '../harness/processes.js';
import { FILM, PNG } from '../harness/sample-files.js';
import type { Contact } from '../simulator/contact.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const AWAIT = { for: 'delivered', timeoutMs: 60_000 } as const;
const WITHIN = { timeoutMs: 65_000 };

interface Row {
  readonly id: string;
  readonly messageId: string;
}

/** A picture, a film and another picture. */
async function filesIn(dir: string): Promise<string[]> {
  const files = [
    ['one.png', PNG],
    ['film.mp4', FILM],
    ['two.png', Buffer.concat([PNG, Buffer.from('end')])],
  ] as const;
  for (const [name, bytes] of files) await writeFile(join(dir, name), bytes);
  return files.flatMap(([name]) => ['--file', join(dir, name)]);
}

/** The album as its recipient has it. */
async function arrives(t: Test, to: Contact, rows: readonly Row[]): Promise<void> {
  const got = [];
  for (const { messageId } of rows) got.push(await to.waitForMessage(({ id }) => id === messageId));
  const [head, ...parts] = got;
  t.equal(head?.type, 'album');
  t.same(
    parts.map(({ type, message: { extra } }) => [
      type,
      extra?.caption,
      extra?.associationType,
      extra?.viewMode,
    ]),
    [
      ['image', 'our trip', 'MEDIA_ALBUM', 'MEDIA_ALBUM'],
      ['video', undefined, 'MEDIA_ALBUM', 'MEDIA_ALBUM'],
      ['image', undefined, 'MEDIA_ALBUM', 'MEDIA_ALBUM'],
    ],
  );
  for (const { message } of parts)
    t.match(JSON.stringify(message.extra?.parentMsgKey), `_${head?.id}`, 'it names its album by the key');
  const film = parts[1];
  if (film !== undefined) t.same(to.download(film), FILM);
  for (const { messageId } of rows)
    t.equal(to.received.filter(({ id }) => id === messageId).length, 1, 'once');
}

for (const generation of ['2026-04', '2026-09', '2026-10'] as const)
  t.test(`an album goes out and comes in (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const wad = await home.start({ env: { WAD_PACING_MODE: 'off' } });
    await wad.link(phone);
    t.match((await wad.status()).capabilities, { 'send.album': 'ok' });
    const files = await filesIn(home.tmp);
    const group = sim.createGroup({ subject: 'Team', participants: [ana.wid, `${NUMBER}@c.us`] });
    await ana.send('to all', { group: group.id });
    await wad.event('message', ({ body }) => body === 'to all');

    for (const to of [ana.number, group.id]) {
      const args = ['send', to, ...files, 'our trip', '--key', `trip ${to}`, '-o', 'json'];
      const answers: Row[][] = [];
      for (let round = 0; round < 2; round++) {
        const end = await wad.wactl(args, { timeoutMs: 90_000 });
        t.equal(end.code, 0, end.stderr);
        answers.push(JSON.parse(end.stdout) as Row[]);
      }
      const [rows = [], again = []] = answers;
      t.equal(rows.length, 4, 'the heading and three files');
      t.same(
        again.map(({ id }) => id),
        rows.map(({ id }) => id),
        'repeating the command sends nothing',
      );
      await arrives(t, ana, rows);
      const [head, ...parts] = rows;
      t.match(await wad.event('message', ({ messageId }) => messageId === head?.messageId), {
        data: { type: 'album', fromMe: true, body: '', hasMedia: false },
      });
      for (const part of parts)
        t.match(await wad.event('message', ({ messageId }) => messageId === part.messageId), {
          data: { fromMe: true, hasMedia: true, details: { album: head?.messageId } },
        });
    }
    t.same(
      sim.ledger.filter(({ repeated }) => repeated),
      [],
      'nothing was sent twice',
    );

    const album = await ana.send('', { type: 'album' });
    t.match(await wad.event('message', ({ messageId }) => messageId === album), { data: { type: 'album' } });
    const parent = { associationType: 'MEDIA_ALBUM', parentMsgKey: { id: album } };
    const part = await ana.send('', { type: 'image', extra: parent });
    t.match(await wad.event('message', ({ messageId }) => messageId === part), {
      data: { details: { album } },
    });

    const apart = await wad.wactl(['send', ana.number, ...files, '--separate', '-o', 'json'], {
      timeoutMs: 60_000,
    });
    const three = JSON.parse(apart.stdout) as Row[];
    t.equal(three.length, 3, 'without a heading');
    const first = await ana.waitForMessage(({ id }) => id === three[0]?.messageId);
    t.equal(first.message.extra?.associationType, undefined);
    await wad.stop();
    t.same(wad.strayLines, []);
  });

t.test('an album is accepted whole or not at all, and can be cancelled', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10' });
  await using home = await Home.make(sim, { t });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const wad = await home.start({ env: { WAD_PACING_MODE: 'off' } });
  await wad.link(sim.createPhone({ number: NUMBER }));
  const put = async (bytes: Buffer, name: string) => {
    const answer = await wad.request('media.put', { data: bytes.toString('base64'), name, done: true });
    return answer.file?.id as string;
  };
  const [dot, table] = [await put(PNG, 'dot.png'), await put(Buffer.from('one,two\n1,2\n'), 'table.csv')];
  const kind = (error: Fault): string => error.kind;
  const refused: readonly (readonly [Partial<Asked<'message.send'>>, string])[] = [
    [{ album: [{ media: dot }, { media: table }] }, 'invalid_params'],
    [{ album: [{ media: dot }, { media: `f-${'0'.repeat(40)}` }] }, 'no_such_media'],
    [{ album: [{ media: dot }, { media: dot }], media: dot }, 'invalid_params'],
    [{ album: [{ media: dot }, { media: dot }], to: 'status@broadcast' }, 'invalid_params'],
  ];
  for (const [params, expected] of refused)
    t.equal(await wad.request('message.send', { to: ana.number, ...params }).catch(kind), expected);
  t.same((await wad.request('outbox.list', {})).messages, []);

  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const album = [{ media: dot, caption: 'one' }, { media: dot }];
  const later = await wad.request('message.send', { to: ana.number, album, notBefore, key: 'k' });
  t.equal(later.parts?.length, 2);
  t.equal(
    await wad.request('message.send', { to: ana.number, album: [...album, ...album], key: 'k' }).catch(kind),
    'key_reused',
  );
  await wad.request('outbox.cancel', { id: later.id });
  const { messages } = await wad.request('outbox.list', {});
  t.same(
    messages.map(({ state }) => state),
    ['cancelled', 'cancelled', 'cancelled'],
  );
  await wad.stop();
});

for (const generation of ['2026-04', '2026-09'] as const)
  for (const at of ['album', 'image'] as const)
    t.test(`a kill while the ${at} is with the page loses and repeats nothing (${generation})`, async (t) => {
      await using sim = await Simulator.start({ generation });
      await using home = await Home.make(sim, { t });
      const phone = sim.createPhone({ number: NUMBER });
      const ana = sim.createContact({ number: '15550002222' });
      const env = { WAD_PACING_MODE: 'off' };
      const first = await home.startLinked(phone, { env });
      const files = await filesIn(home.tmp);
      if (at === 'album') await sim.set('sendFault', 'never-leaves');
      else await sim.set('uploadFault', 'hangs');
      const args = [
        'send',
        ana.number,
        ...files,
        'our trip',
        '--key',
        'trip',
        '--wait',
        'accepted',
        '-o',
        'json',
      ];
      const rows = JSON.parse((await first.wactl(args, { timeoutMs: 60_000 })).stdout) as Row[];
      const stuck = at === 'album' ? rows[0] : rows[1];
      const stateOf = async (id: string) => (await first.request('outbox.get', { id })).state;
      await eventually(async () => (await stateOf(stuck?.id ?? '')) === 'sending', 'the page has it', 60_000);
      await first.kill();
      for (const pid of await home.browsers()) signal(pid, 'SIGKILL');
      await sim.set('sendFault', 'none');
      await sim.set('uploadFault', 'none');
      const wad = await home.start({ env });
      for (const { id } of rows)
        t.match(await wad.request('message.wait', { id, ...AWAIT }, WITHIN), { error: null });
      await arrives(t, ana, rows);
      const again = JSON.parse((await wad.wactl(args, { timeoutMs: 60_000 })).stdout) as Row[];
      t.same(
        again.map(({ id }) => id),
        rows.map(({ id }) => id),
      );
      const ids = sim.ledger.map((entry) => entry.id);
      t.equal(new Set(ids).size, rows.length, 'no transmission has another id');
      await wad.stop();
    });
