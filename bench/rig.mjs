// Sets up the benches with a browser: the simulator and two subjects on it, the daemon and a bare
// whatsapp-web.js, each with a session that outlives its process. Needs a build. The caller closes the rig.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { writeBrowserWrapper } = await import(at('build/test/simulator/browser.js'));
const { findBrowser } = await import(at('build/src/config/browser.js'));
const { Client } = await import(at('build/src/socket/client.js'));

/** How long a page's data may take to reach the disk after the page is ready. */
const WRITTEN_MS = 8_000;

const isOver = (child) => child.exitCode !== null || child.signalCode !== null;
const ended = async (child) => {
  if (!isOver(child)) await once(child, 'exit');
};

/** What the unit sets for the allocator: the daemon is measured as systemd runs it. */
const unit = readFileSync(at('systemd/wad@.service'), 'utf8');
const ALLOCATOR = Object.fromEntries(
  [...unit.matchAll(/\b(MALLOC_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
);

/** Resolves when the child has printed this line. */
async function printed(child, line) {
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.split('\n').includes(line)) return;
  }
  throw new Error(`it ended without "${line}": ${text}`);
}

export class Rig {
  #running = new Set();
  #simulator;
  #port;

  /**
   * @param generation a generation of the simulator; with one later than 2026-04 a bare library with a saved
   * session never becomes ready (docs/drift.md, D4)
   * @param knobs further knobs of the simulator
   */
  static async open({ generation = '2026-04', knobs = {} } = {}) {
    const rig = new Rig();
    rig.home = mkdtempSync(join(tmpdir(), 'wad-bench-'));
    const settings = Object.entries(knobs).flatMap(([knob, value]) => ['--set', `${knob}=${value}`]);
    const args = [at('build/test/simulator/main.js'), '--generation', generation, ...settings];
    rig.#simulator = rig.#start(args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [first] = await once(rig.#simulator.stdout, 'data');
    const { port, control } = JSON.parse(first);
    rig.control = control;
    rig.#port = port;
    // With a window, because otherwise both subjects would use a headless shell if one is installed.
    rig.browser = await rig.wrap({ path: null, headed: true });
    return rig;
  }

  /** Wraps a browser so that it uses the simulator; null if the daemon would not find one. */
  async wrap(browser) {
    const found = findBrowser({ browser, env: process.env, home: homedir() });
    if (!found.found) return null;
    const directory = join(this.home, basename(found.path));
    return writeBrowserWrapper(directory, this.#port, { executable: found.path });
  }

  #start(args, options) {
    const child = spawn(process.execPath, args, { cwd: this.home, ...options });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }

  /** Posts to the control API of the simulator. */
  async post(path, body = {}) {
    const response = await fetch(this.control + path, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  /**
   * A daemon with its own state directory. `toml` is its configuration, `flags` are additional ones. Its socket is where a
   * gateway looks for it below the rig's directory.
   */
  wad(name, phone, { toml = '', flags = [], browser = this.browser } = {}) {
    const home = join(this.home, name);
    mkdirSync(home);
    const run = join(this.home, 'run/wad', name);
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const socket = join(run, 'control.sock');
    const config = join(home, 'wad.toml');
    writeFileSync(config, toml);
    const state = join(home, 'state');
    const args = [
      ...[
        at('dist/wad.cjs'),
        '--account',
        name,
        '--config',
        config,
        '--state-dir',
        state,
        '--socket',
        socket,
      ],
      ...['--browser', browser, ...(process.getuid() === 0 ? ['--no-sandbox'] : []), ...flags],
    ];
    return {
      ...{ name, phone, socket, state },
      start: () =>
        this.#start(args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...ALLOCATOR } }),
      async reached(child, state) {
        for (;;) {
          if (isOver(child)) throw new Error(`wad ended with ${child.exitCode}`);
          const client = await Client.connect(socket).catch(() => null);
          if (client === null) {
            await sleep(5);
            continue;
          }
          await client.request(
            'session.wait',
            { states: [state], timeoutMs: 120_000 },
            { timeoutMs: 120_000 },
          );
          await client.close();
          return;
        }
      },
      async stop(child) {
        child.kill('SIGINT');
        await ended(child);
      },
    };
  }

  /** whatsapp-web.js as in its README: bench/bare.mjs. `args` are additional switches of its browser. */
  bare(name, phone, { args = [] } = {}) {
    const folder = join(this.home, name);
    return {
      ...{ name, phone },
      start: () =>
        this.#start([at('bench/bare.mjs'), folder, this.browser, ...args], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      reached: (child, state) => printed(child, state === 'linking' ? 'qr' : 'ready'),
      async stop(child) {
        child.stdin.end();
        await ended(child);
      },
    };
  }

  /**
   * Links the subject to its phone, which is created unless `isThere`, and stops it with the session on disk.
   */
  async link(subject, { isThere = false } = {}) {
    if (!isThere) await this.post('/phones', { number: subject.phone });
    const child = subject.start();
    await subject.reached(child, 'linking');
    await this.post(`/phones/${subject.phone}/scan`);
    await subject.reached(child, 'ready');
    await sleep(WRITTEN_MS);
    await subject.stop(child);
  }

  async close() {
    for (const child of this.#running) {
      child.kill(child === this.#simulator ? 'SIGTERM' : 'SIGINT');
      await ended(child);
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

const read = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has exited meanwhile
  }
};

/** The fields after the second one, which may itself contain blanks and brackets: state, parent, group, … */
const stat = (pid) => {
  const text = read(pid, 'stat');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

/** The processes of the browser that this process has started: puppeteer gives it a process group. */
export function browserOf({ pid }) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const main = pids.find((each) => Number(stat(each)[1]) === pid && Number(stat(each)[2]) === Number(each));
  if (main === undefined) throw new Error(`process ${pid} has no browser`);
  return pids.filter((each) => stat(each)[2] === main);
}

const megabytes = (pids, field) =>
  pids.reduce(
    (sum, pid) =>
      sum + Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(read(pid, 'smaps_rollup'))?.[1] ?? 0),
    0,
  ) / 1024;

/**
 * The memory of these processes in MB: with a part of the pages that they share with others (PSS), and only
 * their own.
 */
export const memoryOf = (pids) => ({
  pss: megabytes(pids, 'Pss'),
  own: megabytes(pids, 'Pss_Anon') + megabytes(pids, 'Pss_Shmem'),
});

export const rssMb = ({ pid }) => Number(/VmRSS:\s+(\d+)/.exec(read(pid, 'status'))?.[1]) / 1024;

/** The CPU seconds that these processes have used. Linux counts in hundredths. */
export const cpuSeconds = (pids) =>
  pids.reduce((sum, pid) => sum + (Number(stat(pid)[11] ?? 0) + Number(stat(pid)[12] ?? 0)) / 100, 0);
