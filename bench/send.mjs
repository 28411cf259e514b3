// Measures sending and receiving against bare whatsapp-web.js on the same simulator. Needs a build. The two
// take turns (A B A B …) in one run, so that other load affects both, and a ratio is the median of the pairs'
// ratios.
//   send     texts a second to 1 chat, and to 32 chats at the same time, one in flight in each, without
//            pacing. Bare: sendMessage() with waitUntilMsgSent, awaited. Ours: from the first message.send
//            until the last row is `sent`, which the server's ack decides as well. Each message of ours is on
//            disk before it is accepted and again before it is passed to the page, and so are its events: the
//            speed of disk syncs is included.
//   awaited  the same to 1 chat, with a client of ours that waits for the server's ack of each message before it
//            sends the next, as bare does
//   early    the same against sendMessage() without waitUntilMsgSent, which resolves when the page has the
//            message and has sent nothing yet. Ours never reports that, so this is shown and has no goal.
//   event    from a person's send until bare emits `message`, and until a subscriber of the daemon's socket
//            has read the line, when the event is already in the journal
//   node bench/send.mjs [--pairs N] [--events N] [--directory DIR] [--json FILE]
// DIR is on the disk to be measured. Goals: 0.95 of bare's rate, 1 where each ack is awaited, 5 ms over bare's
// median. It uses generation 2026-04, the last with which a bare library still works.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { Simulator } = await import(at('build/test/simulator/simulator.js'));
const { findBrowser } = await import(at('build/src/config/browser.js'));
const { Client } = await import(at('build/src/socket/client.js'));

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '21' },
    events: { type: 'string', default: '100' },
    directory: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
  },
});
const WIDE = 32;
/** Short turns, so that other load of the machine affects both of a pair. */
const PER_TURN = { one: 25, wide: 4 };
const RATE_GOAL = 0.95;
const AWAITED_GOAL = 1;
const LATER_MS = 5;
mkdirSync(values.directory, { recursive: true });
const home = mkdtempSync(join(values.directory, 'bench-send-'));
const running = new Set();

function start(file, args, options) {
  const child = spawn(process.execPath, [file, ...args], { cwd: home, ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Reads the lines of a child, and lets callers wait for one. */
function linesOf(child) {
  const waiting = new Set();
  createInterface({ input: child.stdout }).on('line', (line) => {
    for (const look of waiting) look(line);
  });
  return (pick) =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new Error('it ended'));
      child.once('exit', gone);
      const look = (line) => {
        const found = pick(line);
        if (found === undefined) return;
        waiting.delete(look);
        child.off('exit', gone);
        resolve(found);
      };
      waiting.add(look);
    });
}

const simulator = await Simulator.start({ generation: '2026-04' });
const found = findBrowser({ browser: { path: null, headed: true }, env: process.env, home: homedir() });
const browser = await simulator.browserWrapper(home, { executable: found.path });
const people = Array.from({ length: WIDE }, (_, n) =>
  simulator.createContact({ number: `155500020${String(n).padStart(2, '0')}` }),
);

