// `wactl fleet` against a real NATS server, with an agent's daemons faked by entries in the buckets.
import { writeFile } from 'node:fs/promises';
import t, { type Test } from 'tap';
import { connectFleet, type FleetConnection } from '../../src/fleet/connection.js';
import type { MachineRecord } from '../../src/fleet/machines.js';
import { type FleetObjects, openObjects } from '../../src/fleet/objects.js';
import { eventually } from '../harness/eventually.js';
import { fleetConfig } from '../harness/fleet.js';
import { natsServer } from '../harness/nats.js';
import { keepLog } from '../harness/server.js';
import { startWactl, type WactlEnd, wactl } from '../harness/wactl.js';

const MACHINE: MachineRecord = {
  ...{ agent: 'x', host: 'y', since: '2026-11-30T08:00:00.000Z', version: '0.1.0', labels: ['eu'] },
  ...{ memoryFreeMb: 4_000, room: 5, accounts: [], draining: false, refused: {} },
};

interface World {
  readonly env: Readonly<Record<string, string>>;
  /** For files. */
  readonly home: string;
  readonly fleet: FleetConnection;
  readonly objects: FleetObjects;
  run(...args: string[]): Promise<WactlEnd>;
}

async function world(t: Test): Promise<World> {
  const { url } = await natsServer(t);
  const config = fleetConfig({ url }, { leaseSeconds: 300 });
  const fleet = await connectFleet(config, { name: 'test', log: keepLog() });
  t.teardown(() => fleet.nats.close());
  const objects = await openObjects(fleet, config);
  const home = t.testdir();
  const env = { WAD_FLEET_SERVERS: url, HOME: home };
  const run = (...args: string[]) => wactl(['fleet', ...args], { env });
  return { env, home, fleet, objects, run };
}

const machine = ({ objects }: World, name: string, more: Partial<MachineRecord> = {}): Promise<number> =>
  objects.machines.put(name, JSON.stringify({ ...MACHINE, ...more }));
const hold = ({ objects }: World, account: string, name: string, more = {}): Promise<number> => {
  const record = { machine: name, host: 'h', daemon: `${account}-on-${name}`, since: MACHINE.since, ...more };
  return objects.leases.put(account, JSON.stringify(record));
};
const wanted = async ({ objects }: World, account: string): Promise<unknown> =>
  (await objects.accounts.get(account))?.json();

t.test('which fleet', async (t) => {
  const env = { HOME: t.testdir() };
  const nowhere = await wactl(['fleet'], { env });
  t.equal(nowhere.code, 2);
  t.match(nowhere.stderr, /--server/);
  const { url } = await natsServer(t);
  const empty = await wactl(['fleet', '--server', url], { env });
  t.equal(empty.code, 1);
  t.match(empty.stderr, /no fleet yet.*wad-agent/);
  const away = await wactl(['-o', 'json', 'fleet', '--server', 'nats://127.0.0.1:1'], { env });
  t.equal(away.code, 3);
  t.equal(JSON.parse(away.stderr).data.kind, 'fleet_unreachable');
});

t.test('an account is added, listed, changed, stopped and removed', async (t) => {
  const world_ = await world(t);
  const { run } = world_;
  await machine(world_, 'm1');
  const file = `${world_.home}/shop.toml`;
  await writeFile(file, '[pacing]\nperMinute = 30\n');
  const added = await run('add', 'shop', '--config', file, '--label', 'eu', '--no-wait');
  t.match(added, { code: 0, stdout: 'shop: it is asked for\n', stderr: '' });
  t.same(await wanted(world_, 'shop'), {
    ...{ run: true, config: '[pacing]\nperMinute = 30\n', leave: null },
    placement: { labels: ['eu'], prefer: [], forbid: [] },
  });
  t.match((await run('accounts')).stdout, /^ACCOUNT .*\nshop +waiting +needs eu$/m);
  await hold(world_, 'shop', 'm1');
  t.match((await run('add', 'shop')).stdout, /^shop runs$/m, 'nothing is changed without options');
  t.match(await wanted(world_, 'shop'), { placement: { labels: ['eu'] } });
  const { stdout } = await run('-o', 'json', 'status');
  t.match(JSON.parse(stdout), {
    accounts: [{ account: 'shop', run: true, machine: 'm1' }],
    machines: [{ machine: 'm1', alive: true, draining: false, accounts: ['shop'], room: 5 }],
  });
  const stopping = startWactl(['fleet', 'stop', 'shop'], { env: world_.env });
  for (;;) if ((await wanted(world_, 'shop').then((one) => (one as { run: boolean }).run)) === false) break;
  await hold(world_, 'shop', 'm1', { next: '*' });
  t.match(await stopping.end, { code: 0, stdout: 'shop is stopped\n' });
  t.match((await run('accounts')).stdout, /^shop +stopped/m);
  t.match((await run('remove', 'shop')).stdout, /^shop is removed$/m);
  t.match(await run('remove', 'shop'), { code: 7, stderr: /no account of the fleet/ });
  t.match(await run('accounts'), { code: 0, stdout: '', stderr: /no accounts/ });
});

t.test('a configuration that reaches beyond its account is refused', async (t) => {
  const world_ = await world(t);
  const file = `${world_.home}/shop.toml`;
  await writeFile(file, '[browser]\npath = "/bin/sh"\n');
  const { code, stderr } = await world_.run('add', 'shop', '--config', file);
  t.equal(code, 2);
  t.match(stderr, /browser\.path/);
  t.equal(await world_.objects.accounts.get('shop'), null);
});

