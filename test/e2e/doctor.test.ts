/**
 * `wad --doctor` and `wactl doctor` report each misconfiguration and its remedy (H27, H28, H29).
 * Each row is one real misconfiguration. The hardening of the service is tested in test/systemd/doctor.
 */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openPort } from '../faults/devtools.js';
import { CAN_MOUNT, SmallDisk } from '../faults/small-disk.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { wactl } from '../harness/wactl.js';
import { WAD } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

interface Row {
  readonly name: string;
  readonly make?: (home: Home, disk: SmallDisk | null) => unknown;
  /** Replaces the working browser. */
  readonly browser?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly says: RegExp;
  readonly remedy: RegExp | null;
}

const script =
  (name: string, text: string, mode = 0o755) =>
  (home: Home) =>
    writeFileSync(join(home.dir, name), text, { mode });

// biome-ignore format: a table is read by its columns
const ROWS: readonly Row[] = [
  { name: 'no problem',                check: 'launch',  status: 'ok',   says: /^Chrome\/\d+\S* starts, answers, calls back and closes/, remedy: null },
  { name: 'the browser does not exist (H27)',       check: 'browser', status: 'fail', says: /\/nowhere\/chromium/, remedy: /^sudo apt-get install chromium$/, browser: '/nowhere/chromium' },
  { name: 'the browser is not executable (H27)', check: 'browser', status: 'fail', says: /plain/, remedy: /chmod|ls -l/, browser: 'plain', make: script('plain', '', 0o644) },
  { name: 'a script with no interpreter (H27)', check: 'browser', status: 'fail', says: /script without its interpreter/, remedy: /chmod/, browser: 'lost', make: script('lost', '#!/nowhere/sh\n') },
  { name: 'the browser lacks libraries (H27)', check: 'launch', status: 'fail', says: /lacks libraries.*libnss3/, remedy: /apt-get install chromium/, browser: 'libs', make: script('libs', '#!/bin/sh\necho "chrome: error while loading shared libraries: libnss3.so: cannot open shared object file" >&2; exit 127\n') },
  { name: 'the browser dies at once',        check: 'launch',  status: 'fail', says: /for an unknown reason/, remedy: null, browser: 'dies', make: script('dies', '#!/bin/sh\nexit 3\n') },
  { name: 'the temporary directory cannot be written to (H16)', check: 'launch', status: 'fail', says: /cannot write to its temporary directory/, remedy: /TMPDIR/, env: { TMPDIR: '/proc/nowhere' } },
  { name: 'the sandbox is off (H29)',        check: 'sandbox', status: 'warn', says: /^off: a page that breaks out/, remedy: /check-config/ },
  { name: 'root, with the sandbox on (H29)', check: 'sandbox', status: 'fail', says: /this is root.*--no-sandbox/, remedy: /^sudo -u wad wad --doctor$/, args: [] },
  { name: 'the disk is full (H28)',          check: 'disk',    status: 'fail', says: /^\d+ MB free at/, remedy: /^df -h /, make: (_, disk) => disk?.fill(20) },
  { name: 'the disk runs short (H28)',       check: 'disk',    status: 'warn', says: /MB free at .*; Chromium needs 500/, remedy: /^df -h /, make: (_, disk) => disk?.fill(300) },
  { name: 'the files of messages fit',       check: 'media',   status: 'ok',   says: /^files of messages use 0 of 2000 MB$/, remedy: null },
  { name: 'the quota of files is nearly used', check: 'media', status: 'warn', says: /^files of messages use 15 of 16 MB; the longest unused one is from 4 days ago/, remedy: /check-config/, env: { WAD_JOURNAL_MEDIA_MAX_MB: '16' }, make: ({ stateDir }) => files(stateDir) },
  { name: 'the state is accessible to others (H28)', check: 'state', status: 'warn', says: /open to others \(755\)/, remedy: /^chmod 700 /, make: ({ stateDir }) => chmodSync(stateDir, 0o755) },
  { name: 'the session belongs to another user',  check: 'session', status: 'fail', says: /belongs to user 12345/, remedy: /^sudo chown -R 0: /, make: ({ authDir }) => chownSync(authDir, 12345, 12345) },
  { name: 'the session cannot be written to', check: 'session', status: 'fail', says: /cannot be written to/, remedy: /chmod|mount/, make: ({ authDir }, disk) => disk?.readOnly(authDir) },
  { name: 'a browser was left over on the profile (H14)', check: 'lock', status: 'warn', says: /a browser uses the profile \(process \d+\)/, remedy: /^kill \d+$/, make: leftOver },
  { name: 'an unknown key',         check: 'config',  status: 'fail', says: /browser\.pth/, remedy: /--check-config$/, make: ({ dir }) => writeFileSync(join(dir, 'wad.toml'), '[browser]\npth = "x"\n') },
];

