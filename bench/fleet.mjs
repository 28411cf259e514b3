// Measures what a fleet costs one account, on one NATS server of its own. Needs a build, and nats-server. The two ways take
// turns in one run of one daemon, so that other load affects both.
//   sends    texts a second to 32 chats, without pacing: published to the stream of sends, against message.send over
//            the socket; from the first until WhatsApp has the last
//   event    from a person's send until a subscriber of the fleet's stream has the event, against one of the socket
//   standby  memory (PSS) and CPU of a daemon that stands by
//   move     from fleet.handOver, with a profile of 40 MB, until the account is ready on the other machine
//   node bench/fleet.mjs [--pairs N] [--events N] [--json FILE]
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { generateIdentity } from 'age-encryption';
import { memoryOf } from './rig.mjs';
import { median } from './sample.mjs';
import { report, row } from './table.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { Simulator } = await import(at('build/test/simulator/simulator.js'));
const { findBrowser } = await import(at('build/src/config/browser.js'));
const { Client } = await import(at('build/src/socket/client.js'));

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '9' },
    events: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
const CHATS = 32;
const EACH = 4;
const NATS_PORT = 14_555;
const STANDBY_S = 20;
const PROFILE_MB = 40;
const home = mkdtempSync(join(tmpdir(), 'bench-fleet-'));
const running = [];
const start = (file, args, options = {}) => {
  const child = spawn(file, args, { cwd: home, stdio: ['ignore', 'ignore', 'inherit'], ...options });
  running.push(child);
  return child;
};

const keyFile = join(home, 'key');
writeFileSync(keyFile, `${await generateIdentity()}\n`, { mode: 0o600 });
const servers = `nats://127.0.0.1:${NATS_PORT}`;
start('nats-server', ['-js', '-sd', join(home, 'nats'), '-a', '127.0.0.1', '-p', String(NATS_PORT)], {
  stdio: 'ignore',
});
const simulator = await Simulator.start({ generation: '2026-04' });
const found = findBrowser({ browser: { path: null, headed: true }, env: process.env, home: homedir() });
const browser = await simulator.browserWrapper(home, { executable: found.path });
const people = Array.from({ length: CHATS }, (_, n) =>
  simulator.createContact({ number: `155500020${String(n).padStart(2, '0')}` }),
);

async function startWad(machine) {
  const directory = join(home, machine);
  mkdirSync(directory, { mode: 0o700 });
  const config = join(directory, 'wad.toml');
  const fleet = `servers = ["${servers}"]\nmachine = "${machine}"\nkeyFile = "${keyFile}"\n`;
  writeFileSync(config, `[pacing]\nmode = "off"\n[fleet]\n${fleet}`);
  const socket = join(directory, 's');
  const root = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const flags = ['--config', config, '--state-dir', join(directory, 'state'), '--socket', socket];
  const child = start(process.execPath, [at('dist/wad.cjs'), ...flags, '--browser', browser, ...root]);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`wad ended with ${child.exitCode}`);
    const client = await Client.connect(socket).catch(() => null);
    if (client !== null) return { child, client };
    await sleep(20);
  }
}

const limit = { timeoutMs: 120_000 };
const untilKnown = async (client, pick) => {
  while (!(await client.request('session.status', {}, limit).then(pick))) await sleep(100);
};
const received = () => people.reduce((sum, person) => sum + person.received.length, 0);
async function untilReceived(count) {
  while (received() < count) await sleep(2);
}

