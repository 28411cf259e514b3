/** A newer image continues with the state that a 0.1 container left at the root of its volume. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Client } from '../../src/socket/client.js';
import { WAD } from '../harness/wad.js';

t.setTimeout(120_000);

interface Volume {
  readonly root: string;
  /** The state directory that the image of this version sets. */
  readonly state: string;
  readonly socket: string;
  /** The environment of a container, as set by its image. */
  env(stateDirectory: string): NodeJS.ProcessEnv;
}

const LINE = [WAD, '--no-sandbox', '--no-auto-init'];

function volume(t: Test): Volume {
  const directory = mkdtempSync(join(tmpdir(), 'wad-container-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'volume');
  const socket = join(directory, 'control.sock');
  // As created by the image of 0.1.
  spawnSync('install', ['-d', '-m', '700', root]);
  return {
    ...{ root, socket, state: join(root, 'state') },
    env: (stateDirectory) => ({
      ...{ PATH: process.env.PATH, HOME: root, STATE_DIRECTORY: stateDirectory, WAD_SOCKET: socket },
      WAD_HTTP_LISTEN: join(directory, 'http.sock'),
    }),
  };
}

async function run(t: Test, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn(process.execPath, LINE, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('"daemon.listening"')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

/** Leaves the state of 0.1: a store with one consumer, and the HTTP token. */
async function leave(t: Test, { root, socket, env }: Volume): Promise<string> {
  // 0.1 accepted a root that is also the home. This version creates no state directory in a home.
  const child = await run(t, { ...env(root), HOME: tmpdir() });
  await using client = await Client.connect(socket);
  await client.request('events.list', { consumer: 'crm' });
  await stop(child);
  return readFileSync(join(root, 'http-token'), 'utf8');
}

/** Checks that the store and the token are the same. */
async function goesOn(t: Test, { state, socket, env }: Volume, token: string, where: string): Promise<void> {
  const child = await run(t, env(state));
  await using client = await Client.connect(socket);
  t.equal((await client.request('daemon.info', {})).stateDir, where);
  t.match(await client.request('events.consumers', {}), { consumers: [{ name: 'crm' }] });
  t.equal(readFileSync(join(where, 'http-token'), 'utf8'), token);
  await stop(child);
}

t.test('a state directory at the root of the volume is used in place', async (t) => {
  const made = volume(t);
  const token = await leave(t, made);
  await goesOn(t, made, token, made.root);
  t.notOk(existsSync(made.state), 'no second state directory is created');
});

t.test('a root that others may enter is refused, and the suggested command loses nothing', async (t) => {
  const made = volume(t);
  const token = await leave(t, made);
  const names = readdirSync(made.root).sort();
  chmodSync(made.root, 0o770);
  const { status, stderr } = spawnSync(process.execPath, LINE, {
    ...{ env: made.env(made.state), encoding: 'utf8', timeout: 60_000 },
  });
  t.equal(status, 77);
  t.equal(statSync(made.root).mode & 0o777, 0o770, 'the root is unchanged');
  const [, command = ''] = /^ {2}try: (.*)$/m.exec(stderr) ?? [];
  t.match(stderr, /holds the state of an earlier version and is open to others/);
  t.equal(spawnSync('sh', ['-c', command], { stdio: 'inherit' }).status, 0, command);
  t.same(readdirSync(made.state).sort(), names);
  await goesOn(t, made, token, made.state);
});

t.test('a fresh volume uses the directory that the image names', async (t) => {
  const made = volume(t);
  await stop(await run(t, made.env(made.state)));
  t.ok(existsSync(join(made.state, 'wad.sqlite')));
  // The newer state is used, whatever appears at the root later.
  spawnSync('touch', [join(made.root, 'wad.sqlite')]);
  const child = await run(t, made.env(made.state));
  await using client = await Client.connect(made.socket);
  t.equal((await client.request('daemon.info', {})).stateDir, made.state);
  await stop(child);
});
