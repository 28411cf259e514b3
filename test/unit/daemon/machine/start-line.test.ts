/**
 * The line of starting browsers: as many start at a time as there are places, in the order in which they came, and a
 * place is free when its holder leaves, dies, or does not run.
 */
import { fork } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { StartLine, type StartPlace } from '../../../../src/daemon/machine/start-line.js';
import { eventually } from '../../../harness/eventually.js';
import { suspend } from '../../../harness/processes.js';
import { keepLines } from '../../log/lines.js';

type Ends = { teardown(end: () => void): unknown };

/** A path that is short enough for a socket. */
function temporary(t: Ends): string {
  const path = mkdtempSync(join(tmpdir(), 'wad-line-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

const never = new AbortController().signal;
const HOLDER = fileURLToPath(new URL('./start-line-holder.js', import.meta.url));

/** A line in a directory of the test. */
function make(directory: string, { places = 1, heldMs = 60_000 } = {}) {
  const log = keepLines();
  return { directory, log, line: new StartLine({ directory, places, heldMs, log }) };
}

const inNew = (t: Ends, options = {}) => make(join(temporary(t), 'line'), options);

/** Waits until so many stand in the line. */
const inLine = (directory: string, count: number): Promise<unknown> =>
  eventually(
    () =>
      existsSync(directory) &&
      readdirSync(directory).filter((name) => /^\d+-\d+$/.test(name)).length >= count,
    `${count} in the line`,
  );

/** Enters the line several times, one after the other. `placed` has the numbers of those with a place, in order. */
async function enterAll({ line, directory }: ReturnType<typeof make>, count: number) {
  const placed: number[] = [];
  const all: { readonly place: Promise<StartPlace>; readonly stop: AbortController }[] = [];
  for (let n = 0; n < count; n++) {
    const stop = new AbortController();
    const place = line.enter(stop.signal);
    place.then(
      () => placed.push(n),
      () => undefined,
    );
    all.push({ place, stop });
    await inLine(directory, n + 1);
  }
  const at = (n: number) => all[n] as (typeof all)[number];
  return { placed, at };
}

t.test('two places: the third waits, and those who wait follow in their order', async (t) => {
  const made = inNew(t, { places: 2 });
  const { at, placed } = await enterAll(made, 5);
  const first = await at(0).place;
  (await at(1).place).leave();
  const third = await at(2).place;
  t.same(placed, [0, 1, 2]);
  third.leave();
  third.leave();
  const fourth = await at(3).place;
  t.same(placed, [0, 1, 2, 3], 'a place that is left twice is free once');
  first.leave();
  (await at(4).place).leave();
  fourth.leave();
  const waiting = made.log.lines.filter(([, event]) => event === 'start-line.waiting');
  t.equal(waiting.length, 3);
});

t.test('one who leaves while it waits does not hold up those behind it', async (t) => {
  const { at, placed } = await enterAll(inNew(t), 3);
  const first = await at(0).place;
  at(1).stop.abort(new Error('stopped'));
  await t.rejects(at(1).place, { message: 'stopped' });
  first.leave();
  (await at(2).place).leave();
  t.same(placed, [0, 2]);
});

t.test('without a limit nobody waits, and nothing is created', async (t) => {
  const { line, directory } = inNew(t, { places: 0 });
  await Promise.all([line.enter(never), line.enter(never)]);
  t.notOk(existsSync(directory));
});

t.test('the place of a process that is killed is free at once', async (t) => {
  const { line, directory } = inNew(t);
  const holder = fork(HOLDER, [directory]);
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder, 'message');
  const place = line.enter(never);
  await inLine(directory, 2);
  holder.kill('SIGKILL');
  (await place).leave();
});

t.test('a place that was left behind by a dead process is not waited for', async (t) => {
  const { line, directory } = inNew(t);
  const holder = fork(HOLDER, [directory]);
  await once(holder, 'message');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  t.equal(readdirSync(directory).length, 1);
  const place = await line.enter(never);
  t.equal(readdirSync(directory).length, 1, 'and its name is removed');
  place.leave();
});

t.test(
  'a holder whose process does not run is passed over after a while, which is logged once',
  async (t) => {
    const { line, directory, log } = inNew(t, { heldMs: 300 });
    const holder = fork(HOLDER, [directory]);
    t.teardown(() => holder.kill('SIGKILL'));
    await once(holder, 'message');
    await suspend(holder.pid as number);
    const place = await line.enter(never);
    const next = line.enter(never);
    await inLine(directory, 3);
    place.leave();
    (await next).leave();
    t.same(
      log.lines.filter(([, event]) => event === 'start-line.passed').map(([level]) => level),
      ['warn'],
    );
  },
);

t.test('a name appears in the directory at the time that it tells', async (t) => {
  const { line, directory } = inNew(t);
  mkdirSync(directory, { mode: 0o700 });
  // On a busy machine, an asynchronous call on a file takes many turns of the loop.
  const isOver = new AbortController();
  const work = () => isOver.signal.aborted || pbkdf2('', '', 10_000, 32, 'sha256', work);
  for (let threads = 0; threads < 8; threads++) work();
  const entered = line.enter(never);
  let missingUs = 0n;
  let name: string | undefined;
  for (;;) {
    const nowUs = process.hrtime.bigint() / 1_000n;
    name = readdirSync(directory).find((other) => /^\d+-\d+$/.test(other));
    if (name !== undefined) break;
    missingUs = nowUs;
    await new Promise(setImmediate);
  }
  isOver.abort();
  t.ok(BigInt(name.split('-')[0] ?? 0) >= missingUs, 'those who came earlier have not been missed');
  (await entered).leave();
});

t.test('the connections to members ahead are closed when there is a place', async (t) => {
  const { line, directory } = inNew(t, { places: 2 });
  mkdirSync(directory, { mode: 0o700 });
  const ahead = createServer().listen(join(directory, '0000000000000001-1'));
  t.teardown(() => ahead.close());
  await once(ahead, 'listening');
  const peer = once(ahead, 'connection') as Promise<[Socket]>;
  const place = await line.enter(never);
  const [socket] = await peer;
  await once(socket.resume(), 'close', { signal: AbortSignal.timeout(10_000) });
  place.leave();
});

t.test('sockets of processes that were killed before they had a name are removed', async (t) => {
  const { line, directory } = inNew(t);
  const holder = fork(HOLDER, [directory]);
  await once(holder, 'message');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const [name = ''] = readdirSync(directory);
  const [dead, young, listens] = ['1', '2', '3'].map((digit) => `${digit.repeat(20)}.new`) as [
    string,
    string,
    string,
  ];
  const server = createServer().listen(join(directory, listens));
  t.teardown(() => server.close());
  await once(server, 'listening');
  writeFileSync(join(directory, young), '');
  renameSync(join(directory, name), join(directory, dead));
  for (const old of [dead, listens]) utimesSync(join(directory, old), new Date(0), new Date(0));
  (await line.enter(never)).leave();
  t.same(
    readdirSync(directory).filter((other) => other.endsWith('.new')),
    [young, listens],
  );
});

t.test(
  'a directory that others could write, or that is none, means no limit, and the log says so',
  async (t) => {
    const cases: [what: string, spoil: (directory: string) => void][] = [
      ['others can write', (directory) => chmodSync(mkdirSync(directory, { recursive: true }) ?? '', 0o777)],
      ['a link', (directory) => symlinkSync('/tmp', directory)],
      ['a file', (directory) => writeFileSync(directory, '')],
      ['a path that is too long for a socket', () => undefined],
    ];
    for (const [what, spoil] of cases) {
      const directory = join(temporary(t), what.includes('long') ? 'x'.repeat(120) : 'line');
      spoil(directory);
      const { line, log } = make(directory);
      await line.enter(never);
      await line.enter(never);
      t.match(log.lines, [
        ['warn', 'start-line.unusable'],
        ['warn', 'start-line.unusable'],
      ]);
    }
  },
);

t.test('names of others in the directory are ignored', async (t) => {
  const { line, directory } = inNew(t);
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, '0000000000000001-x'), '');
  const server = createServer().listen(join(directory, '0-1'));
  t.teardown(() => server.close());
  await once(server, 'listening');
  (await line.enter(never)).leave();
});
