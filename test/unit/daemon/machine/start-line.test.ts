/**
 * The line of starting browsers: as many start at a time as there are places, in the order in which they came, and a
 * place is free when its holder leaves, dies, or does not run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { StartLine, type StartPlace } from '../../../../src/daemon/machine/start-line.js';
import { eventually } from '../../../harness/eventually.js';
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

t.test('a holder whose process does not run is passed over after a while', async (t) => {
  const { line, directory, log } = inNew(t, { heldMs: 300 });
  const holder = fork(HOLDER, [directory]);
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder, 'message');
  holder.kill('SIGSTOP');
  (await line.enter(never)).leave();
  t.ok(log.lines.some(([level, event]) => level === 'warn' && event === 'start-line.passed'));
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
