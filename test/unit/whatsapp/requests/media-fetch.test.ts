/** A file is fetched from the page in pieces, in order, within a time limit, and the page always drops its copy. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import { parseMessageRef } from '../../../../src/protocol/wid.js';
import { mediaPage } from '../../../../src/whatsapp/requests/media.js';
import type { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { fakeClock } from '../../../harness/fake-clock.js';

const PIECE = 3 * 2 ** 20;
const MESSAGE = parseMessageRef('false_15550002222@c.us_ABCD');
const WHAT = { name: 'a.bin', mimetype: 'application/octet-stream' };
type Step = (...args: readonly unknown[]) => unknown;

/** A page whose file has these bytes after `polls` polls. `steps`: other answers. */
function filePage(bytes: Buffer, { polls = 1, steps = {} as Readonly<Record<string, Step>> } = {}) {
  const asked: string[] = [];
  const tokens = new Set<unknown>();
  const normal: Record<string, Step> = {
    begin: (_message, token) => void tokens.add(token),
    ended: (token) => {
      tokens.add(token);
      polls -= 1;
      return polls > 0 ? null : { ...WHAT, size: bytes.length };
    },
    piece: (token, offset, length) => {
      tokens.add(token);
      const from = Number(offset);
      return bytes.subarray(from, from + Number(length)).toString('base64');
    },
    drop: (token) => void tokens.add(token),
  };
  const step = async (capability: string, noun: string, verb: string, ...args: unknown[]) => {
    asked.push(verb);
    if (capability !== 'media.download' || noun !== 'incoming') throw new Error('another part of the page');
    return (steps[verb] ?? normal[verb])?.(...args);
  };
  return { media: mediaPage({ step } as unknown as PageRpc), asked, tokens };
}

const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const ignore = async () => undefined;
const refuse = (kind: 'media_gone' | 'not_ready') => () => Promise.reject(new Fault(kind));

t.test('the pieces are written in order, each after the one before, and join to the file', async (t) => {
  for (const [size, count] of [
    [1, 1],
    [PIECE, 1],
    [PIECE + 1, 2],
    [2 * PIECE + 5, 3],
  ] as const) {
    const bytes = randomBytes(size);
    const { media, asked, tokens } = filePage(bytes);
    const written: Buffer[] = [];
    let writing = 0;
    await media.fetch(MESSAGE, size, async (what, piece) => {
      t.match(what, WHAT);
      writing += 1;
      t.equal(writing, 1, 'the piece before is written');
      await new Promise((resolve) => setImmediate(resolve));
      writing -= 1;
      written.push(piece);
    });
    t.equal(written.length, count, `${size} bytes`);
    t.ok(Buffer.concat(written).equals(bytes), `${size} bytes: unchanged`);
    t.equal(asked.at(-1), 'drop');
    t.equal(tokens.size, 1, 'one token for all steps');
  }
});

t.test('the page is told the message and the limit, and two fetches have different tokens', async (t) => {
  const begun: unknown[][] = [];
  const { media } = filePage(Buffer.from('x'), { steps: { begin: (...args) => void begun.push([...args]) } });
  await media.fetch(MESSAGE, 7, ignore);
  await media.fetch(MESSAGE, 7, ignore);
  t.match(begun, [
    [MESSAGE, /^[0-9a-f]{16}$/, 7],
    [MESSAGE, /^[0-9a-f]{16}$/, 7],
  ]);
  t.not(begun[0]?.[1], begun[1]?.[1]);
});

t.test('an empty file is written in no piece', async (t) => {
  const { media, asked } = filePage(Buffer.alloc(0));
  await media.fetch(MESSAGE, 1, () => Promise.reject(new Error('written')));
  t.same(asked, ['begin', 'ended', 'drop']);
});

t.test('a download that is not complete is polled until it is', async (t) => {
  const { media, asked } = filePage(Buffer.from('late'), { polls: 3 });
  await media.fetch(MESSAGE, 10, ignore);
  t.same(asked, ['begin', 'ended', 'ended', 'ended', 'piece', 'drop']);
});

t.test('a download that never completes is page_error after ten minutes', async (t) => {
  const clock = fakeClock(t);
  const poll = (_token: unknown, ms: unknown) =>
    new Promise((resolve) => setTimeout(resolve, Number(ms), null));
  const { media, asked } = filePage(Buffer.from('x'), { steps: { ended: poll } });
  let fault: unknown;
  const fetching = failed(media.fetch(MESSAGE, 10, ignore)).then((error) => {
    fault = error;
  });
  await clock.pass(599_000, 1_000);
  t.equal(fault, undefined);
  await clock.pass(1_000, 1_000);
  await fetching;
  t.match(fault, { kind: 'page_error', message: /not downloaded in time/ });
  t.equal(asked.filter((verb) => verb === 'ended').length, 40, 'a poll takes 15 s');
  t.equal(asked.at(-1), 'drop');
});

for (const verb of ['begin', 'ended', 'piece'] as const)
  t.test(`a fault at "${verb}" ends the fetch as it is, and the page drops its copy`, async (t) => {
    for (const kind of ['media_gone', 'not_ready'] as const) {
      const { media, asked } = filePage(Buffer.from('x'), { steps: { [verb]: refuse(kind) } });
      t.match(await failed(media.fetch(MESSAGE, 10, ignore)), { kind });
      t.same(asked.slice(-2), [verb, 'drop'], 'nothing is asked again');
    }
  });

t.test('an error of the disk ends the fetch: no further piece, and the page drops its copy', async (t) => {
  const { media, asked } = filePage(Buffer.alloc(2 * PIECE));
  const full = new Fault('disk_full');
  t.equal(await failed(media.fetch(MESSAGE, 3 * PIECE, () => Promise.reject(full))), full);
  t.same(asked, ['begin', 'ended', 'piece', 'drop']);
});

t.test('a drop that fails hides neither the file nor the first fault', async (t) => {
  const drop = refuse('not_ready');
  await filePage(Buffer.from('x'), { steps: { drop } }).media.fetch(MESSAGE, 10, ignore);
  const { media } = filePage(Buffer.from('x'), { steps: { drop, ended: refuse('media_gone') } });
  t.match(await failed(media.fetch(MESSAGE, 10, ignore)), { kind: 'media_gone' });
});
