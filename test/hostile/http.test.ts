// Peers that send requests to a real daemon's HTTP server and do not read the answers. The test measures the
// daemon's memory, and whether another client is served meanwhile.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { MAX_TOTAL_BYTES } from '../../src/protocol/backlog.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

/**
 * The memory that any of these attacks may cost the daemon: what all peers together may leave unread, 32 MiB of buffers that
 * V8 lets gather before it collects them (see local/heap.ts), and V8's space for young objects.
 */
const MOST_BYTES = MAX_TOTAL_BYTES + 48 * 2 ** 20;
/** The daemon returns memory when a burst is over, and waits 20 s for its end at most (local/heap.ts). */
const RETURNED_MS = 40_000;
const CONNECTIONS = 60;
const BYTES_EACH = 65_536;
/** The daemon has dealt with all requests when this many checks in a row show no progress. */
const SAME_LOOKS = 10;
/** For a busy machine; it usually takes milliseconds. */
const SERVED_MS = 60_000;

t.setTimeout(300_000);

const sim = await Simulator.start();
t.teardown(() => sim.close());
const home = await Home.make(sim, { t });
t.teardown(() => home[Symbol.asyncDispose]());
const wad = await home.start({
  args: ['--no-auto-init'],
  env: { WAD_HTTP_LISTEN: '127.0.0.1:0' },
  logLevel: 'info',
});
const { address } = await wad.logged('http.listening');
const port = Number(String(address).split(':').at(-1));
const token = readFileSync(join(home.stateDir, 'http-token'), 'utf8').trim();

const residentBytes = ({ pid }: Wad): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

const HOST = 'Host: localhost';
const AUTH = `Authorization: Bearer ${token}`;
const ask = (verb: string, path: string, ...headers: string[]): string =>
  `${[`${verb} ${path} HTTP/1.1`, HOST, ...headers].join('\r\n')}\r\n\r\n`;

/** Each request is repeated on each connection, up to BYTES_EACH. */
const REQUESTS: Readonly<Record<string, string>> = {
  'the OpenAPI document': ask('GET', '/openapi.json'),
  'its head': ask('HEAD', '/openapi.json'),
  'the linking page': ask('GET', '/'),
  'its script': ask('GET', '/link.js'),
  'whether the daemon is alive': ask('GET', '/healthz'),
  'whether the account is ready': ask('GET', '/readyz'),
  'a path that requires the token': ask('GET', '/api/whatsapp/status'),
  'an unknown path': ask('GET', '/nothing', AUTH),
  'an unknown verb': ask('DELETE', '/api/whatsapp/status', AUTH),
  'the metrics': ask('GET', '/metrics', AUTH),
  'every event as a stream': ask('GET', '/api/whatsapp/events?after=0', AUTH),
  'the methods of the socket': ask('POST', '/api/rpc/rpc.discover', AUTH, 'Content-Length: 0'),
  'a body that is not JSON': `${ask('POST', '/api/whatsapp/messages', AUTH, 'Content-Type: application/json', 'Content-Length: 1')}x`,
};

/** A peer that sends and never reads. */
function deafPeer(bytes: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.pause().on('error', () => {}); // the server may end a connection by a reset
  socket.write(bytes);
  return socket;
}

/**
 * A well-behaved client that sends requests until the daemon makes no more progress with the peers. @returns
 * the most memory seen
 */
async function servedMeanwhile(t: Test, peers: readonly Socket[]): Promise<number> {
  let most = 0;
  let unsent = -1;
  for (let same = 0; same < SAME_LOOKS; ) {
    for (const [path, headers] of [
      ['/healthz', {}],
      ['/api/whatsapp/status', { Authorization: `Bearer ${token}` }],
    ] as const) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers,
        signal: AbortSignal.timeout(SERVED_MS),
      });
      if (response.status !== 200 && response.status !== 429) t.fail(`${path}: ${response.status}`);
      await response.arrayBuffer();
    }
    most = Math.max(most, residentBytes(wad));
    const now = peers.reduce((sum, { writableLength }) => sum + writableLength, 0);
    same = now === unsent ? same + 1 : 0;
    unsent = now;
  }
  return most;
}

t.test('peers that do not read their answers take no memory, and delay no other client', async (t) => {
  const cold = residentBytes(wad);
  for (const [name, request] of Object.entries(REQUESTS)) {
    const before = residentBytes(wad);
    const flood = request.repeat(Math.ceil(BYTES_EACH / request.length));
    const peers = Array.from({ length: CONNECTIONS }, () => deafPeer(flood));
    const more = (await servedMeanwhile(t, peers)) - before;
    for (const peer of peers) peer.destroy();
    t.ok(more < MOST_BYTES, `${name}: ${Math.round(more / 1e6)} MB more`);
  }
  await eventually(
    () => residentBytes(wad) - cold < MOST_BYTES,
    'all of the attacks together leave no more than one takes',
    RETURNED_MS,
  );
  t.match(await wad.request('daemon.ping'), { pong: true });
});

t.test('the daemon stops normally', async (t) => {
  t.equal((await wad.stop()).code, 0);
});
