// The client of the socket works with a real server, a misbehaving one, and none.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { EVENTS, type WireEvent } from '../../../src/protocol/events/index.js';
import { Fault } from '../../../src/protocol/fault.js';
import { Client } from '../../../src/socket/client.js';
import { clientPath } from '../../../src/socket/path.js';
import { olderDaemon } from '../../../src/socket/unreachable.js';
import { CheckedClient } from '../../harness/client.js';
import { madeUp } from '../../harness/made-up-event.js';
import { startServer, untilAborted } from '../../harness/server.js';

const directory = await mkdtemp(join(tmpdir(), 'wad-'));
t.teardown(() => rm(directory, { recursive: true, force: true }));

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const error = await promise.then(
    () => new Error('it was answered'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw error;
};

/** A server that answers each line as the test says. */
async function farSide(name: string, says: (line: string, socket: Socket) => void): Promise<string> {
  const path = join(directory, name);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const line of String(chunk).trimEnd().split('\n')) says(line, socket);
    });
  }).listen(path);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return path;
}

t.test('a client sends requests, gets answers, and receives events', async (t) => {
  await using running = await startServer();
  await using client = await CheckedClient.connect(running.path);
  t.match(await client.request('daemon.ping', {}), { pong: true });
  t.match(await client.request('daemon.info', {}, { timeoutMs: 1_000 }), { account: 'default' });
  const { events, next } = await client.request('events.list', {});
  t.same(events, []);
  await client.request('events.subscribe', { after: next });
  running.feed.append('alert', { ...EVENTS.alert.example, says: 'hello' });
  t.match(await client.event(), { cursor: next + 1, type: 'alert', data: { says: 'hello' } });
});

