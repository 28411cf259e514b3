/** A shared screenshot shows no texts and leaves the page as it was; a stored one is private, and its failure is only logged. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { blankPicture, keepPicture, PICTURE_MS } from '../../../src/whatsapp/picture.js';
import { eventually } from '../../harness/eventually.js';
import { fakeClock } from '../../harness/fake-clock.js';
import { pageHere, setWindow } from '../../harness/fake-page.js';
import { keepLog } from '../../harness/server.js';

type Life = { teardown(undo: () => void): unknown };
const PNG = Buffer.from('a picture');
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

/** A document with one style sheet of WhatsApp Web. */
function styledPage(t: Life) {
  const theirs = {};
  const document = { adoptedStyleSheets: [theirs] as object[] };
  class CSSStyleSheet {
    css = '';
    replaceSync(css: string): void {
      this.css = css;
    }
  }
  setWindow(t, { document, CSSStyleSheet });
  return { document, theirs };
}

async function place(t: Life): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wad-picture-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

t.test('texts and pictures are hidden during the screenshot, and shown again after it', async (t) => {
  const { document, theirs } = styledPage(t);
  const seen: object[][] = [];
  const screenshot = async () => {
    seen.push(document.adoptedStyleSheets);
    return PNG;
  };
  t.equal(await blankPicture(pageHere({ screenshot })), PNG);
  t.equal(seen[0]?.[0], theirs);
  t.match(seen[0]?.[1], { css: /color: transparent !important[\s\S]*img[\s\S]*visibility: hidden/ });
  t.same(document.adoptedStyleSheets, [theirs]);
});

t.test('a screenshot that fails leaves the page as it was', async (t) => {
  const { document, theirs } = styledPage(t);
  const error = new Error('Target closed');
  const page = pageHere({ screenshot: () => Promise.reject(error) });
  t.equal(await failed(blankPicture(page)), error);
  t.same(document.adoptedStyleSheets, [theirs]);
});

t.test('no screenshot is taken when the texts could not be hidden', async (t) => {
  let taken = 0;
  const error = new Error('Execution context was destroyed.');
  const screenshot = async () => {
    taken += 1;
    return PNG;
  };
  t.equal(await failed(blankPicture(pageHere({ screenshot, evaluate: () => Promise.reject(error) }))), error);
  t.equal(taken, 0);
});

t.test('a picture counts although the page is replaced before its texts are shown again', async (t) => {
  const evaluate = (_run: unknown, blank: boolean) =>
    blank ? Promise.resolve() : Promise.reject(new Error('Execution context was destroyed.'));
  t.equal(await blankPicture(pageHere({ screenshot: async () => PNG, evaluate })), PNG);
});

t.test('a stored picture can be read by its owner only', async (t) => {
  const file = join(await place(t), 'page.png');
  const log = keepLog();
  keepPicture(pageHere({ screenshot: async () => PNG }), file, log);
  await eventually(async () => (await readFile(file).catch(() => null))?.equals(PNG), 'the picture');
  t.equal((await stat(file)).mode & 0o777, 0o600);
  t.same(log.lines, []);
});

t.test('a picture that cannot be taken or stored is one line of the log', async (t) => {
  const dir = await place(t);
  for (const [screenshot, error] of [
    [() => Promise.reject(new Error('Target closed\n  at x')), /^Target closed$/],
    [async () => PNG, /^ENOENT/],
  ] as const) {
    const log = keepLog();
    keepPicture(pageHere({ screenshot }), join(dir, 'gone', 'page.png'), log);
    await eventually(() => log.lines.length === 1, 'a line');
    t.match(log.lines, [{ level: 'warn', event: 'whatsapp.picture', fields: { error } }]);
  }
});

t.test('a page that never answers is given up, which is logged', async (t) => {
  const clock = fakeClock(t);
  const log = keepLog();
  const page = pageHere({ screenshot: () => new Promise(() => undefined) });
  keepPicture(page, '/nowhere/page.png', log);
  await clock.pass(PICTURE_MS - 1);
  t.same(log.lines, []);
  await clock.pass(1);
  t.match(log.lines, [{ fields: { error: `a picture of the page timed out after ${PICTURE_MS} ms` } }]);
  t.equal(clock.pending, 0);
});
