// The vocabulary of the column `do`: what can be done to a daemon from outside. Each function returns an act;
// none checks the outcome.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { layOut } from '../../src/session-dir/leveldb-log.js';
import { eventually } from '../harness/eventually.js';
import { leaveUnfinished } from '../harness/unfinished.js';
import type { KnobName, KnobValues } from '../simulator/knobs.js';
import { closePage, command } from './devtools.js';
import { PAGELESS } from './pageless-browser.js';
import { withLock } from './record-lock.js';
import type { Act } from './row.js';
import type { Scene } from './scene.js';
import { SmallMemory } from './small-memory.js';

const KINDS = {
  main: /^(?!\/bin\/sh)(?!.* --type=).* --remote-debugging-pipe/,
  renderers: / --type=renderer/,
  gpu: / --type=gpu-process/,
  network: / --utility-sub-type=network\./,
  storage: / --utility-sub-type=storage\./,
  zygotes: / --type=zygote/,
  daemon: /\/wad\.cjs /,
} as const;
export type Kind = keyof typeof KINDS;

/** The headless shell stores data in its main process, and takes no lock on a profile. */
const IS_SHELL = /headless.shell/.test(process.env.WAD_TEST_BROWSER ?? '');
/** Null when the browser under test has a storage service; else the reason to skip. */
export const NO_STORAGE = IS_SHELL ? 'the headless shell has no storage service' : null;
/** All processes of a browser. */
export const WHOLE: readonly Kind[] = [
  ...(['main', 'zygotes', 'renderers', 'gpu', 'network'] as const),
  ...(IS_SHELL ? [] : (['storage'] as const)),
];

/** Runs acts one after the other. */
export const both =
  (...acts: Act[]): Act =>
  async (scene) => {
    for (const act of acts) await act(scene);
  };

/** Sends a signal to processes of the current daemon; there must be at least one of each kind. */
export const signal =
  (name: NodeJS.Signals, ...kinds: Kind[]): Act =>
  async ({ home }) => {
    const all = await home.processes();
    const found = kinds.map((kind) => all.filter(({ command: line }) => KINDS[kind].test(line)));
    const missing = kinds.find((_, n) => found[n]?.length === 0);
    if (missing !== undefined) throw new Error(`there is no ${missing} to send ${name}`);
    for (const { pid } of found.flat()) process.kill(pid, name);
  };

export const kill = (...kinds: Kind[]): Act => signal('SIGKILL', ...kinds);
export const freeze = (...kinds: Kind[]): Act => signal('SIGSTOP', ...kinds);
export const thaw = (...kinds: Kind[]): Act => signal('SIGCONT', ...kinds);

/** `wactl send` exits with this status meanwhile. */
export const sendExits =
  (code: number): Act =>
  async ({ wad, contact }) =>
    assert.equal((await wad.wactl(['send', contact.number, 'hello'])).code, code);

/** Waits until the daemon has entered this state after the fault. */
export const when =
  (status: Parameters<Scene['wad']['became']>[0]): Act =>
  ({ wad, mark }) =>
    wad.became(status, { after: mark });

/** Waits until the daemon has logged this event. */
export const logs =
  (event: string): Act =>
  ({ wad, logFrom }) =>
    wad.logged(event, undefined, { after: logFrom });

/** Everything so far was preparation; the fault starts here. */
export const fromHere: Act = async (scene) => {
  scene.mark = await scene.wad.mark();
  scene.logFrom = await scene.caughtUp();
};

export const init: Act = ({ wad }) => wad.request('session.initialize');

export const set =
  <K extends KnobName>(knob: K, value: KnobValues[K]): Act =>
  ({ sim }) =>
    sim.set(knob, value);

/** Repairs the simulator, the browser and the disk. */
export const undo: Act = (scene) => scene.calm();

export const networkDown: Act = ({ sim }) => sim.faults.networkDown();
export const dropSockets: Act = ({ sim }) => sim.faults.dropSockets();

/** Sends an order to the open page: see `page/orders.ts` of the simulator. */
export const inPage =
  (order: string, args = {}): Act =>
  ({ sim }) =>
    sim.faults.inPages(order, args);

/** Sends an order several times, each to the page that is open then. */
export const inPageTimes =
  (times: number, order: string, args = {}): Act =>
  async ({ sim }) => {
    for (let n = 0; n < times; n++) {
      const page = await sim.waitForPage();
      await page.command(order, args).catch(() => undefined);
    }
  };

