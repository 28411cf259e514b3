// Measures the cost of HTTP on top of the socket, without a browser. Needs a build. Pairs take turns (A B A B
// …) in one run, so that other load affects both.
//   status   session.status over the socket and over HTTP, each on a persistent connection
//   new      the same over HTTP with a connection for each request, as curl makes them
//   events   how soon 100 listeners to /events have each event of a burst of requests
//   node bench/http.mjs [--rounds N] [--json FILE]
// Goals: HTTP 1 ms over the socket at the median, every event to every listener.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { startDaemon } from './quiet-daemon.mjs';
import { quantile } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '1000' }, json: { type: 'string' } },
});
const rounds = Number(values.rounds);
const LISTENERS = 100;
const EVENTS = 50;
const home = mkdtempSync(join(tmpdir(), 'bench-http-'));
const rows = [];
async function msOf(act) {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** Node's own HTTP client, which has less overhead than fetch. */
const get = (url, agent) =>
  new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(JSON.parse(text)));
    })
      .on('error', reject)
      .end();
  });

async function status(client, url) {
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = { socket: [], http: [], fresh: [] };
  for (let i = -100; i < rounds; i += 1) {
    const socket = await msOf(() => client.request('session.status', {}));
    const http = await msOf(() => get(`${url}/api/whatsapp/status`, kept));
    const fresh = await msOf(() => get(`${url}/api/whatsapp/status`, false));
    if (i < 0) continue; // the first rounds warm up
    times.socket.push(socket);
    times.http.push(http);
    times.fresh.push(fresh);
  }
  kept.destroy();
  const [a, b, c] = Object.values(times).map((all) => quantile(all, 0.5));
  const goal = { over: 1 };
  rows.push(
    row({ name: 'status over HTTP, against the socket', unit: 'ms', ours: b, rival: a, goal }),
    row({ name: 'the same, with a new connection each', unit: 'ms', ours: c, rival: a, goal }),
  );
}

/** Without an account only starts and stops make events: each `initialize` and `disconnect` makes some. */
async function events(client, url) {
  const seen = Array.from({ length: LISTENERS }, () => []);
  const streams = await Promise.all(
    seen.map(
      (times) =>
        new Promise((resolve, reject) => {
          const stream = request(`${url}/api/whatsapp/events`, { agent: false }, (response) => {
            response.setEncoding('utf8').on('data', (text) => {
              const now = Date.now();
              for (const [, time] of text.matchAll(/"time":"([^"]+)"/g)) times.push(now - Date.parse(time));
            });
            response.on('error', () => {});
            resolve(stream);
          });
          stream.on('error', reject).end();
        }),
    ),
  );
  for (const stream of streams) stream.removeAllListeners('error').on('error', () => {});
  const before = (await client.request('session.status', {})).journal.last;
  while ((await client.request('session.status', {})).journal.last < before + EVENTS) {
    await client.request('session.initialize', {});
    await client.request('session.disconnect', {});
  }
  const made = (await client.request('session.status', {})).journal.last - before;
  const until = performance.now() + 10_000;
  while (seen.some((times) => times.length < made) && performance.now() < until)
    await new Promise((resolve) => setImmediate(resolve));
  const all = seen.flat();
  for (const stream of streams) stream.destroy();
  rows.push(
    row({
      name: `events received by ${LISTENERS} listeners, of all`,
      unit: '',
      ours: all.length,
      rival: LISTENERS * made,
      goal: { ratio: 1, atLeast: true },
    }),
    row({ name: 'the same, from stored to received', unit: 'ms', ours: quantile(all, 0.5) }),
  );
}

let daemon;
try {
  daemon = await startDaemon(home, '[http]\nlisten = "127.0.0.1:0"\nanonymousLoopback = true\n');
  const client = await Client.connect(daemon.socket);
  const url = `http://${(await client.request('daemon.info', {})).http}`;
  await status(client, url);
  await events(client, url);
  await client.close();
  report(rows, values.json);
} finally {
  if (daemon !== undefined && daemon.child.exitCode === null) {
    daemon.child.kill('SIGINT');
    await once(daemon.child, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
}
