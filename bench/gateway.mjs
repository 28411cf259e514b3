// Measures what the gateway adds, without a browser. Needs a build. Requests take turns (A B C A B C …) in one run.
//   status   session.status through the gateway, against the daemon's own HTTP and against the socket
//   memory   of the gateway with 100 accounts and 500 open streams
//   node bench/gateway.mjs [--rounds N] [--json FILE]
// Goals: 1 ms over the daemon's own HTTP at the median, and less than 120 MB.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { startServer } from '../build/test/harness/server.js';
import { get, startGateway } from './gateway-process.mjs';
import { startDaemon } from './quiet-daemon.mjs';
import { quantile } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1000' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds);
const ACCOUNTS = 100;
const STREAMS = 500;
const TOKENS = 4;
const SETTLE_MS = 15_000;
const home = mkdtempSync(join(tmpdir(), 'bench-gw-'));
const run = join(home, 'run/wad');
mkdirSync(run, { recursive: true, mode: 0o700 });
const rows = [];

async function msOf(act) {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

async function status({ url, headers }, socket) {
  const client = await Client.connect(socket);
  const own = `http://${(await client.request('daemon.info', {})).http}`;
  const agent = () => new Agent({ keepAlive: true, maxSockets: 1 });
  const [direct, through] = [agent(), agent()];
  const times = { socket: [], http: [], gateway: [] };
  for (let i = -100; i < rounds; i += 1) {
    const one = {
      socket: await msOf(() => client.request('session.status', {})),
      http: await msOf(() => get(`${own}/api/whatsapp/status`, direct)),
      gateway: await msOf(() => get(`${url}/api/accounts/quiet/status`, through, headers)),
    };
    if (i >= 0) for (const [name, ms] of Object.entries(one)) times[name].push(ms); // the first rounds warm up
  }
  for (const one of [direct, through]) one.destroy();
  await client.close();
  const [a, b, c] = Object.values(times).map((all) => quantile(all, 0.5));
  rows.push(
    row({
      name: 'status over the gateway, against the daemon’s HTTP',
      unit: 'ms',
      ours: c,
      rival: b,
      goal: { over: 1 },
    }),
    row({ name: 'the same, against the socket', unit: 'ms', ours: c, rival: a }),
  );
}

async function memory({ url, create, control }) {
  const streams = [];
  // Each token has its share of event streams.
  const tokens = [];
  for (let n = 0; n < TOKENS; n += 1) tokens.push(await create(`streams-${n}`));
  for (let n = 0; n < STREAMS; n += 1)
    streams.push(
      await new Promise((resolve, reject) => {
        const asked = request(
          `${url}/api/events`,
          { agent: false, headers: tokens[n % TOKENS] },
          (response) => {
            response.once('data', () => resolve(asked)).on('error', () => {});
          },
        );
        asked.on('error', reject).end();
      }),
    );
  // The gateway returns memory to the kernel when the burst of connections is over.
  await sleep(SETTLE_MS);
  const { memoryBytes, accounts, connections } = await control.call('gateway.info');
  if (accounts.filter(({ running }) => running).length <= ACCOUNTS || connections < STREAMS)
    throw new Error(`${connections} connections, ${accounts.length} accounts`);
  for (const stream of streams) stream.on('error', () => {}).destroy();
  rows.push(
    row({
      name: `memory with ${ACCOUNTS} accounts and ${STREAMS} streams`,
      ...{ unit: 'MB', ours: memoryBytes / 1e6, goal: { value: 120 } },
    }),
  );
}

const ended = [];
try {
  const directory = join(run, 'quiet');
  mkdirSync(directory, { mode: 0o700 });
  const daemon = await startDaemon(home, '[http]\nlisten = "127.0.0.1:0"\nanonymousLoopback = true\n', {
    account: 'quiet',
    socket: join(directory, 'control.sock'),
  });
  ended.push(daemon.child);
  for (let n = 0; n < ACCOUNTS; n += 1) {
    const account = `a${n}`;
    mkdirSync(join(run, account), { mode: 0o700 });
    await startServer({}, { account, path: join(run, account, 'control.sock') });
  }
  const gateway = await startGateway(home);
  ended.push(gateway.child);
  await status(gateway, daemon.socket);
  await memory(gateway);
  await gateway.control.close();
  report(rows, values.json);
} finally {
  for (const child of ended.reverse()) {
    if (child.exitCode !== null) continue;
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
}
process.exit();
