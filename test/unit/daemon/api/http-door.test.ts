// HTTP listens on the configured address or socket, or names the reason why it cannot.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openHttpDoor } from '../../../../src/daemon/api/http-door.js';
import { Backlog } from '../../../../src/protocol/backlog.js';
import type { Fault } from '../../../../src/protocol/fault.js';
import { startServer } from '../../../harness/server.js';
import { WAD } from '../../../harness/wad.js';

const directory = mkdtempSync(join(tmpdir(), 'wad-door-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));

const behind = await startServer();
t.teardown(() => behind[Symbol.asyncDispose]());
const metrics = {
  scrape: async () => ({ type: 'text/plain', text: 'wad_state 1\n' }),
  http: () => undefined,
} as unknown as Parameters<typeof openHttpDoor>[0]['metrics'];

const open = (listen: string, more: Partial<Parameters<typeof openHttpDoor>[0]['config']> = {}) =>
  openHttpDoor({
    ...{
      dispatch: behind.dispatch,
      log: behind.log,
      metrics,
      unread: new Backlog(),
      tokenFileIsNamed: 'tokenFile' in more,
      configFile: '/etc/wad/shop.toml',
    },
    config: { listen, anonymousLoopback: true, tokenFile: join(directory, 'http-token'), ...more },
  });
const refusal = (...args: Parameters<typeof open>) => open(...args).catch((fault: unknown) => fault);

const status = (socketPath: string, path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, (response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });

t.test(
  'HTTP listens on a Unix socket that only its owner can open, and removes it at the close',
  async (t) => {
    const path = join(directory, 'http.sock');
    const door = await open(path);
    t.equal(door.address, path);
    t.equal(statSync(path).mode & 0o777, 0o600);
    t.equal(await status(path, '/healthz'), 200);
    t.equal(await status(path, '/metrics'), 200);
    t.match(
      await refusal(path),
      {
        kind: 'address_in_use',
        message:
          /http\.sock is in use .* put `listen = "\/.*\/http-2\.sock"` below \[http\] in \/etc\/wad\/shop\.toml$/,
      },
      'a second listener is refused, and the message proposes a path, not a port',
    );
    writeFileSync(join(directory, 'http-2.sock'), '');
    t.match(await refusal(path), { message: /"\/.*\/http-3\.sock"/ }, 'the proposed path does not exist yet');
    t.equal(await status(path, '/healthz'), 200, 'the first listener still answers');
    await door.close();
    await door.close();
    t.notOk(existsSync(path));
  },
);

t.test('HTTP listens on IPv4 and IPv6 addresses', async (t) => {
  for (const [listen, address] of [
    ['127.0.0.1:0', /^127\.0\.0\.1:\d+$/],
    ['[::1]:0', /^\[::1\]:\d+$/],
  ] as const) {
    const door = await open(listen);
    t.match(door.address, address);
    t.equal((await fetch(`http://${door.address}/`)).status, 200, 'the page is served');
    await door.close();
  }
});

t.test('an address in use and a missing token file are named in the error', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const fault = (await refusal(`127.0.0.1:${port}`)) as Fault;
  t.equal(fault.kind, 'address_in_use');
  const [, proposed = ''] =
    /is in use by another program\. .* put `listen = "([^"]+)"` below \[http\] in \/etc\/wad\/shop\.toml$/.exec(
      fault.message,
    ) ?? [];
  t.ok(Number(proposed.split(':')[1]) > port, fault.message);
  const door = await open(proposed);
  t.equal(door.address, proposed, 'the proposed port is free');
  await door.close();
  other.close();
  t.match(
    await refusal('127.0.0.1:0', { anonymousLoopback: false, tokenFile: join(directory, 'none') }),
    { kind: 'usage', message: /http\.tokenFile: there is no / },
    'a missing token file that was configured is not created',
  );
});

t.test(
  'an address that this machine does not have is an error in the configuration',
  process.getuid?.() === 0 ? {} : { skip: 'needs root, for a network without addresses' },
  (t) => {
    const home = mkdtempSync(join(directory, 'home-'));
    const config = join(home, 'wad.toml');
    writeFileSync(config, '[http]\nlisten = "[::1]:3001"\n');
    const flags = ['--no-sandbox', '--no-auto-init', '--config', config, '--state-dir', join(home, 'state')];
    const { status, stderr } = spawnSync(
      'unshare',
      ['-n', process.execPath, WAD, ...flags, '--socket', join(home, 'control.sock')],
      { encoding: 'utf8', timeout: 60_000, env: { PATH: process.env.PATH, HOME: home } },
    );
    t.equal(status, 78);
    t.match(stderr, 'http.listen: ::1:3001 is not an address of this machine');
    t.end();
  },
);
