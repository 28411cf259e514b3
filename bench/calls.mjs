// Measures the cost of a call over a bare echo: the same client sends the same line to the daemon, which
// answers daemon.ping, and to a server of one line that returns its input. Needs a build. The two take turns
// (A B A B …) in one run.
//   latency  one call after the other, on one connection
//   rate     32 connections, on each one call after the other
//   node bench/calls.mjs [--rounds N] [--json FILE]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDaemon } from './quiet-daemon.mjs';
import { median, quantile } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, json: { type: 'string' } },
});
const CALLS = 500;
const CONNECTIONS = 32;
const LINE = '{"jsonrpc":"2.0","id":1,"method":"daemon.ping","params":{}}\n';
const ECHO = `require('node:net').createServer((peer) => peer.pipe(peer)).listen(process.argv[1], () => console.log('up'))`;

/** Opens a connection on which each call is one line out and one line in. */
async function open(socket) {
  const peer = connect(socket).setEncoding('utf8');
  await once(peer, 'connect');
  let got = () => undefined;
  let rest = '';
  peer.on('data', (text) => {
    rest += text;
    if (!rest.endsWith('\n')) return;
    rest = '';
    got();
  });
  const call = () =>
    new Promise((resolve) => {
      got = resolve;
      peer.write(LINE);
    });
  return { call, close: () => peer.destroy() };
}

async function latencies({ call }) {
  const times = [];
  for (let n = 0; n < CALLS; n += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function rate(connections) {
  const startedAt = performance.now();
  await Promise.all(connections.map(latencies));
  return (1_000 * CALLS * connections.length) / (performance.now() - startedAt);
}

const home = mkdtempSync(join(tmpdir(), 'bench-calls-'));
const echo = spawn(process.execPath, ['-e', ECHO, join(home, 'echo')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let daemon;
try {
  await once(echo.stdout, 'data');
  daemon = await startDaemon(home);
  const sides = [];
  for (const socket of [daemon.socket, join(home, 'echo')])
    sides.push(await Promise.all(Array.from({ length: CONNECTIONS }, () => open(socket))));
  const times = [[], []];
  const rates = [[], []];
  for (let n = -2; n < Number(values.rounds); n += 1)
    for (const [i, connections] of sides.entries()) {
      const own = await latencies(connections[0]);
      const perSecond = await rate(connections);
      if (n < 0) continue; // the first rounds warm up
      times[i].push(...own);
      rates[i].push(perSecond);
    }
  for (const { close } of sides.flat()) close();
  const at = (share) => ({ ours: quantile(times[0], share), rival: quantile(times[1], share) });
  report(
    [
      row({ name: 'a call, against an echo', unit: 'ms', ...at(0.5) }),
      row({ name: 'the same, p99', unit: 'ms', ...at(0.99) }),
      row({ name: 'calls, 32 connections', unit: '/s', ours: median(rates[0]), rival: median(rates[1]) }),
    ],
    values.json,
  );
} finally {
  for (const child of [echo, daemon?.child])
    if (child !== undefined && child.exitCode === null) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
  rmSync(home, { recursive: true, force: true });
}
