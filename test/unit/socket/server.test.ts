// The socket file and its permissions, the peers that are accepted, and the ends of connections.

import { once } from 'node:events';
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import t from 'tap';
import type { Dispatch, Peer } from '../../../src/protocol/dispatch.js';
import { Fault } from '../../../src/protocol/fault.js';
import { Client } from '../../../src/socket/client.js';
import { type ListenOptions, listen } from '../../../src/socket/server.js';
import { madeUp } from '../../harness/made-up-event.js';
import { RawPeer } from '../../harness/raw-peer.js';
import { keepLog, startServer, untilAborted } from '../../harness/server.js';

const directories: string[] = [];
const directory = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'wad-'));
  directories.push(made);
  return made;
};
t.teardown(() => Promise.all(directories.map((made) => rm(made, { recursive: true, force: true }))));

const nothing: Dispatch = async () => ({});
const options = (path: string, more: Partial<ListenOptions> = {}): ListenOptions => ({
  path,
  explicit: false,
  dispatch: nothing,
  log: keepLog(),
  ...more,
});
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);
const refused = async (given: ListenOptions): Promise<Fault> => {
  try {
    await (await listen(given)).close();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it listened');
};

/** Creates a socket file without a listener, as left by a killed daemon. */
async function leaveStale(path: string): Promise<void> {
  const nest = await directory();
  const { linkSync } = await import('node:fs');
  const server = createServer().listen(join(nest, 's'));
  await once(server, 'listening');
  linkSync(join(nest, 's'), path);
  await new Promise((resolve) => server.close(resolve));
}

t.test('directory and socket have the configured modes, whatever the umask', async (t) => {
  const before = process.umask();
  t.teardown(() => process.umask(before));
  for (const [umask, mode, directoryMode] of [
    [0, 0o600, 0o700],
    [0, 0o660, 0o750],
    [0o077, 0o600, 0o700],
    [0o077, 0o660, 0o750],
  ] as const) {
    process.umask(0o022);
    const path = join(await directory(), 'wad', 'default', 'control.sock');
    process.umask(umask);
    await using server = await listen(options(path, { mode, directoryMode }));
    t.equal(await modeOf(path), mode.toString(8));
    t.equal(await modeOf(dirname(dirname(path))), directoryMode === 0o700 ? '700' : '755');
    t.equal(await modeOf(dirname(path)), directoryMode.toString(8));
    t.same(await readdir(dirname(path)), ['control.sock'], 'nothing else is left there');
    t.equal(server.path, path);
  }
});

t.test('a directory with a wider mode is narrowed, and that is logged', async (t) => {
  const path = join(await directory(), 'wad', 'default', 'control.sock');
  await mkdir(dirname(path), { recursive: true });
  await chmod(dirname(path), 0o777);
  const log = keepLog();
  await using _server = await listen(options(path, { log }));
  t.equal(await modeOf(dirname(path)), '700');
  t.match(
    log.lines.find(({ level }) => level === 'warn'),
    { event: 'socket.directory_narrowed', fields: { was: '0777', now: '0700' } },
  );
  const parent = join(await directory(), 'wad');
  await mkdir(parent);
  await chmod(parent, 0o777);
  await using _other = await listen(options(join(parent, 'default', 'control.sock')));
  t.equal(await modeOf(parent), '755', 'other users cannot replace the entries of its parent');
});

t.test('a directory named by RUNTIME_DIRECTORY is never changed, unless it is wad’s own', async (t) => {
  const base = await directory();
  const run = join(base, 'run');
  await mkdir(run);
  for (const [mode, isTaken] of [
    [0o755, true],
    [0o1777, true],
    [0o775, false],
    [0o777, false],
  ] as const) {
    await chmod(base, mode);
    await chmod(run, mode);
    const log = keepLog();
    // As set by a unit: the group may connect.
    const given = options(join(run, 'control.sock'), { mode: 0o660, directoryMode: 0o750, log });
    if (isTaken) await (await listen(given)).close();
    else t.match(await refused(given), { kind: 'permission_denied', details: { hint: `chmod go-w ${run}` } });
    t.equal(await modeOf(run), mode.toString(8), 'the directory');
    t.equal(await modeOf(base), mode.toString(8), 'its parent');
    t.notOk(log.lines.some(({ level }) => level === 'warn'));
    t.same(await readdir(run), [], 'nothing is left there');
  }
});

t.test('the directory of an explicit path is used unchanged', async (t) => {
  const own = await directory();
  await chmod(own, 0o755);
  await using _server = await listen(options(join(own, 'my.sock'), { explicit: true }));
  t.equal(await modeOf(own), '755');
  t.equal(await modeOf(join(own, 'my.sock')), '600');
  const fault = await refused(options(join(own, 'missing', 'my.sock'), { explicit: true }));
  t.match(fault, { kind: 'usage', message: /missing.*is not created/ });
  t.same(await readdir(own), ['my.sock'], 'no directory is created');
});

t.test('a directory that is a symlink or a file is refused', async (t) => {
  const base = await directory();
  const elsewhere = await directory();
  await mkdir(join(base, 'wad'));
  await symlink(elsewhere, join(base, 'wad', 'link'));
  await writeFile(join(base, 'wad', 'file'), '');
  for (const name of ['link', 'file']) {
    const fault = await refused(options(join(base, 'wad', name, 'control.sock')));
    t.match(fault, { kind: 'permission_denied', message: /is not a real directory/ }, name);
  }
  t.same(await readdir(elsewhere), [], 'nothing was created behind the symlink');
  const below = await refused(options(join(base, 'wad', 'file', 'x', 'control.sock')));
  t.equal(below.kind, 'usage');
});

t.test(
  'a directory of another user is refused',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const { chown } = await import('node:fs/promises');
    const base = await directory();
    for (const owned of ['wad', 'wad/default']) {
      await mkdir(join(base, 'wad', 'default'), { recursive: true });
      await chown(join(base, owned), 12345, 12345);
      const fault = await refused(options(join(base, 'wad', 'default', 'control.sock')));
      t.match(fault, { kind: 'permission_denied', message: /belongs to user 12345/ }, owned);
      await chown(join(base, owned), 0, 0);
    }
  },
);