export const pageCloses: Act = ({ home }) => closePage(home);
export const pageCrashes: Act = ({ home }) => command(home, 'Page.crash');
/** Scripts take this much memory. Beyond their limit the renderer aborts. */
export const scriptsTake = (mb: number): Act => allocate(mb, 'new Array(131072).fill(Math.random())');
/** The page takes memory outside the scripts' heap, which has its own limit. */
export const pageTakes = (mb: number): Act => allocate(mb, 'new Uint8Array(1048576).fill(1)');
/** The page takes more memory than its renderer may have, so the kernel's OOM killer ends it. */
export const kernelKills =
  (limitMb: number): Act =>
  async (scene) => {
    using group = new SmallMemory(limitMb * 2 ** 20);
    const all = await scene.home.processes();
    const renderers = all.filter(({ command: line }) => KINDS.renderers.test(line));
    assert.ok(renderers.length > 0, 'there is no renderer');
    for (const { pid } of renderers) group.take(pid);
    await Promise.resolve(pageTakes(4 * limitMb)(scene)).catch(() => undefined);
    await eventually(() => group.killed > 0, 'the kernel has ended a renderer');
    await group.empty();
  };
/** Limits the memory of the daemon, as MemoryMax= of a service or the limit of a container does. */
export const memoryLimited =
  (mb: number): Act =>
  (scene) =>
    scene.limitMemory(mb);
const allocate =
  (mb: number, one: string): Act =>
  ({ home }) =>
    command(home, 'Runtime.evaluate', {
      expression: `globalThis.ballast = Array.from({ length: ${mb} }, () => ${one}); 0`,
    });

export const browserGone: Act = ({ home }) => rmSync(home.browser);
/** Replaces a text in the script that stands in for the browser. */
export const browserWith =
  (old: string, fresh: string): Act =>
  ({ home }) =>
    writeFileSync(
      home.browser,
      readFileSync(home.browser, 'utf8').replace(old, () => fresh),
    );
export const browserFails: Act = browserWith('exec', 'exit 1; exec');
/** The next browser has no page; the one after it works. */
export const browserPageless: Act = async (scene) => {
  const once = join(scene.home.dir, 'pageless');
  writeFileSync(once, '');
  await browserWith('exec', `[ -e ${once} ] && rm ${once} && exec ${PAGELESS} "$@"\nexec`)(scene);
};
/** A file in this profile makes the browser exit; an empty profile does not have it. */
export const profileKills: Act = async (scene) => {
  writeFileSync(join(scene.home.profile, 'rotten'), '');
  const dies = `case "$*" in *--user-data-dir=${scene.home.profile}*) [ -e ${scene.home.profile}/rotten ] && exit 21 ;; esac\nexec`;
  await browserWith('exec', dies)(scene);
};
/**
 * The next browser finds the storage of its page locked. Chromium then gives the page an empty one without an
 * error.
 */
export const storageHeld: Act = async (scene) => {
  const { home } = scene;
  const once = join(home.dir, 'storage-held');
  writeFileSync(once, '');
  const lock = join(home.profile, 'Default/Local Storage/leveldb/LOCK');
  await browserWith('exec', `[ -e ${once} ] && rm ${once} && exec ${withLock(lock)} "$0" "$@"\nexec`)(scene);
};
const DATABASE = 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb';
const BLOCK = 32_768;
/** Bytes of half a record. */
const TORN = 27;
/** The log of the page's IndexedDB. */
const logOf = ({ home }: Scene): string => {
  const folder = join(home.profile, DATABASE);
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
  assert.equal(logs.length, 1, 'there is a log of IndexedDB');
  return join(folder, logs[0] ?? '');
};
/** Appends whole records, each of an empty batch: sequence number (8 bytes) and count (4). */
const appendRecords = (path: string, count: number): void => {
  const batches = Array.from({ length: count }, () => Buffer.alloc(12).fill(1, 0, 1));
  appendFileSync(path, layOut(batches, statSync(path).size));
};
/**
 * Ends the log of the page's IndexedDB with half a record: its header has the full length, and the rest was
 * never written.
 */
const tear = (scene: Scene): string => {
  const path = logOf(scene);
  const torn = Buffer.alloc(TORN, 'x');
  torn.writeUInt16LE(100, 4);
  torn.writeUInt8(1, 6);
  appendFileSync(path, torn);
  return path;
};

/** A kill interrupted a write, and a browser of another program has appended records since. */
export const writeSpliced: Act = (scene) => {
  // All of it is in one block: a log that has nearly filled its block first reaches the next one.
  if ((statSync(logOf(scene)).size + TORN) % BLOCK > 32_000) appendRecords(logOf(scene), 60);
  // Longer than the announced record: LevelDB treats a record that would end after the log as an interrupted
  // write.
  appendRecords(tear(scene), 10);
};

