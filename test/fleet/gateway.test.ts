// The gateway reaches the accounts of a fleet on whichever machine runs them.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../harness/eventually.js';
import { FleetPair } from '../harness/fleet-pair.js';
import { type Gateway, GatewayHome } from '../harness/gateway.js';
import { ask, Stream } from '../harness/in-process-gateway.js';

t.setTimeout(300_000);

/** A gateway of a machine that has no account of its own, and a request to it. */
async function start(t: Test, pair: FleetPair) {
  const home = await GatewayHome.make();
  t.teardown(() => home[Symbol.asyncDispose]());
  const own = join(home.dir, 'nats.creds');
  await writeFile(own, 'gateway:secret\n', { mode: 0o600 });
  const gateway = await home.start({
    env: {
      WAD_FLEET_SERVERS: pair.server.url,
      // The tests look often.
      WAD_GATEWAY_RATE_PER_MINUTE: '100000',
      // The daemons' own, which a service of another user cannot read.
      WAD_FLEET_CREDENTIALS_FILE: join(home.dir, 'not-for-the-gateway'),
      WAD_GATEWAY_CREDENTIALS_FILE: own,
    },
  });
  const headers = { Authorization: `Bearer ${await gateway.token('me', 'admin')}` };
  const list = async () => (await ask(gateway.url, 'GET', '/api/accounts', { headers })).body.accounts;
  return { gateway, headers, list };
}

async function upload(gateway: Gateway, headers: Record<string, string>, bytes: Buffer) {
  const asked = request(`${gateway.url}/api/accounts/default/media?name=a.bin`, { method: 'PUT', headers });
  const answered = once(asked, 'response');
  asked.end(bytes);
  const [response] = await answered;
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode, body: JSON.parse(text) };
}

t.test('accounts, calls, files and events, over a planned move', async (t) => {
  const pair = await FleetPair.make(t, { profile: 'local' });
  const ben = pair.sim.createContact({ number: '15550002222', pushname: 'Ben' });
  const first = await pair.ready('a');
  const { gateway, headers, list } = await start(t, pair);
  const runs = async (machine: string) => {
    const [line] = await list();
    return line.status?.status === 'ready' && line.status.fleet.holder === machine && line;
  };
  t.match(await eventually(() => runs('a'), 'the account on a'), {
    ...{ account: 'default', socket: '', running: true, error: null },
    status: { fleet: { machine: 'a', holder: 'a' } },
  });

  const bytes = randomBytes(3 * 1024 * 1024);
  const file = await upload(gateway, headers, bytes);
  t.match(file, { status: 201, body: { size: bytes.length } });
  const send = (body: object) =>
    ask(gateway.url, 'POST', '/api/accounts/default/messages', { headers, body });
  const sent = await send({ to: ben.number, media: file.body.id, as: 'document' });
  t.equal(sent.status, 202, JSON.stringify(sent.body));
  await eventually(() => ben.received.length === 1, 'the file', 30_000);

  using events = await Stream.open(`${gateway.url}/api/events`, headers);
  const hears = (body: string) =>
    events.until(({ items }) => items.some(({ data }) => data.data?.body === body), body, 30_000);
  await ben.send('to a');
  await hears('to a');
  const second = await pair.stands('b');
  const moved = ask(gateway.url, 'POST', '/api/accounts/default/rpc/fleet.handOver', {
    ...{ headers, body: { to: 'b' } },
  });
  t.equal((await moved).status, 200);
  await ben.send('meanwhile');
  await eventually(() => runs('b'), 'the account on b', 60_000);
  await ben.send('to b');
  await hears('meanwhile');
  await hears('to b');
  const cursors = events.cursors.map((text) => Number(text.split(' ')[1]));
  t.same(
    cursors,
    [...new Set(cursors)].sort((a, b) => a - b),
    'each once, in order',
  );
  t.same(
    events.items.flatMap(({ type, data }) => (type === 'account' ? [data.running] : [])),
    [false, true],
    'the move shows',
  );
  await first.ended();
  await second.stop();
});

t.test('an account whose machine is lost shows so within the lease, then runs on the other', async (t) => {
  const pair = await FleetPair.make(t);
  const first = await pair.ready('a');
  const second = await pair.stands('b');
  const { gateway, headers, list } = await start(t, pair);
  await eventually(async () => (await list())[0]?.status?.status === 'ready', 'the account on a');
  using events = await Stream.open(`${gateway.url}/api/events`, headers);
  const killedAt = performance.now();
  await first.kill();
  await events.until(({ items }) => items.some(({ data }) => data.running === false), 'the loss');
  t.ok(performance.now() - killedAt < 7_500, 'the lease is 6 s');
  const ready = async () => {
    const [line] = await list();
    return line.status?.status === 'ready' && line.status.fleet.holder;
  };
  t.equal(await eventually(ready, 'the account on b', 60_000), 'b');
  t.ok(events.items.some(({ type, data }) => type === 'account' && data.running));
  await second.stop();
});

t.test('servers that do not answer do not keep the gateway from starting', async (t) => {
  const pair = await FleetPair.make(t);
  await pair.server.kill();
  const { list } = await start(t, pair);
  t.same(await list(), []);
  await pair.server.start();
  const first = await pair.ready('a');
  await eventually(async () => (await list())[0]?.running, 'the account', 30_000);
  await first.stop();
});