t.test('a stale socket is replaced, and one in use never is', async (t) => {
  const path = join(await directory(), 'control.sock');
  await leaveStale(path);
  await using first = await listen(options(path, { explicit: true }));
  const { ino } = await lstat(path);
  const fault = await refused(options(path, { explicit: true }));
  t.match(fault, { kind: 'lock_held', message: /another daemon listens on/ });
  t.equal((await lstat(path)).ino, ino);
  const client = await Client.connect(path);
  t.same(await client.call('x'), {}, 'the first daemon still answers');
  await client.close();
  t.equal(first.path, path);
});

t.test('a file that is not a socket is never removed', async (t) => {
  const base = await directory();
  await writeFile(join(base, 'notes'), 'mine');
  await mkdir(join(base, 'folder'));
  await symlink(join(base, 'nowhere'), join(base, 'link'));
  for (const name of ['notes', 'folder', 'link']) {
    const fault = await refused(options(join(base, name), { explicit: true }));
    t.match(fault, { kind: 'usage', message: /is not a socket; it is not removed/ }, name);
  }
  t.same(await readdir(base), ['folder', 'link', 'notes']);
});

t.test('of several servers that start at the same time one listens', async (t) => {
  const path = join(await directory(), 'control.sock');
  await leaveStale(path);
  const starts = await Promise.allSettled(
    Array.from({ length: 8 }, () => listen(options(path, { explicit: true }))),
  );
  const up = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  t.equal(up.length, 1);
  for (const start of starts) if (start.status === 'rejected') t.equal(start.reason.kind, 'lock_held');
  const client = await Client.connect(path);
  t.same(await client.call('x'), {});
  await client.close();
  await Promise.all(up.map((server) => server.close()));
});

