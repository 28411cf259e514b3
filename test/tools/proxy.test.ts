/** The forwarder with the proxies that people run: tinyproxy for HTTP, microsocks for SOCKS 5. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openForwarder } from '../../src/proxy/forwarder.js';
import { outsideAddress } from '../../src/proxy/outside.js';
import { eventually } from '../harness/eventually.js';
import { lacks } from '../harness/program.js';

t.setTimeout(60_000);

const PASSWORD = 'Sesam0';
const directory = mkdtempSync(join(tmpdir(), 'wad-proxies-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));

const PROXIES = [
  {
    program: 'tinyproxy',
    kind: 'http',
    line: (port: number) => {
      const file = join(directory, 'tinyproxy.conf');
      writeFileSync(file, `Port ${port}\nListen 127.0.0.1\nBasicAuth shop ${PASSWORD}\nMaxClients 20\n`);
      return ['-d', '-c', file];
    },
  },
  {
    program: 'microsocks',
    kind: 'socks5',
    line: (port: number) => ['-i', '127.0.0.1', '-p', String(port), '-u', 'shop', '-P', PASSWORD],
  },
] as const;

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

for (const { program, kind, line } of PROXIES)
  t.test(program, { skip: lacks(program) }, async (t) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n203.0.113.7\n'));
    }).listen(0, 'localhost');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const target = `localhost:${(server.address() as AddressInfo).port}`;
    const port = await freePort();
    const child = spawn(program, line(port), { stdio: 'ignore' });
    t.teardown(() => end(child));
    await eventually(async () => listens(port), program);
    const open = async (password: string) => {
      const forwarder = await openForwarder({
        name: program,
        url: `${kind}://shop:${password}@127.0.0.1:${port}`,
      });
      t.teardown(() => forwarder.close());
      return forwarder;
    };
    const signal = AbortSignal.timeout(30_000);
    const right = await open(PASSWORD);
    t.equal(await right.check(target, signal), null);
    t.equal(await outsideAddress(right, `http://${target}/`, signal), '203.0.113.7');
    t.equal(await right.check('localhost:1', signal), 'no_way_on');
    t.equal(await right.check('nowhere.invalid:443', signal), 'no_way_on');
    const wrong = await open('wrong');
    t.equal(await wrong.check(target, signal), 'password_refused');
    await end(child);
    t.equal(await right.check(target, signal), 'unreachable');
  });
