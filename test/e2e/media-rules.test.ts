/** Files that match a prefetch rule are fetched once, including files received while the daemon was down. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(240_000);

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const picture = (name: string, size = 20_000): Buffer => Buffer.concat([PNG, Buffer.alloc(size, name)]);

t.test('files that match a rule are fetched without a request, also after a restart', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-09' });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: '15550002222' });
  const files = () => readdirSync(join(home.stateDir, 'media')).filter((name) => /^f-[0-9a-f]+$/.test(name));
  const send = async (name: string, mimetype: string, bytes: Buffer): Promise<string> =>
    ana.sendMedia({ bytes, mimetype, filename: name });
  // The log shortens keys, so the next line is found by its position.
  const collected = (wad: Wad, after: number) => wad.logged('media.collected', undefined, { after });
  const rules = { env: { WAD_JOURNAL_MEDIA_RULES: 'image<=1MB document<=100KB' } };

  const wad = await home.start(rules);
  await wad.link(phone);
  const first = await send('first.png', 'image/png', picture('first'));
  await collected(wad, 0);
  t.equal(files().length, 1);

  // Files are fetched one at a time, in order. When the last one is there, the earlier ones have been
  // checked.
  const before = wad.log.length;
  await send('large.pdf', 'application/pdf', Buffer.alloc(200_000, 'large'));
  await send('song.mp3', 'audio/mpeg', Buffer.alloc(5_000, 'song'));
  await send('small.pdf', 'application/pdf', Buffer.alloc(5_000, 'small'));
  await collected(wad, before);
  t.equal(files().length, 2, 'files that are too large or of another kind are not fetched');
  await wad.stop();

  await send('away.png', 'image/png', picture('away'));
  const second = await home.start(rules);
  await second.until('ready');
  await collected(second, 0);
  t.equal(files().length, 3, 'the file that arrived while the daemon was down is fetched');

  await sim.set('downloadFault', 'missing');
  const known = await second.request('media.fetch', { id: first });
  t.match(
    known,
    { mimetype: 'image/png', size: picture('first').length },
    'the file is served without the page',
  );
  await send('gone.png', 'image/png', picture('gone'));
  await second.logged('media.not-collected');
  await sim.set('downloadFault', 'none');
  const end = second.log.length;
  await send('last.png', 'image/png', picture('last'));
  await collected(second, end);
  t.equal(files().length, 4, 'a file that is gone does not delay others');
  await second.stop();
  t.same(await second.leftBehind({ profile: 'kept' }), []);
});