t.test('a move is asked of the daemon that has the lease now', async (t) => {
  const world_ = await world(t);
  const { run } = world_;
  await machine(world_, 'm1');
  await machine(world_, 'm2', { labels: [] });
  await run('add', 'shop', '--label', 'eu', '--no-wait');
  await hold(world_, 'shop', 'm1');
  t.match(await run('move', 'shop', '--to', 'm3'), { code: 7, stderr: /no machine m3[\s\S]*fleet machines/ });
  t.match(await run('move', 'shop', '--to', 'm2'), { code: 2, stderr: /lacks the label eu/ });
  t.match(await run('move', 'shop'), { code: 2, stderr: /--to/ });
  await machine(world_, 'm2');
  const moving = startWactl(['fleet', 'move', 'shop', '--to', 'm2'], { env: world_.env });
  for (;;)
    if ((await wanted(world_, 'shop').then((one) => (one as { leave: unknown }).leave)) !== null) break;
  t.match(await wanted(world_, 'shop'), {
    leave: 'shop-on-m1',
    placement: { prefer: ['m2'], labels: ['eu'] },
  });
  await hold(world_, 'shop', 'm2');
  t.match(await moving.end, { code: 0, stdout: 'shop runs on m2\n' });
  const late = await run('move', 'shop', '--to', 'm1', '--timeout', '2');
  t.equal(late.code, 8);
  t.match(late.stderr, /not within 2 s; the agents continue/);
});

t.test('a drain waits until the machine runs nothing, and outlives its agent', async (t) => {
  const world_ = await world(t);
  const { run } = world_;
  await machine(world_, 'm1');
  await run('add', 'shop', '--no-wait');
  await hold(world_, 'shop', 'm1');
  t.match(await run('drain', 'm9'), { code: 7, stderr: /no machine m9/ });
  t.equal((await run('drain', 'm1', '--timeout', '2')).code, 8);
  await world_.objects.leases.delete('shop');
  t.match((await run('drain', 'm1')).stdout, /^m1 runs no account$/m);
  await world_.objects.machines.delete('m1');
  t.match((await run('machines')).stdout, /^m1 +lost/m);
  const late = await run('undrain', 'm1', '--timeout', '2');
  t.match(late, { code: 8, stderr: /m1 takes accounts: not within 2 s/ }, 'its agent is not there');
  t.match(await run('machines'), { code: 0, stdout: '', stderr: /no machines/ });
});

t.test('a drain and a move wait until what was ready is ready elsewhere', async (t) => {
  const world_ = await world(t);
  const { run } = world_;
  for (const name of ['m1', 'm2']) await machine(world_, name);
  for (const account of ['shop', 'unlinked']) {
    await run('add', account, '--no-wait');
    await hold(world_, account, 'm1');
  }
  const state = { shop: 'ready', unlinked: 'linking' };
  for (const account of ['shop', 'unlinked'] as const)
    world_.fleet.nats.subscribe(world_.fleet.names.rpc(account), {
      callback(_, message) {
        const { id } = message.json<{ id: number }>();
        message.respond(JSON.stringify({ jsonrpc: '2.0', id, result: { status: state[account] } }));
      },
    });
  await world_.fleet.nats.flush();
  const asked = (args: readonly string[]) => startWactl(['fleet', ...args], { env: world_.env });
  const isDraining = async () => (await run('machines')).stdout.includes('draining');

  const late = asked(['drain', 'm1', '--timeout', '10']);
  await eventually(isDraining, 'the order', 30_000);
  state.shop = 'syncing';
  await hold(world_, 'unlinked', 'm2');
  await hold(world_, 'shop', 'm2');
  t.match(await late.end, { code: 8, stderr: /the agents continue; shop is syncing on m2\n/ });

  await run('undrain', 'm1');
  const moving = asked(['move', 'shop', '--to', 'm1']);
  await eventually(
    async () => ((await wanted(world_, 'shop')) as { leave: unknown }).leave !== null,
    'the order',
    30_000,
  );
  await hold(world_, 'shop', 'm1');
  t.match(
    await moving.end,
    { code: 0, stdout: 'shop runs on m1\n' },
    'one that was not ready is not awaited',
  );

  state.shop = 'ready';
  const drain = asked(['drain', 'm1']);
  await eventually(isDraining, 'the order', 30_000);
  state.shop = 'starting';
  await hold(world_, 'shop', 'm2');
  await drain.printed(/shop: m1 -> m2/, 'stderr');
  state.shop = 'ready';
  t.match(await drain.end, { code: 0, stdout: 'm1 runs no account\n', stderr: /shop: ready on m2/ });
});

t.test('a drain says that no other machine takes an account', async (t) => {
  const world_ = await world(t);
  const { run } = world_;
  await machine(world_, 'm1');
  await machine(world_, 'm2', { room: 0 });
  await run('add', 'shop', '--no-wait');
  await hold(world_, 'shop', 'm1');
  const { code, stderr } = await run('drain', 'm1', '--timeout', '2');
  t.equal(code, 8);
  t.match(stderr, /; shop is on m1, and no other machine takes it/);
});

t.test('what other machines have written cannot control a terminal', async (t) => {
  const world_ = await world(t);
  const bad = '\u001b]0;x\u0007\nforged\u202e';
  await machine(world_, 'm1', { labels: [bad], version: bad, refused: { shop: bad } });
  await hold(world_, 'shop', bad);
  await world_.run('add', 'shop', '--no-wait');
  for (const args of [
    ['status'],
    ['accounts'],
    ['machines'],
    ['-o', 'json', 'status'],
    ['move', 'shop', '--to', 'm1', '--timeout', '2'],
  ]) {
    const { stdout, stderr } = await world_.run(...args);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
    t.notMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/, args.join(' '));
    t.notMatch(stdout + stderr, /^forged/m, args.join(' '));
  }
});