/** Three files of messages, of 5 MB each; the oldest is from four days ago. */
function files(stateDir: string): void {
  const directory = join(stateDir, 'media');
  mkdirSync(directory, { mode: 0o700 });
  for (const days of [0, 2, 4]) {
    const path = join(directory, `f-${String(days).repeat(40)}`);
    writeFileSync(path, Buffer.alloc(5 * 1_048_576));
    const usedAt = new Date(Date.now() - days * 86_400_000 - 3_600_000);
    utimesSync(path, usedAt, usedAt);
  }
}

async function leftOver(home: Home): Promise<void> {
  const args = ['--headless', '--no-sandbox', `--user-data-dir=${home.profile}`, 'about:blank'];
  spawn(home.browser, args, { stdio: 'ignore', detached: true, env: { ...process.env, HOME: home.dir } });
  await eventually(async () => (await home.browsers()).length > 0, 'a browser on the profile');
}

t.test(
  'wad --doctor reports each misconfiguration with its remedy',
  { skip: CAN_MOUNT ? false : 'needs root, to mount a small disk' },
  async (t) => {
    await using sim = await Simulator.start();
    for (const row of ROWS)
      await t.test(row.name, async (t) => {
        await using home = await Home.make(sim);
        await openPort(home);
        using disk = new SmallDisk(home.stateDir, 900);
        mkdirSync(home.authDir, { mode: 0o700 });
        await row.make?.(home, disk);
        const browser =
          row.browser === undefined
            ? home.browser
            : join(row.browser.startsWith('/') ? '/' : home.dir, row.browser);
        const env = {
          PATH: process.env.PATH ?? '',
          HOME: home.dir,
          TMPDIR: home.tmp,
          NODE: process.execPath,
          ...row.env,
        };
        const args = [
          '--state-dir',
          home.stateDir,
          '--socket',
          home.socket,
          '--browser',
          browser,
          '--config',
          join(home.dir, 'wad.toml'),
          ...(row.args ?? ['--no-sandbox']),
        ];
        if (row.check !== 'config') writeFileSync(join(home.dir, 'wad.toml'), '');
        const ran = await run([WAD, '--doctor', '--output', 'json', ...args], env);
        const { ok, checks } = JSON.parse(ran.stdout) as {
          ok: boolean;
          checks: { name: string; status: string; says: string; remedy: string | null }[];
        };
        const found = checks.find(({ name }) => name === row.check);
        t.match(found, { status: row.status, says: row.says, remedy: row.remedy });
        t.equal(ran.code, ok ? 0 : 1);
        if (row.status === 'fail') t.equal(ok, false);
        for (const pid of await home.browsers()) process.kill(pid, 'SIGKILL');
        rmSync(join(home.dir, 'wad.toml'), { force: true });
      });
  },
);

t.test('wactl doctor prints the same findings as text', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim);
  const { code, stdout } = await wactl(['doctor'], {
    env: {
      HOME: home.dir,
      XDG_STATE_HOME: home.stateDir,
      WAD_BROWSER_PATH: '/nowhere/chromium',
      WAD_BROWSER_SANDBOX: 'false',
    },
  });
  t.equal(code, 1);
  t.match(stdout, /^fail {2}browser .*\/nowhere\/chromium.*\n.*→ sudo apt-get install chromium$/m);
});

t.test('wactl doctor checks the paths of the daemon that it queries', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const file = join(home.dir, 'own.toml');
  writeFileSync(file, '');
  const wad = await home.start({ args: ['--no-auto-init', '--account', 'shop', '--config', file] });
  // The caller's environment must not matter: it has another state directory and no browser.
  const { stdout } = await wactl(['doctor', '-o', 'json'], {
    socket: home.socket,
    env: { HOME: home.tmp, WAD_BROWSER_PATH: '/nowhere/chromium' },
  });
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; says: string }[] };
  const says = (name: string) => checks.find((check) => check.name === name)?.says ?? '';
  t.equal(says('config'), file);
  t.equal(says('state'), home.stateDir);
  t.match(says('session'), home.authDir);
  t.match(says('lock'), new RegExp(`held by process ${wad.pid} `));
  t.equal(says('browser'), home.browser);
  t.match(says('sandbox'), /^off/);
  t.equal((await wad.stop()).code, 0);
});

function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string }> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout }));
  });
}