try {
  const { client } = await startWad('m1');
  await untilKnown(client, ({ reason }) => reason === 'qr_waiting');
  const { qr } = await client.request('session.qr', { waitMs: 30_000 }, limit);
  await simulator.createPhone({ number: '15550001111' }).scan(qr);
  await client.request('session.wait', { states: ['ready'], timeoutMs: 60_000 }, limit);
  const nats = await connect({ servers });
  const streams = jetstream(nats);
  let turn = 0;
  const ways = {
    stream: (to, text) =>
      streams.publish('wad.send.default', JSON.stringify({ to, text }), { msgID: `${text} ${to}` }),
    socket: (to, text) => client.request('message.send', { to, text }, limit),
  };
  async function rate(send) {
    turn += 1;
    const before = received();
    const startedAt = performance.now();
    // The socket takes as many requests of a connection at a time.
    for (let n = 0; n < EACH; n += 1)
      await Promise.all(people.map(({ number }) => send(number, `turn ${turn} ${n}`)));
    await untilReceived(before + CHATS * EACH);
    return ((CHATS * EACH) / (performance.now() - startedAt)) * 1_000;
  }
  await rate(ways.socket);
  await rate(ways.stream);
  const [stream, socket, ratios] = [[], [], []];
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    // Which of the two is first takes turns as well.
    const order = pair % 2 === 0 ? ['stream', 'socket'] : ['socket', 'stream'];
    const rates = {};
    for (const way of order) rates[way] = await rate(ways[way]);
    stream.push(rates.stream);
    socket.push(rates.socket);
    ratios.push(rates.stream / rates.socket);
  }

  const arrivals = new Map();
  const arrived = (way, body) => {
    if (arrivals.has(body)) arrivals.get(body)[way] ??= performance.now();
  };
  client.onEvent(({ type, data }) => type === 'message' && arrived('socket', data.body));
  await client.request('events.subscribe', {}, limit);
  nats.subscribe('wad.event.default.message', {
    callback: (_, message) => arrived('stream', message.json().data.body),
  });
  await nats.flush();
  const [overNats, overSocket] = [[], []];
  for (let n = 0; n < Number(values.events); n += 1) {
    const body = `event ${n}`;
    const times = { sentAt: performance.now() };
    arrivals.set(body, times);
    await people[n % CHATS].send(body);
    while (times.stream === undefined || times.socket === undefined) await sleep(1);
    overNats.push(times.stream - times.sentAt);
    overSocket.push(times.socket - times.sentAt);
  }

  const standby = await startWad('m2');
  await untilKnown(standby.client, ({ fleet }) => fleet?.holder === 'm1');
  await sleep(STANDBY_S * 1_000);
  const { pid } = standby.child;
  const ticks = () =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .split(') ')[1]
      .split(' ')
      .slice(11, 13)
      .reduce((sum, one) => sum + Number(one), 0);
  const before = ticks();
  await sleep(STANDBY_S * 1_000);
  const hz = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const memory = memoryOf([pid]).pss;
  const cpu = ((ticks() - before) / hz / STANDBY_S) * 100;
  const { stateDir } = await client.request('daemon.info', {}, limit);
  // Random, so that it does not get smaller.
  writeFileSync(join(stateDir, 'auth/session-default/Default/ballast'), randomBytes(PROFILE_MB * 2 ** 20));
  const movedAt = performance.now();
  await client.request('fleet.handOver', { to: 'm2' }, limit);
  await untilKnown(standby.client, ({ status }) => status === 'ready');
  const move = (performance.now() - movedAt) / 1_000;
  await standby.client.close();
  report(
    [
      row({
        name: 'sends through the stream, against the socket',
        unit: '/s',
        ours: median(stream),
        rival: median(socket),
        ratio: median(ratios),
        goal: { ratio: 0.9, atLeast: true },
      }),
      row({
        name: 'event in the stream, against the socket',
        unit: 'ms',
        ours: median(overNats),
        rival: median(overSocket),
        goal: { over: 3 },
      }),
      row({
        name: 'a daemon that stands by',
        unit: 'MB PSS',
        ours: memory,
        goal: { value: 50 },
      }),
      row({ name: 'its CPU', unit: '% of a core', ours: cpu, goal: { value: 1 } }),
      row({ name: `a move of a ${PROFILE_MB} MB profile`, unit: 's', ours: move, goal: { value: 15 } }),
    ],
    values.json,
  );
  await nats.close();
  await client.close();
} finally {
  for (const child of running.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  await simulator[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
}