/** A kill interrupted a write, and our own browser has run and written more since. */
export const writeTorn: Act = async (scene) => {
  const { contact } = scene;
  tear(scene);
  const wad = await scene.start({});
  await wad.until('ready');
  await contact.send('written behind it', { to: scene.phone.number });
  await wad.event('message', ({ body }) => body === 'written behind it');
  await wad.kill();
  await scene.gone();
};
/** A kill interrupted two transactions of the page, each of which had removed a record. */
export const transactionsUnfinished: Act = ({ home }) =>
  leaveUnfinished(join(home.profile, DATABASE), 'model-storage');
/** A package upgrade replaces the browser's file; the running browser continues. */
export const upgrade: Act = async (scene) => {
  const script = readFileSync(scene.home.browser);
  rmSync(scene.home.browser);
  writeFileSync(scene.home.browser, script, { mode: 0o755 });
};

/** Another program starts a browser on our profile, and leaves it running. */
export const leftOver: Act = async ({ home }) => {
  const args = ['--headless', '--no-sandbox', `--user-data-dir=${home.profile}`, 'about:blank'];
  spawn(home.browser, args, { stdio: 'ignore', detached: true, env: { ...process.env, HOME: home.dir } });
  await eventually(
    async () =>
      (await home.browsers()).length > 0 &&
      (IS_SHELL || lstatSync(join(home.profile, 'SingletonLock'), { throwIfNoEntry: false })),
    'a browser on the profile',
  );
};

export const foreignSingleton: Act = ({ home }) => {
  symlinkSync('otherhost-4242', join(home.profile, 'SingletonLock'));
  symlinkSync('/tmp/nowhere/SingletonSocket', join(home.profile, 'SingletonSocket'));
};

/** Another process breaks our lock and takes it, as after a suspend that made it stale. */
export const lockStolen: Act = ({ home }) => {
  rmSync(home.lock, { recursive: true });
  mkdirSync(home.lock);
  const owner = JSON.parse(readFileSync(home.lockOwner, 'utf8')) as object;
  writeFileSync(home.lockOwner, JSON.stringify({ ...owner, pid: process.pid, startTicks: 1 }));
};
export const lockGone: Act = ({ home }) => rmSync(home.lock, { recursive: true });

/** A message stays in the page without being sent, although the page is connected. */
export const messageStays: Act = async ({ sim, wad, contact }) => {
  const hanging = async (): Promise<number> =>
    ((await sim.pages.at(-1)?.look()) as { hanging?: number } | undefined)?.hanging ?? 0;
  // Those of an earlier row count for as long as the page lives.
  const before = await hanging();
  await sim.faults.send('never-leaves');
  await wad.request('message.send', { to: contact.number, text: 'left lying' });
  await eventually(async () => (await hanging()) > before, 'the page has accepted the message');
};

/** The same, until the page is ordered to send it again. */
export const messageLingers: Act = async (scene) => {
  await messageStays(scene);
  await scene.sim.faults.send('none');
  const queued = async () => (await scene.wad.status()).outbox.queued;
  await eventually(async () => (await queued()) === 0, 'the message was sent', 60_000);
};

/** Another daemon on the same session exits at once, and names the owner of the lock. */
export const secondDaemon: Act = async ({ home, wad }) => {
  const second = await home.start({ listening: false });
  const { code } = await second.ended();
  assert.equal(code, 75);
  assert.match(second.stderr, new RegExp(`\\b${wad.pid}\\b`));
};

/**
 * Two daemons start while the lock of a dead one is still fresh. One of them runs, and the other exits and
 * names it.
 */
export const twoAtOnce: Act = async (scene) => {
  const { home } = scene;
  const [a, b] = [await home.start({ listening: false }), await home.start({ listening: false })];
  const loser = await Promise.race([a.exited.then(() => a), b.exited.then(() => b)]);
  const winner = loser === a ? b : a;
  assert.equal((await loser.exited).code, 75);
  assert.match(loser.stderr, new RegExp(`\\b${winner.pid}\\b`));
  await winner.listening();
  scene.adopt(winner);
};

/** Waits while the fault lasts. */
export const lasts =
  (ms: number): Act =>
  () =>
    new Promise((resolve) => setTimeout(resolve, ms));

/** Sets the daemon's wall clock, in ms ahead of the true time. Needs a daemon with `clocked`. */
export const clockAt =
  (aheadMs: number): Act =>
  async (scene) => {
    const { wad, clockFile } = scene;
    scene.used();
    writeFileSync(clockFile, String(aheadMs));
    const after = wad.log.length;
    await signal('SIGUSR2', 'daemon')(scene);
    await wad.logged('clock.jumped', undefined, { after });
  };
