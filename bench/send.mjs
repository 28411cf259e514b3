// Sending and hearing against bare whatsapp-web.js on the same simulator, after the build; the two take turns (A B A B …)
// in one run, so that the machine's mood falls on both, and a ratio is the median of those of the pairs.
//   send     texts a second to 1 chat, and to 32 chats side by side, one in flight in each; the pacing is off.
//            Bare: sendMessage(), awaited, with waitUntilMsgSent and as it is without. Ours: from the first message.send
//            until the last row is `sent`. Ours is on disk before it is handed over, keeps the order of each chat, and
//            is `sent` by the server's word, so waitUntilMsgSent is what it is to be compared with; without it a bare
//            send resolves when the page has written the message to its socket.
//   event    from a person's sending until bare emits `message`, and until the line is read by a client that has
//            subscribed to the daemon's socket, where it is in the journal already
//   node bench/send.mjs [--pairs N] [--messages N] [--events N] [--json FILE]
// Prints numbers and asserts nothing; FILE gets rows {name, ours, rival, ratio, goal, met}. Goals: 0.95 of bare's rate,
// 5 ms over bare's median. On the generation that a bare library still works with: 2026-04.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { Simulator } = await import(at('build/test/simulator/simulator.js'));
const { findBrowser } = await import(at('build/src/config/browser.js'));
const { Client } = await import(at('build/src/socket/client.js'));

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    messages: { type: 'string', default: '160' },
    events: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
});
const WIDE = 32;
const RATE_GOAL = 0.95;
const LATER_MS = 5;
const home = mkdtempSync(join(tmpdir(), 'bench-send-'));
const running = new Set();
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

function start(file, args, options) {
  const child = spawn(process.execPath, [file, ...args], { cwd: home, ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Lines of a child, for whoever waits for one. */
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
const found = findBrowser({ configured: null, env: process.env, home: homedir() });
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
    async send(chats, each, text, options) {
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
  const hears = await Client.connect(socket);
  await hears.request('events.subscribe', { types: ['message'] });
  return {
    name: 'wad',
    phone,
    /** By a connection for each chat, as many as there are requests of in flight. */
    async send(chats, each, text) {
      const clients = await Promise.all(chats.map(() => Client.connect(socket)));
      const startedAt = performance.now();
      const lasts = await Promise.all(
        chats.map(async (to, i) => {
          let id;
          for (let n = 0; n < each; n += 1)
            ({ id } = await clients[i].request('message.send', { to, text: `${text} ${n}` }));
          return id;
        }),
      );
      await Promise.all(
        lasts.map((id, i) => clients[i].request('message.wait', { id, timeoutMs: 60_000 }, limit)),
      );
      const ms = performance.now() - startedAt;
      for (const one of clients) await one.close();
      return ms;
    },
    heard: (body) =>
      new Promise((resolve) => {
        const stop = hears.onEvent(({ data }) => {
          if (data.body !== body) return;
          stop();
          resolve(performance.timeOrigin + performance.now());
        });
      }),
    async close() {
      await hears.close();
      await client.close();
      child.kill('SIGINT');
    },
  };
}

const rows = [];
function row(name, ours, rival, ratio, goal, met, unit) {
  rows.push({ name, ours, rival, ratio, goal, met });
  const numbers = `wad ${ours.toFixed(1)} ${unit}, bare ${rival.toFixed(1)} ${unit}`;
  console.log(`${name.padEnd(44)} ${numbers}, ratio ${ratio.toFixed(3)}  ${goal}: ${met ? 'met' : 'missed'}`);
}

/** Rates in turn, the first pair to warm up. */
async function rates(bare, wad, chats, options, label) {
  const each = Math.max(1, Math.ceil(Number(values.messages) / (chats.length === 1 ? 2 : chats.length)));
  const pairs = [];
  for (let pair = -1; pair < Number(values.pairs); pair += 1) {
    const rate = {};
    for (const subject of pair % 2 === 0 ? [wad, bare] : [bare, wad]) {
      const ms = await subject.send(chats, each, `${label} ${pair} ${subject.name}`, options);
      rate[subject.name] = (chats.length * each * 1000) / ms;
    }
    if (pair >= 0) pairs.push(rate);
  }
  const ratio = median(pairs.map((pair) => pair.wad / pair.bare));
  const of = (name) => median(pairs.map((pair) => pair[name]));
  row(label, of('wad'), of('bare'), ratio, `at least ${RATE_GOAL}`, ratio >= RATE_GOAL, '/s');
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
  const ours = median(times.wad);
  const rival = median(times.bare);
  const met = ours - rival <= LATER_MS;
  row(
    'event: sent by a person until heard',
    ours,
    rival,
    ours / rival,
    `at most ${LATER_MS} ms later`,
    met,
    'ms',
  );
}

try {
  const bare = await startBare();
  const wad = await startWad();
  const chats = people.map(({ number }) => `${number}@c.us`);
  for (const [how, options] of [
    ['sent', { waitUntilMsgSent: true }],
    ['handed over', {}],
  ]) {
    await rates(bare, wad, chats.slice(0, 1), options, `1 chat, bare until ${how}`);
    await rates(bare, wad, chats, options, `${WIDE} chats, bare until ${how}`);
  }
  await latency(bare, wad);
  await bare.close();
  await wad.close();
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
} finally {
  for (const child of running) {
    child.kill('SIGINT');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await simulator.close();
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