async function startBare() {
  const phone = simulator.createPhone({ number: '15550003333' });
  const child = start(at('bench/bare.mjs'), [join(home, 'bare'), browser], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = linesOf(child);
  const linked = line((text) => (text === 'ready' ? true : undefined));
  await line((text) => (text === 'qr' ? true : undefined));
  await phone.scan(await simulator.waitForQr());
  await linked;
  const parsed = (text) => (text.startsWith('{') ? JSON.parse(text) : {});
  return {
    name: 'bare',
    phone,
    async send({ chats, each, text, options }) {
      const done = line((said) => (parsed(said).text === text ? parsed(said).ms : undefined));
      child.stdin.write(`${JSON.stringify({ chats, each, text, options })}\n`);
      return done;
    },
    heard: (body) => line((said) => (parsed(said).heard === body ? parsed(said).at : undefined)),
    close: () => child.stdin.end(),
  };
}

async function startWad() {
  const phone = simulator.createPhone({ number: '15550001111' });
  const socket = join(home, 's');
  const config = join(home, 'wad.toml');
  writeFileSync(config, '[pacing]\nmode = "off"\n');
  const child = start(
    at('dist/wad.cjs'),
    [
      ...['--config', config, '--state-dir', join(home, 'state'), '--socket', socket],
      ...['--browser', browser, ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  let client;
  while (client === undefined) {
    if (child.exitCode !== null) throw new Error(`wad ended with ${child.exitCode}`);
    client = await Client.connect(socket).catch(() => sleep(20));
  }
  const limit = { timeoutMs: 60_000 };
  const { qr } = await client.request('session.qr', { waitMs: 30_000 }, limit);
  await phone.scan(qr);
  await client.request('session.wait', { states: ['ready'], timeoutMs: 60_000 }, limit);
  await client.close();
  const asker = new Worker(at('bench/asker.mjs'), { workerData: { socket, chats: WIDE } });
  const word = (pick) =>
    new Promise((resolve, reject) => {
      asker.once('error', reject);
      asker.on('message', function look(said) {
        const found = pick(said);
        if (found === undefined) return;
        asker.off('message', look);
        asker.off('error', reject);
        resolve(found);
      });
    });
  await word(({ up }) => up);
  return {
    name: 'wad',
    phone,
    send({ chats, each, text, serial }) {
      const done = word((said) => (said.text === text ? said.ms : undefined));
      asker.postMessage({ chats, each, text, serial });
      return done;
    },
    heard: (body) => word((said) => (said.heard === body ? said.at : undefined)),
    async close() {
      const closed = once(asker, 'exit');
      asker.postMessage({});
      await closed;
      child.kill('SIGINT');
    },
  };
}

const rows = [];

/**
 * Measures rates in turn; the first pair warms up.
 * @param goal the lowest ratio; undefined: none
 * @param serial our client waits for the server's ack of each message, as bare always does within a chat
 */
async function rates(bare, wad, { label, chats, options = {}, goal, serial = false }) {
  const each = chats.length === 1 ? PER_TURN.one : PER_TURN.wide;
  const pairs = [];
  for (let pair = -1; pair < Number(values.pairs); pair += 1) {
    const rate = {};
    for (const subject of pair % 2 === 0 ? [wad, bare] : [bare, wad]) {
      const text = `${label} ${pair} ${subject.name}`;
      const ms = await subject.send({ chats, each, text, options, serial });
      rate[subject.name] = (chats.length * each * 1000) / ms;
    }
    if (pair >= 0) pairs.push(rate);
  }
  const ratio = median(pairs.map((pair) => pair.wad / pair.bare));
  const of = (name) => median(pairs.map((pair) => pair[name]));
  rows.push(
    row({
      ...{ name: label, unit: '/s', ours: of('wad'), rival: of('bare'), ratio },
      goal: goal && { ratio: goal, atLeast: true },
    }),
  );
}

async function latency(bare, wad) {
  const times = { bare: [], wad: [] };
  for (let n = -10; n < Number(values.events); n += 1) {
    for (const subject of n % 2 === 0 ? [wad, bare] : [bare, wad]) {
      const body = `event ${n} ${subject.name}`;
      const heard = subject.heard(body);
      const sentAt = performance.timeOrigin + performance.now();
      await people[0].send(body, { to: `${subject.phone.number}@c.us` });
      const ms = (await heard) - sentAt;
      if (n >= 0) times[subject.name].push(ms);
    }
  }
  rows.push(
    row({
      name: "event: from a person's send until received",
      unit: 'ms',
      ours: median(times.wad),
      rival: median(times.bare),
      goal: { over: LATER_MS },
    }),
  );
}

try {
  const bare = await startBare();
  const wad = await startWad();
  const chats = people.map(({ number }) => `${number}@c.us`);
  const one = chats.slice(0, 1);
  const options = { waitUntilMsgSent: true };
  await rates(bare, wad, { label: 'send: 1 chat', chats: one, options, goal: RATE_GOAL });
  const awaited = 'send: 1 chat, each ack awaited';
  await rates(bare, wad, { label: awaited, chats: one, options, goal: AWAITED_GOAL, serial: true });
  await rates(bare, wad, { label: `send: ${WIDE} chats in parallel`, chats, options, goal: RATE_GOAL });
  await latency(bare, wad);
  await rates(bare, wad, { label: 'early: 1 chat', chats: one });
  await rates(bare, wad, { label: `early: ${WIDE} chats in parallel`, chats });
  await bare.close();
  await wad.close();
  report(rows, values.json);
} finally {
  for (const child of running) {
    child.kill('SIGINT');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await simulator.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