t.test(
  'a request with an account to a daemon of 0.1 says that it is older and how to restart it',
  async (t) => {
    // The exact answer of 0.1 to an unknown parameter.
    const path = await farSide('older.sock', (line, socket) => {
      const { id, method, params } = JSON.parse(line);
      const data = {
        issues: Object.keys(params)
          .filter((key) => key !== 'deadlineMs')
          .map((key) => ({ path: key, problem: 'unknown key' })),
        kind: 'invalid_params',
        reason: `${method}: account: unknown key`,
        ...{ hint: 'wactl call rpc.discover', retryable: false, outcome: 'none' },
      };
      const error = { code: -32602, message: 'The parameters do not fit the method.', data };
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`);
    });
    const target = clientPath({ socket: path, account: 'shop', env: {}, uid: process.getuid?.() ?? 0 });
    await using client = await Client.connect(target);
    const fault = await faultOf(client.request('daemon.ping', {}));
    t.match(fault, {
      kind: 'older_daemon',
      message:
        /daemon is older than this program .* "shop"; nothing was done\. Restart it .*stop it .* and start it again$/,
      hint: `wad --account shop --socket ${path}`,
    });
    t.equal(fault.toWire().data.outcome, 'none');
    await using unnamed = await Client.connect(path);
    t.match(
      await faultOf(unnamed.call('daemon.ping', { account: 'shop' })),
      { kind: 'invalid_params' },
      'a parameter that the caller wrote gives the plain error',
    );
  },
);

t.test('the command to restart an older daemon fits the service it runs in', async (t) => {
  const refused = new Fault('invalid_params', {
    more: { issues: [{ path: 'account', problem: 'unknown key' }] },
  });
  const service = { ...clientPath({ account: 'shop', env: {}, uid: 0 }), path: '/run/wad/shop/control.sock' };
  t.match(olderDaemon(service, refused), { hint: /^(sudo )?systemctl restart wad@shop$/ });
});

t.test('the checking client fails when the contract is broken', async (t) => {
  await using running = await startServer({
    'session.status': () => {
      throw new Fault('key_reused');
    },
  });
  await using client = await CheckedClient.connect(running.path);
  const broken = { name: 'ContractBroken' };
  await t.rejects(client.request('session.status', {}), broken, 'a fault that its method does not list');
  await t.rejects(client.request('events.list', { limit: 0 }), broken, 'invalid parameters');
});

t.test('a request has a deadline in the client and in the daemon', async (t) => {
  const seen: unknown[] = [];
  await using running = await startServer({
    'session.wait': (params, { signal }) => {
      seen.push(params);
      return untilAborted(signal);
    },
  });
  await using client = await Client.connect(running.path);
  const wait = { states: ['ready' as const] };
  t.match(await faultOf(client.request('session.wait', wait, { timeoutMs: 30, writes: false })), {
    kind: 'deadline_exceeded',
    message: 'the deadline of 30 ms passed',
    details: { outcome: 'none' },
  });
  t.same(seen, [wait], 'the handler does not see the deadline');

  const mute = await farSide('mute', () => {});
  await using waiting = await Client.connect(mute);
  t.match(await faultOf(waiting.call('message.send', {}, { timeoutMs: 10 })), {
    kind: 'deadline_exceeded',
    message: 'the daemon did not answer within 10 ms',
    details: { outcome: 'unknown' },
  });
});

t.test('a caller can abort a request', async (t) => {
  await using running = await startServer();
  await using client = await Client.connect(running.path);
  const giveUp = new AbortController();
  const waiting = faultOf(
    client.request('session.wait', { states: ['ready'] }, { signal: giveUp.signal, writes: false }),
  );
  giveUp.abort();
  t.match(await waiting, { kind: 'interrupted', details: { outcome: 'none' } });
  t.match(await faultOf(client.call('daemon.ping', {}, { signal: giveUp.signal })), { kind: 'interrupted' });
  t.match(await client.request('daemon.ping', {}), { pong: true }, 'the connection still works');
});

t.test('pending requests end when the connection closes', async (t) => {
  const path = await farSide('gone', (line, socket) => {
    if (line.includes('die')) socket.destroy();
  });
  const client = await Client.connect(path);
  const settled = Promise.all([
    faultOf(client.call('session.status', {}, { writes: false })),
    faultOf(client.call('message.send', {}, { writes: true })),
    faultOf(client.call('unknown.method')),
    faultOf(client.call('die')),
  ]);
  const [read, write, unsure] = await settled;
  t.match(read, { kind: 'connection_lost', details: { outcome: 'none' } });
  t.match(write, { kind: 'connection_lost', details: { outcome: 'unknown' } });
  t.match(
    unsure,
    { kind: 'connection_lost', details: { outcome: 'unknown' } },
    'a request counts as a write unless stated otherwise',
  );
  await client.closed;
  const late = await faultOf(client.call('message.send'));
  t.match(
    late,
    { kind: 'connection_lost', details: { outcome: 'none' } },
    'a request that was never sent had no effect',
  );
  await client.close();
});

t.test('close ends pending requests, and a second close has no effect', async (t) => {
  await using running = await startServer();
  const client = await Client.connect(running.path);
  const waiting = faultOf(client.request('session.wait', { states: ['ready'] }));
  await Promise.all([client.close(), client.close()]);
  t.match(await waiting, { kind: 'connection_lost' });
});

t.test('parameters that are not JSON are not sent', async (t) => {
  await using running = await startServer();
  await using client = await Client.connect(running.path);
  t.match(await faultOf(client.call('daemon.ping', { n: 1n })), {
    kind: 'invalid_params',
    details: { outcome: 'none' },
  });
  t.match(await client.request('daemon.ping', {}), { pong: true });
});

t.test('invalid data from the server becomes bad_answer, never a crash', async (t) => {
  const answers: Record<string, string | Buffer> = {
    words: 'hello',
    'half an object': '{"jsonrpc":"2.0"',
    null: 'null',
    number: '42',
    array: '[]',
    'a batch': '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    'no version': '{"id":1,"result":{}}',
    'no id': '{"jsonrpc":"2.0","result":{}}',
    'neither result nor error': '{"jsonrpc":"2.0","id":1}',
    'both result and error': '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}',
    'a scalar as result': '{"jsonrpc":"2.0","id":1,"result":7}',
    'null as result': '{"jsonrpc":"2.0","id":1,"result":null}',
    'a string as error': '{"jsonrpc":"2.0","id":1,"error":"no"}',
    'an error without a code': '{"jsonrpc":"2.0","id":1,"error":{"message":"x"}}',
    'null as error': '{"jsonrpc":"2.0","id":1,"error":null}',
    'an id never sent': '{"jsonrpc":"2.0","id":99,"result":{}}',
    'an id of another type': '{"jsonrpc":"2.0","id":"1","result":{}}',
    'an event without parameters': '{"jsonrpc":"2.0","method":"event"}',
    'an event without a cursor': '{"jsonrpc":"2.0","method":"event","params":{"type":"state","data":{}}}',
    'a number as method': '{"jsonrpc":"2.0","method":1}',
    'invalid UTF-8': Buffer.from([0xff, 0xfe]),
    NUL: '\0',
    HTTP: 'HTTP/1.1 400 Bad Request',
  };
  const path = await farSide('garbage', (line, socket) => {
    const { method } = JSON.parse(line) as { method: string };
    socket.write(Buffer.concat([Buffer.from(answers[method] ?? ''), Buffer.from('\n')]));
  });
  for (const name of Object.keys(answers)) {
    const client = await Client.connect(path);
    t.match(await faultOf(client.call(name)), { kind: 'bad_answer' }, name);
    await client.closed;
  }
  const endless = await farSide('endless', (_line, socket) => socket.write(Buffer.alloc(100_000, 'x')));
  const client = await Client.connect(endless, { maxLineBytes: 50_000 });
  t.match(await faultOf(client.call('x')), { kind: 'bad_answer' }, 'a line without an end');
});

t.test('messages that a newer daemon may send are not an error', async (t) => {
  const path = await farSide('newer', (line, socket) => {
    const { id } = JSON.parse(line) as { id: number };
    socket.write('{"jsonrpc":"2.0","method":"weather","params":[1]}\n');
    socket.write(`{"jsonrpc":"2.0","id":${id},"result":{"more":1},"took":3}\n`);
    socket.write(`{"jsonrpc":"2.0","id":${id},"result":{"again":1}}\n`);
  });
  await using client = await Client.connect(path);
  t.same(await client.call('x'), { more: 1 });
  t.same(await client.call('x'), { more: 1 }, 'a second answer to the same request is dropped');
});

t.test('an error without an id applies to the connection', async (t) => {
  await using running = await startServer({}, { maxConnections: 1, maxLineBytes: 1_000 });
  await using first = await Client.connect(running.path);
  await first.request('daemon.ping', {});
  const second = await Client.connect(running.path);
  t.match(await faultOf(second.call('message.send')), { kind: 'busy', details: { outcome: 'none' } });
  await second.closed;
  t.match(await faultOf(first.call('message.send', { text: 'x'.repeat(2_000) })), {
    kind: 'line_too_long',
    details: { outcome: 'none' },
  });
});

t.test('a listener can be added and removed', async (t) => {
  await using running = await startServer();
  await using client = await Client.connect(running.path);
  const received: WireEvent[] = [];
  const stop = client.onEvent((event) => received.push(event));
  await client.request('events.subscribe', {});
  await client.request('daemon.ping', {});
  running.feed.append('alert', EVENTS.alert.example);
  await running.feed.settled();
  await client.request('daemon.ping', {});
  stop();
  running.feed.append('alert', EVENTS.alert.example);
  await running.feed.settled();
  await client.request('daemon.ping', {});
  t.equal(received.length, 1);
});

t.test('a failed connection names the reason and a command that helps', async (t) => {
  const path = join(directory, 'absent');
  const absent = await faultOf(
    Client.connect(clientPath({ socket: path, account: 'shop', env: {}, uid: process.getuid?.() ?? 0 })),
  );
  t.match(absent, {
    kind: 'unreachable',
    message: /there is no .*absent/,
    hint: `wad --account shop --socket ${path}`,
  });
  await writeFile(join(directory, 'file'), '');
  t.match(await faultOf(Client.connect(join(directory, 'file'))), {
    kind: 'unreachable',
    message: /nobody listens/,
    hint: `wad --account default --socket ${join(directory, 'file')}`,
  });
  t.match(await faultOf(Client.connect(join(directory, 'file', 'x'))), { kind: 'unreachable' });
});

t.test(
  'missing permission is distinguished from a daemon that does not run',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async (t) => {
    const path = join(directory, 'closed', 'control.sock');
    await mkdir(join(directory, 'closed'));
    const server = createServer().listen(path);
    await once(server, 'listening');
    t.teardown(() => server.close());
    await chmod(directory, 0o755);
    const script = `
    import { Client } from ${JSON.stringify(fileURLToPath(new URL('../../../src/socket/client.js', import.meta.url)))};
    process.setgroups([]); process.setgid(12345); process.setuid(12345);
    await Client.connect(${JSON.stringify(path)}).catch((f) => console.log(JSON.stringify([f.kind, f.message, f.hint])));
  `;
    const asOther = async () => {
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
      return JSON.parse(stdout) as unknown[];
    };
    await chmod(join(directory, 'closed'), 0o750);
    t.match(await asOther(), ['permission_denied', /may not enter .*\/closed,/, /usermod/]);
    await chmod(join(directory, 'closed'), 0o755);
    await chmod(path, 0o660);
    t.match(await asOther(), ['permission_denied', /may not open .*control\.sock/, /usermod/]);
  },
);

t.test('the client loads neither zod nor a table of methods', async (t) => {
  const loaded = new Set<string>();
  const visit = async (url: URL): Promise<void> => {
    if (loaded.has(url.href)) return;
    loaded.add(url.href);
    for (const [, from] of (await readFile(url, 'utf8')).matchAll(/(?:from|import)\s*\(?'([^']+)'/g)) {
      if (from?.startsWith('.')) await visit(new URL(from, url));
      else if (from && !from.startsWith('node:')) loaded.add(from);
    }
  };
  await visit(new URL('../../../src/socket/client.js', import.meta.url));
  const names = [...loaded].map((name) => name.replace(/.*\/src\//, 'src/')).sort();
  t.same(names, [
    'json-rpc-2.0',
    'src/protocol/address.js',
    'src/protocol/fault-table.js',
    'src/protocol/fault.js',
    'src/protocol/names.js',
    'src/socket/answer.js',
    'src/socket/client.js',
    'src/socket/line.js',
    'src/socket/path.js',
    'src/socket/safe-path.js',
    'src/socket/unreachable.js',
  ]);
});

t.test('an event with undeclared data fails the test that receives it', async (t) => {
  await using running = await startServer();
  await using client = await CheckedClient.connect(running.path);
  const { next } = await client.request('events.list', {});
  running.feed.append('alert', madeUp({ ...EVENTS.alert.example, surprise: 1 }));
  await running.written();
  await t.rejects(client.request('events.list', { after: next }), {
    name: 'ContractBroken',
    message: /surprise/,
  });
});
