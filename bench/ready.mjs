// What the daemon costs over bare whatsapp-web.js on the same simulator, after the build:
//   time    from the start of the process with a saved session to ready
//   memory  VmRSS of the Node process alone, some seconds after ready
// The two run in turn (A B A B …) in one go, so that the machine's mood falls on both.
//   node bench/ready.mjs [--pairs N] [--settle SECONDS] [--generation G]
// Prints numbers and asserts nothing. Bounds: ratio 1.10, difference 25 MB.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { writeBrowserWrapper } = await import(at('build/test/simulator/browser.js'));
const { findBrowser } = await import(at('build/src/config/browser.js'));
const { Client } = await import(at('build/src/socket/client.js'));

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    settle: { type: 'string', default: '5' },
    // Later ones never let a bare library become ready with a saved session (docs/drift.md, D4).
    generation: { type: 'string', default: '2026-04' },
  },
});
const home = mkdtempSync(join(tmpdir(), 'bench-ready-'));
const running = new Set();
function start(file, args, options) {
  const child = spawn(process.execPath, [file, ...args], { cwd: home, ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}
const ended = (child) =>
  child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;

/** Resolves when the child has printed this line. */
async function printed(child, line) {
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.split('\n').includes(line)) return;
  }
  throw new Error(`it ended without "${line}": ${text}`);
}

const simulator = start(at('build/test/simulator/main.js'), ['--generation', values.generation], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [first] = await once(simulator.stdout, 'data');
const { port, control } = JSON.parse(first);
const post = async (path, body = {}) => {
  const response = await fetch(control + path, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
};
const found = findBrowser({ configured: null, env: process.env, home: homedir() });
const browser = await writeBrowserWrapper(home, port, { executable: found.path });

const socket = join(home, 's');
writeFileSync(join(home, 'wad.toml'), '');
const DAEMON = {
  name: 'wad',
  phone: '15550001111',
  start: () =>
    start(
      at('dist/wad.cjs'),
      [
        ...['--config', join(home, 'wad.toml'), '--state-dir', join(home, 'state'), '--socket', socket],
        ...['--browser', browser, ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    ),
  async reached(child, state) {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`wad ended with ${child.exitCode}`);
      const client = await Client.connect(socket).catch(() => null);
      if (client === null) {
        await sleep(5);
        continue;
      }
      await client.request('session.wait', { states: [state], timeoutMs: 60_000 }, { timeoutMs: 60_000 });
      await client.close();
      return;
    }
  },
  stop: (child) => child.kill('SIGINT'),
};
const BARE = {
  name: 'bare',
  phone: '15550003333',
  start: () =>
    start(at('bench/bare.mjs'), [join(home, 'bare'), browser], { stdio: ['pipe', 'pipe', 'inherit'] }),
  reached: (child, state) => printed(child, state === 'linking' ? 'qr' : 'ready'),
  stop: (child) => child.stdin.end(),
};

const rssMb = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function link(subject) {
  await post('/phones', { number: subject.phone });
  const child = subject.start();
  await subject.reached(child, 'linking');
  await post(`/phones/${subject.phone}/scan`);
  await subject.reached(child, 'ready');
  await sleep(8_000); // what the page has stored is on disk by then
  subject.stop(child);
  await ended(child);
}

async function measure(subject) {
  const startedAt = performance.now();
  const child = subject.start();
  await subject.reached(child, 'ready');
  const ms = performance.now() - startedAt;
  await sleep(Number(values.settle) * 1_000);
  const mb = rssMb(child);
  subject.stop(child);
  await ended(child);
  return { ms, mb };
}

try {
  for (const subject of [BARE, DAEMON]) await link(subject);
  const runs = { bare: [], wad: [] };
  for (let pair = -1; pair < Number(values.pairs); pair += 1) {
    for (const subject of [BARE, DAEMON]) {
      const run = await measure(subject);
      if (pair >= 0) runs[subject.name].push(run); // the first pair warms the disk's cache
      console.error(`${subject.name.padEnd(5)} ${run.ms.toFixed(0)} ms  ${run.mb.toFixed(1)} MB`);
    }
  }
  const of = (name, what) => runs[name].map((run) => run[what]);
  const ms = { bare: median(of('bare', 'ms')), wad: median(of('wad', 'ms')) };
  const mb = { bare: median(of('bare', 'mb')), wad: median(of('wad', 'mb')) };
  const pairs = of('wad', 'ms').map((time, i) => time / of('bare', 'ms')[i]);
  console.log(`saved session to ready, medians of ${values.pairs}, generation ${values.generation}`);
  console.log(`  bare whatsapp-web.js  ${ms.bare.toFixed(0)} ms`);
  console.log(`  wad                   ${ms.wad.toFixed(0)} ms`);
  console.log(
    `  ratio                 ${(ms.wad / ms.bare).toFixed(3)} of medians, ${median(pairs).toFixed(3)} median of pairs`,
  );
  console.log(`VmRSS of the Node process, ${values.settle} s after ready`);
  console.log(`  bare whatsapp-web.js  ${mb.bare.toFixed(1)} MB`);
  console.log(`  wad                   ${mb.wad.toFixed(1)} MB`);
  console.log(`  difference            ${(mb.wad - mb.bare).toFixed(1)} MB`);
} finally {
  for (const child of running) {
    child.kill(child === simulator ? 'SIGTERM' : 'SIGINT');
    await ended(child);
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
