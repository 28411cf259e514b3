/** Received files are reported with type and size, fetched on request, and never opened by a peer's path. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Fault } from '../../src/protocol/fault.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';
const kind = (error: Fault): string => error.kind;
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

for (const generation of ['2026-04', '2026-09'] as const) {
  t.test(`received files are fetched on request (${generation})`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const phone = sim.createPhone({ number: NUMBER });
    const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
    const wad = await home.start();
    await wad.link(phone);

    const bytes = Buffer.alloc(5 * 2 ** 20, 'wad');
    const id = await ana.sendMedia({
      bytes,
      mimetype: 'application/pdf',
      filename: 'offer.pdf',
      caption: 'read',
    });
    const { data } = await wad.event('message', ({ messageId }) => messageId === id);
    t.match(data, {
      type: 'document',
      body: 'read',
      hasMedia: true,
      media: { mimetype: 'application/pdf', size: bytes.length, name: 'offer.pdf' },
    });
    t.notOk(readdirSync(join(home.stateDir, 'media')).length, 'nothing is fetched before a request');

    const out = join(home.tmp, 'got.pdf');
    const end = await wad.wactl(['media', String(data.key), '-O', out]);
    t.equal(end.code, 0, end.stderr);
    t.match(end.stdout, /got\.pdf {2}5242880 bytes/);
    t.equal(sha(readFileSync(out)), sha(bytes));
    const file = await wad.request('media.fetch', { id });
    t.match(
      file,
      { mimetype: 'application/pdf', name: 'offer.pdf', size: bytes.length },
      "a file is found by WhatsApp's id too",
    );
    t.equal(statSync(join(home.stateDir, 'media', file.id)).mode & 0o777, 0o600);
    const piped = await wad.wactl(['media', id, '-O', '-']);
    t.equal(Buffer.byteLength(piped.stdout), bytes.length, 'stdout has the file and nothing else');
    const last = await wad.request('media.read', { id: file.id, offset: bytes.length - 3 });
    t.match(last, { data: bytes.subarray(-3).toString('base64'), end: true });

    // A received file can be sent again.
    const again = await wad.request('message.send', { to: ana.number, media: file.id, caption: 'yours' });
    const back = await ana.waitForMessage((one) => one.id === again.messageId);
    t.equal(sha(ana.download(back)), sha(bytes));

    // Repeats the request after its file was removed to free space.
    const keyed = { to: ana.number, media: file.id, caption: 'once', key: 'offer-1' };
    const accepted = await wad.request('message.send', keyed);
    await wad.request('message.wait', { id: accepted.id });
    for (const name of [file.id, `${file.id}.json`]) rmSync(join(home.stateDir, 'media', name));
    t.match(await wad.request('message.send', keyed), { id: accepted.id });
    const other = wad.request('message.send', { ...keyed, caption: 'else' });
    t.equal(await other.catch(kind), 'key_reused');
    const fresh = wad.request('message.send', { ...keyed, key: 'offer-2' });
    t.equal(await fresh.catch(kind), 'no_such_media');
    t.match(await wad.request('media.fetch', { id }), { id: file.id }, 'the file can be fetched again');

    const path = (name: string) => sim.media.expire(String(ana.sent.length && name));
    const late = await ana.sendMedia({ bytes: Buffer.from('late'), mimetype: 'application/pdf' });
    const reports = await wad.event('message', ({ messageId }) => messageId === late);
    const stored = phone.received.find((one) => one.id === late)?.extra?.directPath;
    path(String(stored));
    t.match(
      await wad.wactl(['media', String(reports.data.key), '-O', '-']),
      { code: 0, stdout: 'late' },
      'the phone uploads the file again',
    );
    await sim.set('phoneReuploads', false);
    const lost = await ana.sendMedia({ bytes: Buffer.from('lost'), mimetype: 'application/pdf' });
    await wad.event('message', ({ messageId }) => messageId === lost);
    path(String(phone.received.find((one) => one.id === lost)?.extra?.directPath));
    const gone = await wad.wactl(['media', lost, '-O', join(home.tmp, 'gone')]);
    t.match(gone, { code: 7, stderr: /does not have the file any more/ });
    t.notOk(existsSync(join(home.tmp, 'gone')), 'no partial file is left');

    const text = await ana.send('no file');
    await wad.event('message', ({ messageId }) => messageId === text);
    t.equal(await wad.request('media.fetch', { id: text }).catch(kind), 'no_such_media');
    t.equal(
      await wad.request('media.fetch', { id: '3EB0000000000000000000' }).catch(kind),
      'no_such_message',
    );
    // A path to an existing file outside the media store, with a valid metadata file next to it.
    writeFileSync(join(home.stateDir, 'outside'), 'secret');
    const note = { id: 'x', mimetype: 'text/plain', name: null, size: 6 };
    writeFileSync(join(home.stateDir, 'outside.json'), JSON.stringify(note));
    for (const bad of ['../outside', '../outbox.db', '/etc/passwd', `f-${'0'.repeat(40)}`]) {
      t.equal(await wad.request('media.read', { id: bad, offset: 0 }).catch(kind), 'no_such_media', bad);
      const sent = wad.request('message.send', { to: ana.number, media: bad });
      t.equal(await sent.catch(kind), 'no_such_media', 'the daemon opens no path from a peer');
    }
    const half = await wad.request('media.put', { data: 'AAAA', name: 'x' });
    const hole = wad.request('media.put', { upload: half.upload, offset: 7, data: 'AAAA' });
    t.equal(await hole.catch(kind), 'invalid_params');
    await wad.stop();
    t.same(await wad.leftBehind({ profile: 'kept' }), []);

    // A complete file survives a restart of the daemon, a partial one does not.
    const next = await home.start();
    await next.until('ready');
    t.match(await next.request('media.read', { id: file.id, offset: 0, length: 3 }), {
      data: bytes.subarray(0, 3).toString('base64'),
    });
    t.same(
      readdirSync(join(home.stateDir, 'media')).filter((name) => name.startsWith('.')),
      [],
    );
    t.match(
      await next.wactl(['media', id, '-O', '-']),
      { code: 0 },
      'a message of an earlier run is found by its id',
    );
    await next.stop();
  });
}
