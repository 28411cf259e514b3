/** A download that ends after its time limit is not kept in the page. */
import t from 'tap';
import { makeIncoming } from '../../../src/whatsapp/page/incoming.js';
import type { Tools } from '../../../src/whatsapp/page/messages.js';
import { requireFrom, setWindow } from '../../harness/fake-page.js';

t.test('what arrives after the drop is not kept', async (t) => {
  const downloads: ((bytes: ArrayBuffer) => void)[] = [];
  setWindow(t, {
    ...{ setTimeout, btoa },
    require: requireFrom({
      WAWebDownloadManager: {
        downloadManager: {
          downloadAndMaybeDecrypt: () => new Promise<ArrayBuffer>((resolve) => downloads.push(resolve)),
        },
      },
    }),
  });
  const msg = { directPath: '/v', type: 'document', mediaData: { mediaStage: 'RESOLVED' } };
  const tools = {
    message: async () => msg,
    parts: () => ({}),
    refuse: (_kind: string, why: string) => {
      throw new Error(why);
    },
  } as unknown as Tools;
  const { begin, ended, piece, drop } = makeIncoming(tools);
  const ref = { id: 'M', place: null };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  for (const token of ['awaited', 'dropped']) begin(ref, token, 100);
  await turn();
  drop('dropped');
  for (const end of downloads) end(new Uint8Array([104, 105]).buffer);
  await turn();
  t.match(await ended('awaited', 1_000), { size: 2 });
  t.equal(piece('awaited', 0, 10), btoa('hi'));
  t.throws(() => piece('dropped', 0, 10), { message: /reloaded/ });
});
