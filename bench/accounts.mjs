// Measures many accounts on one machine, each a daemon with its own browser that sends one message a second.
// Needs a build.
//   send    from message.send to the server's ack, for one account alone and for all of them together
//   memory  PSS of each account, browser and daemon, with all of them running
//   gateway the list of all accounts over the gateway, its memory, and the time until the end of a killed daemon is in its stream
// The account that is measured alone is measured again among the others.
//   node bench/accounts.mjs [--accounts N] [--seconds N] [--json FILE]
// Goals: all accounts ready, p95 of a send at most 3 times that of one account alone, a list in 150 ms, an end seen within 2 s.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client } from '../build/src/socket/client.js';
import { get, startGateway } from './gateway-process.mjs';
import { browserOf, memoryOf, Rig } from './rig.mjs';
import { median, quantile } from './sample.mjs';
import { report, row } from './table.mjs';

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'string' },
  },
});
const count = Number(values.accounts);
const PERIOD_MS = 1_000;
const BASE = 15_550_100_000;
const TO = '15550002222';

async function bringUp(rig, n) {
  const subject = rig.wad(`wad-${n}`, String(BASE + n), { toml: '[pacing]\nmode = "off"\n' });
  await rig.post('/phones', { number: subject.phone });
  const child = subject.start();
  await subject.reached(child, 'linking');
  await rig.post(`/phones/${subject.phone}/scan`);
  await subject.reached(child, 'ready');
  return { child, client: await Client.connect(subject.socket) };
}

async function send({ client }, text) {
  const startedAt = performance.now();
  const { id } = await client.request('message.send', { to: TO, text });
  const { state } = await client.request('message.wait', { id, for: 'sent', timeoutMs: 60_000 });
  if (!['sent', 'delivered', 'read'].includes(state)) throw new Error(`a message became ${state}`);
  return performance.now() - startedAt;
}

/** Sends one message a second from each account, starting at different times. Returns the times of all. */
async function load(accounts) {
  const times = await Promise.all(
    accounts.map(async (account, i) => {
      const own = [];
      const begin = performance.now() + (PERIOD_MS * i) / accounts.length;
      for (let n = 0; n < Number(values.seconds); n += 1) {
        await sleep(Math.max(0, begin + n * PERIOD_MS - performance.now()));
        own.push(await send(account, `message ${n}`));
      }
      return own;
    }),
  );
  return times.flat();
}

/** Kills the last account. Returns when the stream of the gateway says so, ms. */
async function lossSeen({ url, headers }, { child }) {
  const response = await fetch(`${url}/api/events`, { headers });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader.read()).value;
  const startedAt = performance.now();
  child.kill('SIGKILL');
  while (!text.includes('"running":false')) text += (await reader.read()).value;
  const ms = performance.now() - startedAt;
  await reader.cancel();
  return ms;
}

async function underGateway(rig, accounts) {
  const gateway = await startGateway(rig.home);
  const times = [];
  for (let n = 0; n < 20; n += 1) {
    const startedAt = performance.now();
    const { accounts: listed } = JSON.parse(
      await get(`${gateway.url}/api/accounts`, undefined, gateway.headers),
    );
    times.push(performance.now() - startedAt);
    const running = listed.filter(({ status }) => status?.status === 'ready').length;
    if (running < accounts.length) throw new Error(`the gateway lists ${running} accounts`);
  }
  const seenMs = await lossSeen(gateway, accounts.at(-1));
  const memory = memoryOf([gateway.child.pid]).pss;
  await gateway.control.close();
  gateway.child.kill('SIGTERM');
  return { listMs: median(times), seenMs, memory };
}

const rig = await Rig.open({ knobs: { ballastMb: 40 } });
try {
  await rig.post('/contacts', { number: TO });
  const accounts = [await bringUp(rig, 0)];
  await sleep(10_000);
  await load(accounts.slice(0, 1));
  const alone = await load(accounts);
  for (let n = 1; n < count; n += 1) {
    accounts.push(await bringUp(rig, n));
    console.error(`${n + 1} accounts are ready`);
  }
  await sleep(10_000);
  const together = await load(accounts);
  const states = await Promise.all(accounts.map(({ client }) => client.request('session.status', {})));
  const each = accounts.map(({ child }) => ({
    browser: memoryOf(browserOf(child)).pss,
    daemon: memoryOf([child.pid]).pss,
  }));
  for (const { client } of accounts) await client.close();
  const seen = await underGateway(rig, accounts);
  report(
    [
      row({
        name: `ready accounts, of ${count}`,
        unit: '',
        ours: states.filter(({ status }) => status === 'ready').length,
        goal: { value: count, atLeast: true },
      }),
      row({
        name: `send p95, ${count} accounts against one`,
        unit: 'ms',
        ours: quantile(together, 0.95),
        rival: quantile(alone, 0.95),
        goal: { ratio: 3 },
      }),
      row({ name: 'send p50', unit: 'ms', ours: quantile(together, 0.5), rival: quantile(alone, 0.5) }),
      row({
        name: `browser of one of ${count} accounts, PSS`,
        unit: 'MB',
        ours: median(each.map(({ browser }) => browser)),
      }),
      row({
        name: `daemon of one of ${count} accounts, PSS`,
        unit: 'MB',
        ours: median(each.map(({ daemon }) => daemon)),
      }),
      row({
        ...{ name: `list of ${count} accounts over the gateway`, unit: 'ms' },
        ...{ ours: seen.listMs, goal: { value: 150 } },
      }),
      row({
        ...{ name: 'end of a killed daemon in its stream', unit: 'ms' },
        ...{ ours: seen.seenMs, goal: { value: 2_000 } },
      }),
      row({ name: 'gateway, PSS', unit: 'MB', ours: seen.memory }),
    ],
    values.json,
  );
} finally {
  await rig.close();
}
