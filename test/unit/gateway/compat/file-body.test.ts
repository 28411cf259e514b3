/** Long bodies are handled a few at a time; others wait, and leave when their client does. */
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { FileBodies } from '../../../../src/gateway/compat/file-body.js';
import {
  MAX_FILE_BODIES,
  MAX_FILE_BODY_BYTES,
  MAX_WAITING_BODIES,
  SMALL_BODY_BYTES,
} from '../../../../src/gateway/compat/limits.js';
import { Fault } from '../../../../src/protocol/fault.js';

/** A request with a body of this length, whose limit it keeps. */
function requestOf(bytes: number | null) {
  const end = new AbortController();
  const limits: (number | undefined)[] = [];
  const asked = {
    headers: bytes === null ? {} : { 'content-length': String(bytes) },
    body: async (maxBytes?: number) => {
      limits.push(maxBytes);
      return {};
    },
    call: { signal: end.signal, peer: null as never },
  };
  return { asked, limits, end };
}

/** Work that ends when it is told to. */
function work() {
  let begun = 0;
  const ends: (() => void)[] = [];
  return {
    get begun() {
      return begun;
    },
    run: () =>
      new Promise<void>((resolve) => {
        begun += 1;
        ends.push(resolve);
      }),
    end: () => ends.shift()?.(),
  };
}

const LONG = SMALL_BODY_BYTES + 1;

t.test('a short body needs no place and has the ordinary limit', async (t) => {
  const files = new FileBodies();
  const short = work();
  const requests = Array.from({ length: 10 }, () => requestOf(SMALL_BODY_BYTES));
  const all = requests.map(({ asked }) => files.read(asked, short.run));
  await turn();
  t.equal(short.begun, 10);
  t.same(requests[0]?.limits, [undefined]);
  for (const _ of requests) short.end();
  await Promise.all(all);
});

t.test('long bodies, and those of unknown length, take turns', async (t) => {
  const files = new FileBodies();
  const long = work();
  const requests = [LONG, null, LONG, LONG].map(requestOf);
  const all = requests.map(({ asked }) => files.read(asked, long.run));
  await turn();
  t.equal(long.begun, MAX_FILE_BODIES);
  t.same(requests[1]?.limits, [MAX_FILE_BODY_BYTES]);
  t.same(requests[2]?.limits, [], 'the body of one that waits is not read');
  long.end();
  await turn();
  t.equal(long.begun, MAX_FILE_BODIES + 1);
  for (let n = 0; n < 3; n += 1) {
    long.end();
    await turn();
  }
  await Promise.all(all);
});

t.test('a client that goes leaves the line, and work that fails frees its place', async (t) => {
  const files = new FileBodies();
  const long = work();
  const holding = [requestOf(LONG), requestOf(LONG)].map(({ asked }) => files.read(asked, long.run));
  const gone = requestOf(LONG);
  const left = files.read(gone.asked, long.run);
  const failing = files.read(requestOf(LONG).asked, () => Promise.reject(new Fault('no_such_chat')));
  await turn();
  gone.end.abort(new Fault('connection_lost'));
  await t.rejects(left, { kind: 'connection_lost' } as never);
  long.end();
  await t.rejects(failing, { kind: 'no_such_chat' } as never);
  const last = files.read(requestOf(LONG).asked, long.run);
  await turn();
  t.equal(long.begun, MAX_FILE_BODIES + 1);
  long.end();
  long.end();
  await Promise.all([...holding, last]);
});

t.test('the line has an end', async (t) => {
  const files = new FileBodies();
  const long = work();
  const all = Array.from({ length: MAX_FILE_BODIES + MAX_WAITING_BODIES }, () =>
    files.read(requestOf(LONG).asked, long.run),
  );
  await turn();
  await t.rejects(files.read(requestOf(LONG).asked, long.run), { kind: 'busy' } as never);
  for (const _ of all) {
    long.end();
    await turn();
  }
  await Promise.all(all);
});
