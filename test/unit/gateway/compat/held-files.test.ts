/** Files that are held in memory have few places: some for each token, each account, and all together. Others wait in line. */
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { HeldFiles } from '../../../../src/gateway/compat/held-files.js';
import {
  MAX_FILE_BODY_BYTES,
  MAX_HELD_FILES,
  MAX_HELD_FILES_EACH,
  MAX_WAITING_FILES,
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
const never = new AbortController().signal;
/** The use of a body by a token, for an account. */
const use = (run: () => Promise<void>, token = 'crm', account = 'shop') => ({
  token,
  accountOf: () => account,
  work: run,
});
/** Lets everything proceed that can. */
const settle = async (): Promise<void> => {
  for (let n = 0; n < 3; n += 1) await turn();
};

t.test('a short body needs no place and has the ordinary limit', async (t) => {
  const files = new HeldFiles();
  const short = work();
  const requests = Array.from({ length: 10 }, () => requestOf(SMALL_BODY_BYTES));
  const all = requests.map(({ asked }) => files.read(asked, use(short.run)));
  await settle();
  t.equal(short.begun, 10);
  t.same(requests[0]?.limits, [undefined]);
  for (const _ of requests) short.end();
  await Promise.all(all);
});

t.test('long bodies, and those of unknown length, take turns', async (t) => {
  const files = new HeldFiles();
  const long = work();
  const requests = [LONG, null, LONG, LONG, LONG].map(requestOf);
  const all = requests.map(({ asked }) => files.read(asked, use(long.run)));
  await settle();
  t.equal(long.begun, MAX_HELD_FILES_EACH);
  t.same(requests[1]?.limits, [MAX_FILE_BODY_BYTES]);
  t.same(requests[4]?.limits, [], 'the body of one that waits for its turn is not read');
  for (let n = 0; n < requests.length; n += 1) {
    long.end();
    await settle();
  }
  await Promise.all(all);
});

t.test('an account that hangs, and a client that is slow, leave places to others', async (t) => {
  const files = new HeldFiles(20);
  const [hanging, quick] = [work(), work()];
  const stuck = [1, 2].map(() => files.read(requestOf(LONG).asked, use(hanging.run)));
  await settle();
  await t.rejects(files.read(requestOf(LONG).asked, use(hanging.run)), { kind: 'busy' } as never);
  await t.rejects(files.run('shop', LONG, never, hanging.run), { kind: 'busy' } as never);
  const other = files.read(requestOf(LONG).asked, use(quick.run, 'crm', 'support'));
  await settle();
  t.equal(quick.begun, 1, 'another account, for the same token');
  quick.end();
  await other;
  const slow = { ...requestOf(LONG).asked, body: () => new Promise<never>(() => undefined) };
  for (const _ of [1, 2]) void files.read(slow, use(quick.run));
  await settle();
  const third = files.read(requestOf(LONG).asked, use(quick.run, 'n8n', 'support'));
  await settle();
  t.equal(quick.begun, 2, 'another token');
  for (const one of [quick, hanging, hanging]) one.end();
  await Promise.all([third, ...stuck]);
});

t.test('all accounts together have a limit, which small files do not count for', async (t) => {
  const files = new HeldFiles();
  const held = work();
  const one = (n: number, bytes = LONG) => files.run(`account-${n}`, bytes, never, held.run);
  const all = Array.from({ length: MAX_HELD_FILES + 1 }, (_, n) => one(n));
  await settle();
  t.equal(held.begun, MAX_HELD_FILES);
  const small = one(0, SMALL_BODY_BYTES);
  await settle();
  t.equal(held.begun, MAX_HELD_FILES + 1);
  for (let n = 0; n < MAX_HELD_FILES + 2; n += 1) {
    held.end();
    await settle();
  }
  await Promise.all([small, ...all]);
});

t.test('a body that is refused, and work that fails, free their places', async (t) => {
  const files = new HeldFiles();
  const long = work();
  const refused = {
    ...use(long.run),
    accountOf: () => {
      throw new Fault('not_permitted');
    },
  };
  for (const length of [LONG, SMALL_BODY_BYTES])
    for (let n = 0; n < MAX_HELD_FILES; n += 1)
      await t.rejects(files.read(requestOf(length).asked, refused), { kind: 'not_permitted' } as never);
  const failing = use(() => Promise.reject(new Fault('no_such_chat')));
  for (let n = 0; n < MAX_HELD_FILES; n += 1)
    await t.rejects(files.read(requestOf(LONG).asked, failing), { kind: 'no_such_chat' } as never);
  t.equal(long.begun, 0);
  const last = files.read(requestOf(LONG).asked, use(long.run));
  await settle();
  t.equal(long.begun, 1);
  long.end();
  await last;
});

t.test('a client that goes leaves the line', async (t) => {
  const files = new HeldFiles();
  const long = work();
  const holding = [1, 2].map(() => files.read(requestOf(LONG).asked, use(long.run)));
  await settle();
  // Three wait for the account or to arrive; the last one waits to arrive.
  const waiting = [1, 2, 3].map(() => requestOf(LONG));
  const left = waiting.map(({ asked }) => files.read(asked, use(long.run)));
  await settle();
  for (const { end } of waiting) end.abort(new Fault('connection_lost'));
  await Promise.all(left.map((one) => t.rejects(one, { kind: 'interrupted' } as never)));
  long.end();
  long.end();
  await Promise.all(holding);
});

t.test('the line has an end', async (t) => {
  const files = new HeldFiles();
  const long = work();
  const bodies = { ...requestOf(LONG).asked, body: () => new Promise<never>(() => undefined) };
  for (let n = 0; n < MAX_HELD_FILES_EACH + MAX_WAITING_FILES; n += 1) void files.read(bodies, use(long.run));
  await settle();
  await t.rejects(files.read(requestOf(LONG).asked, use(long.run)), { kind: 'busy' } as never);
});