t.test('a path of the maximum length works, even if no temporary directory fits next to it', async (t) => {
  for (const name of ['s', 'control.sock']) {
    const base = await directory();
    const deep = join(base, 'd'.repeat(107 - base.length - name.length - 2));
    await mkdir(deep);
    const path = join(deep, name);
    t.equal(path.length, 107);
    await using _server = await listen(options(path, { explicit: true }));
    const client = await Client.connect(path);
    t.same(await client.call('x'), {});
    await client.close();
  }
});

t.test('close removes the file if it is still ours, and a second close has no effect', async (t) => {
  const base = await directory();
  const path = join(base, 'control.sock');
  const first = await listen(options(path, { explicit: true }));
  await Promise.all([first.close(), first.close()]);
  t.same(await readdir(base), []);

  const second = await listen(options(path, { explicit: true }));
  await rm(path);
  await using _third = await listen(options(path, { explicit: true }));
  const { ino } = await lstat(path);
  await second.close();
  t.equal((await lstat(path)).ino, ino, 'the socket of the next daemon is not touched');
  const client = await Client.connect(path);
  t.same(await client.call('x'), {});
  await client.close();
});

t.test('close answers requests in flight and ends every connection', async (t) => {
  await using running = await startServer();
  const client = await Client.connect(running.path);
  const waiting = client.request('session.wait', { states: ['ready'] }, { writes: false });
  await client.request('daemon.ping', {});
  const start = performance.now();
  const [fault] = await Promise.all([
    waiting.catch((error: Fault) => error),
    running.server.close(),
    client.closed,
  ]);
  t.match(fault, { kind: 'shutting_down' });
  t.ok(performance.now() - start < 900, 'at once, when peers behave');
  t.match(await Client.connect(running.path).catch((error: Fault) => error), { kind: 'unreachable' });
});

t.test('close ends in limited time, whatever peers and handlers do', async (t) => {
  await using running = await startServer({ 'session.wait': () => new Promise(() => {}) });
  using deaf = await RawPeer.connect(running.path);
  deaf.socket.pause();
  await deaf.write('{"jsonrpc":"2.0","id":1,"method":"session.wait","params":{"states":["ready"]}}\n');
  const other = await Client.connect(running.path);
  await other.request('daemon.ping', {});
  const start = performance.now();
  await running.server.close();
  t.ok(performance.now() - start < 10_000);
});

t.test(
  'a disconnect aborts requests in flight, and a peer that only ended its side gets its answer',
  async (t) => {
    const calls: { peer: Peer; signal: AbortSignal }[] = [];
    let wake = () => {};
    await using running = await startServer({
      'session.wait': (_params, call) => {
        calls.push(call);
        wake();
        return untilAborted(call.signal);
      },
    });
    const called = () => new Promise<void>((resolve) => (wake = resolve));
    const ask =
      '{"jsonrpc":"2.0","id":1,"method":"session.wait","params":{"states":["ready"],"deadlineMs":300}}\n';
    for (const how of ['hangs up', 'ends its side, then hangs up'] as const) {
      const peer = await RawPeer.connect(running.path);
      const isCalled = called();
      await peer.write(ask.replace(',"deadlineMs":300', ''));
      await isCalled;
      const { signal, peer: seen } = calls.at(-1) as (typeof calls)[number];
      const aborted = once(signal, 'abort');
      const closed = once(seen.closed, 'abort');
      if (how === 'ends its side, then hangs up') peer.halfClose();
      t.equal(signal.aborted, false);
      peer.hangUp();
      await aborted;
      await closed;
      t.match(signal.reason, { kind: 'connection_lost' }, how);
      t.equal(
        seen.notify('event', { cursor: 1, type: 'state', time: '', account: '', data: madeUp({}) }),
        false,
      );
      t.equal(seen.backlogBytes, 0);
      await seen.drained();
    }
    using patient = await RawPeer.connect(running.path);
    await patient.write(ask);
    patient.halfClose();
    t.match(await patient.answer(), { id: 1, error: { data: { kind: 'deadline_exceeded' } } });
    await patient.end();
  },
);

