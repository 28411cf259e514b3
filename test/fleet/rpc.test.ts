/** Requests over NATS get the answers of the socket, and every wait ends. */
import t, { type Test } from 'tap';
import { connectFleet } from '../../src/fleet/connection.js';
import { RpcClient } from '../../src/fleet/rpc-client.js';
import { RpcServer, type RpcServerOptions } from '../../src/fleet/rpc-server.js';
import type { Dispatch } from '../../src/protocol/dispatch.js';
import { Fault } from '../../src/protocol/fault.js';
import type { FaultKind } from '../../src/protocol/fault-table.js';
import { fleetConfig } from '../harness/fleet.js';
import { type NatsOptions, type NatsServer, natsServer } from '../harness/nats.js';
import { keepLog, startServer } from '../harness/server.js';

const connect = async (t: Test, server: NatsServer) => {
  const fleet = await connectFleet(fleetConfig(server), { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  return fleet;
};

interface More extends Pick<RpcServerOptions, 'limits'> {
  readonly nats?: NatsOptions;
}

/** A server of requests, and a client of its on another connection. */
async function rpc(t: Test, dispatch: Dispatch, { limits = {}, nats }: More = {}) {
  const server = await natsServer(t, nats);
  const [near, far] = [await connect(t, server), await connect(t, server)];
  const log = keepLog();
  const served = new RpcServer({ fleet: near, account: 'shop', dispatch, log, limits });
  await near.nats.flush();
  return { served, server, near, far, client: new RpcClient(far, 'shop') };
}

const fault = (kind: FaultKind, more: object = {}) => ({ kind, message: /./, ...more });

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
};

t.test('the methods of the daemon answer as over the socket', async (t) => {
  await using daemon = await startServer({}, { account: 'shop' });
  const { client, far } = await rpc(t, daemon.dispatch);
  daemon.feed.append('alert', { reason: 'disk_full', says: 'x', hint: 'df -h' });
  await daemon.written();
  t.match(await client.call('events.list', {}), { events: [{ type: 'alert', account: 'shop' }] });
  await t.rejects(client.call('no.method'), fault('method_not_found'));
  await t.rejects(
    client.call('events.list', { nothing: 1 }),
    fault('invalid_params', { message: /nothing/ }),
  );
  await t.rejects(client.call('events.list', { account: 'other' }), fault('wrong_account'));
  await t.rejects(client.call('events.subscribe'), fault('invalid_request', { message: /events\.list/ }));
  await t.rejects(client.call('message.send', { to: '+15550002222', text: 'x' }), fault('not_ready'));

  const raw = async (body: string | Uint8Array) =>
    JSON.parse((await far.nats.request('wad.rpc.shop', body, { timeout: 10_000 })).string()) as unknown;
  for (const [body, id, code] of [
    ['not JSON', null, -32700],
    ['[]', null, -32600],
    [Buffer.from([0x22, 0xff, 0x22]), null, -32700],
    ['{"jsonrpc":"2.0","id":7,"method":"x","params":[]}', 7, -32602],
    ['{"jsonrpc":"2.0","id":"a","method":"x","more":1}', 'a', -32600],
  ] as const)
    t.match(await raw(body), { jsonrpc: '2.0', id, error: { code } });
});

t.test('no machine, no answer, and no patience', async (t) => {
  const stuck: Dispatch = () => new Promise(() => undefined);
  const { client, far } = await rpc(t, stuck);
  await t.rejects(new RpcClient(far, 'office').call('x'), {
    ...fault('unreachable'),
    message: /No machine runs the account "office"/,
    hint: 'wactl fleet accounts',
    details: { outcome: 'none' },
  });
  const timeoutMs = 1;
  await t.rejects(
    client.call('x', {}, { timeoutMs }),
    fault('deadline_exceeded', { details: { outcome: 'unknown' } }),
  );
  await t.rejects(
    client.call('x', {}, { timeoutMs, writes: false }),
    fault('deadline_exceeded', { details: { outcome: 'none' } }),
  );
  const signal = AbortSignal.abort(new Fault('interrupted'));
  await t.rejects(client.call('x', {}, { signal }), fault('interrupted'));
  const stop = new AbortController();
  const asked = client.call('x', {}, { signal: stop.signal });
  stop.abort();
  await t.rejects(asked, fault('interrupted'));
});

t.test('a request without a deadline is given one; one too many is busy', async (t) => {
  const seen: unknown[] = [];
  const waiting: (() => void)[] = [];
  const dispatch: Dispatch = async (_method, params) => {
    seen.push(params);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return {};
  };
  const { client, far } = await rpc(t, dispatch, { limits: { maxInFlight: 2, deadlineMs: 1_234 } });
  const raw = far.nats.request('wad.rpc.shop', '{"jsonrpc":"2.0","id":1,"method":"x"}', { timeout: 10_000 });
  const second = client.call('x', {}, { timeoutMs: 10_000 });
  await until(() => seen.length === 2);
  t.same(seen, [{ deadlineMs: 1_234 }, { deadlineMs: 10_000 }]);
  await t.rejects(client.call('x'), fault('busy'));
  for (const answer of waiting) answer();
  t.same(JSON.parse((await raw).string()), { jsonrpc: '2.0', id: 1, result: {} });
  t.same(await second, {});
});

t.test('what is longer than NATS carries is an error, not silence', async (t) => {
  const dispatch: Dispatch = async () => ({ text: 'x'.repeat(10_000) });
  const limits = { maxRequestBytes: 1_000 };
  const { client } = await rpc(t, dispatch, { nats: { config: 'max_payload: 8192' }, limits });
  await t.rejects(client.call('x'), fault('answer_too_long'));
  await t.rejects(client.call('x', { text: 'x'.repeat(2_000) }), fault('line_too_long'));
});

t.test('a close answers what is in flight, and then nobody listens', async (t) => {
  let called = 0;
  const dispatch: Dispatch = (_method, _params, { signal }) => {
    called += 1;
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };
  const { client, served } = await rpc(t, dispatch);
  const asked = t.rejects(client.call('x'), fault('shutting_down'));
  await until(() => called === 1);
  await served.close();
  await asked;
  await t.rejects(client.call('x'), fault('unreachable'));
});

t.test('a close does not wait for servers that do not answer', async (t) => {
  const { server, served } = await rpc(t, async () => ({}));
  await server.freeze();
  const startedAtMs = performance.now();
  await served.close();
  t.ok(performance.now() - startedAtMs < 4_000);
  server.thaw();
});

t.test('requests work again after the server was killed', async (t) => {
  const { client, server, far, near } = await rpc(t, async () => ({ ok: true }));
  const back = [near, far].map(async ({ nats }) => {
    for await (const { type } of nats.status()) if (type === 'reconnect') return;
  });
  await server.kill();
  await server.start();
  await Promise.all(back);
  await near.nats.flush();
  t.same(await client.call('x'), { ok: true });
});
