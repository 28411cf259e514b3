// The library's calls are typed by the table of methods, and settle whatever happens to the connection.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { connect, Fault, failure } from '../../harness/library.js';
import { startServer, untilAborted } from '../../harness/server.js';

t.test('every method of the table is available by noun and verb', async (t) => {
  await using running = await startServer();
  await using account = await connect({ socket: running.path });
  for (const name of Object.keys(METHODS)) {
    const [noun = '', verb = ''] = name.split('.');
    const api = account as unknown as Record<string, Record<string, unknown>>;
    t.type(api[noun]?.[verb], 'function', name);
  }
  t.match(await account.daemon.ping(), { pong: true });
  t.match(await account.call('daemon.info'), { account: 'default' });
});

t.test('an error is a Fault with its kind and outcome', async (t) => {
  await using running = await startServer({
    'message.send': (_, { signal }) => untilAborted(signal),
    'session.status': (_, { signal }) => untilAborted(signal),
  });
  await using account = await connect({ socket: running.path });
  t.match(await failure(account.message.send({ to: '' })), { kind: 'invalid_params' });
  t.match(await failure(account.chat.list()), {
    kind: 'not_ready',
    hint: `wactl --socket ${running.path} wait ready`,
  });
  const write = account.message.send({ to: '15550002222', text: 'x' });
  t.match(await failure(account.session.status({}, { timeoutMs: 20 })), { kind: 'deadline_exceeded' });
  const read = account.session.status();
  const settled = Promise.allSettled([write, read]);
  await account.daemon.ping();
  await running.restart();
  const [written, looked] = await settled;
  t.match(written, {
    status: 'rejected',
    reason: { kind: 'shutting_down', details: { outcome: 'unknown' } },
  });
  t.match(looked, { status: 'rejected', reason: { kind: 'shutting_down', details: { outcome: 'none' } } });
  t.ok(written?.status === 'rejected' && written.reason instanceof Fault);
  t.match(await account.daemon.ping(), { pong: true }, 'the next call connects again');
});

t.test('calls that meet the same idle close share the next connection', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'wad-connect-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const isFirst = connections === 1;
    let lines = 0;
    socket
      .on('error', () => {})
      .on('data', (chunk) => {
        const asked = String(chunk)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { id: number });
        lines += asked.length;
        if (!isFirst)
          for (const { id } of asked)
            socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: { pong: true } })}\n`);
        else if (lines === 2)
          socket.end(
            `${JSON.stringify({ jsonrpc: '2.0', id: null, error: new Fault('connection_idle').toWire() })}\n`,
          );
      });
  });
  const path = join(directory, 's');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => server.close());
  await using account = await connect({ socket: path });
  t.match(await Promise.all([account.call('x'), account.call('x')]), [{ pong: true }, { pong: true }]);
  t.equal(connections, 2);
});

t.test('calls without a daemon, or after close, fail', async (t) => {
  t.match(await failure(connect({ socket: '/nowhere/s' })), { kind: 'unreachable' });
  await using running = await startServer();
  const account = await connect({ socket: running.path });
  await account.close();
  await account.close();
  t.match(await failure(account.daemon.ping()), { kind: 'connection_lost', details: { outcome: 'none' } });
});

t.test('a file is uploaded in chunks, from bytes or from a stream', async (t) => {
  let held = Buffer.alloc(0);
  await using running = await startServer({
    'media.put': ({ upload, offset = 0, data, done, name }) => {
      if (upload === undefined) held = Buffer.alloc(0);
      t.equal(offset, held.length);
      t.equal(name, upload === undefined ? 'a.bin' : undefined);
      held = Buffer.concat([held, Buffer.from(data, 'base64')]);
      const file = { id: 'f-1', mimetype: 'application/octet-stream', name: 'a.bin', size: held.length };
      return { upload: 'u-1', size: held.length, file: done ? file : null };
    },
  });
  await using account = await connect({ socket: running.path });
  for (const size of [0, 1, 384 * 1024, 384 * 1024 + 1, 1_500_000]) {
    const bytes = randomBytes(size);
    async function* lots() {
      for (let at = 0; at < size; at += 100_000) yield bytes.subarray(at, at + 100_000);
    }
    for (const data of [bytes, lots()]) {
      t.match(await account.upload(data, { name: 'a.bin' }), { id: 'f-1', size });
      t.ok(held.equals(bytes), `${size} bytes`);
    }
  }
});