t.test('no error has code 0, and nothing is printed', async (t) => {
  const printed: unknown[] = [];
  const { warn, error } = console;
  console.warn = console.error = (...words: unknown[]) => void printed.push(words);
  t.teardown(() => Object.assign(console, { warn, error }));
  const path = join(await directory(), 'control.sock');
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const table: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('secret');
    },
    'throws a string': () => {
      throw 'secret';
    },
    'throws nothing': () => {
      throw undefined;
    },
    'throws an error with a code': () => {
      throw Object.assign(new Error('secret'), { code: 0, data: { stack: 'secret' } });
    },
    'answers a cycle': () => cycle,
    'answers a BigInt': () => ({ n: 1n }),
    'answers too much': () => ({ text: 'x'.repeat(70_000) }),
    'throws a fault': () => {
      throw new Fault('busy');
    },
  };
  const log = keepLog();
  const dispatch: Dispatch = async (method) => table[method]?.();
  await using _server = await listen(
    options(path, { explicit: true, dispatch, log, maxBacklogBytes: 65_536 }),
  );
  using peer = await RawPeer.connect(path);
  const kinds: Readonly<Record<string, string>> = {
    'throws a fault': 'busy',
    'answers too much': 'answer_too_long',
  };
  for (const method of Object.keys(table)) {
    await peer.write(`${JSON.stringify({ jsonrpc: '2.0', id: method, method })}\n`);
    const answer = await peer.answer();
    t.match(
      answer,
      {
        id: method,
        error: { data: { kind: kinds[method] ?? 'internal' } },
      },
      method,
    );
    t.notMatch(JSON.stringify(answer), /secret/, 'the thrown value is not sent');
  }
  t.same(printed, []);
  t.equal(log.lines.filter(({ level }) => level === 'error').length, 7, 'each error is logged');
});

t.test('a subscriber that does not read is disconnected, and its memory is released', async (t) => {
  await using running = await startServer({}, { maxBacklogBytes: 256 * 1024 });
  using deaf = await RawPeer.connect(running.path);
  await deaf.write('{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{}}\n');
  t.match(await deaf.answer(), { id: 1, result: { subscription: 's-1' } });
  // The subscription becomes live in the next turn. A request in between ensures that.
  await deaf.write('{"jsonrpc":"2.0","id":2,"method":"daemon.ping"}\n');
  t.match(await deaf.answer(), { id: 2 });
  deaf.socket.pause();
  const cutOff = () =>
    running.log.lines.some(({ event, fields }) => event === 'socket.closed' && fields.why === 'slow_reader');
  const data = { body: 'x'.repeat(10_000) };
  for (let n = 0; n < 200 && !cutOff(); n += 1) {
    running.feed.append('message', madeUp(data));
    await running.feed.settled();
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.ok(cutOff());
  t.equal(running.server.connections, 0);
  running.feed.append('message', madeUp(data));

  // It reconnects with its cursor and misses nothing.
  const client = await Client.connect(running.path);
  const { events } = await client.request('events.list', { after: 0, limit: 1 });
  t.equal(events.length, 1);
  await client.close();
});

t.test('a slow reader receives a long replay complete and in order', async (t) => {
  await using running = await startServer({}, { maxBacklogBytes: 1024 * 1024 });
  const data = { body: 'x'.repeat(1_000) };
  for (let n = 0; n < 5_000; n += 1) running.feed.append('message', madeUp(data));
  await running.written();
  using slow = await RawPeer.connect(running.path);
  slow.socket.pause();
  await slow.write('{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"after":0}}\n');
  const resumed = setInterval(() => {
    slow.socket.resume();
    setImmediate(() => slow.socket.pause());
  }, 1);
  t.teardown(() => clearInterval(resumed));
  t.match(await slow.answer(), { id: 1, result: { after: 0 } }, 'the answer comes first');
  let last = running.feed.last - 5_000;
  for (let n = 0; n < 5_000; n += 1) {
    const { params } = (await slow.answer()) as { params: { cursor: number } };
    if (params.cursor !== last + 1) t.equal(params.cursor, last + 1);
    last = params.cursor;
  }
  t.equal(last, running.feed.last);
});
