/** Canary and bug report name missing modules before an account fails, and contain nothing private. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Home } from '../harness/home.js';
import { processesOf } from '../harness/processes.js';
import { startWactl } from '../harness/wactl.js';
import { WAD } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

/** Runs `wad --canary` with the directories of a home. */
function canary(
  home: Home,
  args: readonly string[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH ?? '', HOME: home.dir, TMPDIR: home.tmp };
  const line = [
    WAD,
    '--canary',
    '--state-dir',
    home.stateDir,
    '--browser',
    home.browser,
    '--no-sandbox',
    ...args,
  ];
  const child = spawn(process.execPath, line, { env, cwd: home.cwd });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      out[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...out }));
  });
}

for (const generation of ['2026-04', '2026-07', '2026-09-passkey'] as const) {
  t.test(`on ${generation} no module is missing, and nothing is left behind`, async (t) => {
    await using sim = await Simulator.start({ generation });
    await using home = await Home.make(sim, { t });
    const { code, stdout, stderr } = await canary(home, ['--output', 'json']);
    t.equal(code, 0, stderr);
    const report = JSON.parse(stdout);
    t.match(report, {
      ok: true,
      whatsappWeb: sim.knobs.pageVersion,
      qr: true,
      capabilities: { 'link.qr': 'ok', 'send.media': 'ok' },
      pageErrors: [],
    });
    // Whether the message keys need a repair is known only with a linked account (D1).
    t.notHas(report.capabilities, { 'send.text': String });
    t.same(await home.processes(), []);
    t.same(home.sessions(), []);
  });
}

t.test('a missing module is named, and the exit status reports it', async (t) => {
  await using sim = await Simulator.start({
    generation: '2026-07',
    knobs: {
      missingModules: ['WAWebSendMsgChatAction'],
      renamedMembers: ['WAWebQueryExistsJob.queryWidExists'],
    },
  });
  await using home = await Home.make(sim, { t });
  const { code, stdout } = await canary(home);
  t.equal(code, 1);
  t.match(stdout, /^fail .*send\.text is missing: WAWebSendMsgChatAction/);
  t.match(stdout, /contact\.check +missing: WAWebQueryExistsJob\.queryWidExists/);
  await sim.set('loadFault', 'refuse');
  const refused = await canary(home, ['--output', 'json']);
  t.equal(refused.code, 1);
  t.match(JSON.parse(refused.stdout), { ok: false, says: /network_down/, qr: false });
});

t.test('a bug report is useful and contains nothing private', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-07', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111', pushname: 'Private Person' });
  const contact = sim.createContact({ number: '15550002222', name: 'Secret Friend' });
  const wad = await home.start();
  await wad.link(phone);
  await contact.send('nobody may read this');
  await wad.event('message');
  await sim.pages[0]?.command('throwError', { text: 'r: r of 15550003333 in "a chat"' });
  await wad.logged('whatsapp.page-error');
  const file = join(home.dir, 'report.json');
  t.match(await wad.wactl(['bugreport', file], { timeoutMs: 60_000 }), { code: 0, stdout: /Read it before/ });
  t.equal((await stat(file)).mode & 0o777, 0o600);
  const text = await readFile(file, 'utf8');
  const report = JSON.parse(text);
  t.match(report, {
    daemon: {
      versions: { whatsappWeb: sim.knobs.pageVersion, whatsappWebJs: '1.34.7' },
      status: { status: 'ready', capabilities: { 'send.text': 'patched' } },
      pageErrors: [{ error: /^r: r of/, whatsappWeb: sim.knobs.pageVersion }],
    },
  });
  t.ok(report.daemon.states.some(({ status }: { status: string }) => status === 'ready'));
  t.ok(report.daemon.pageErrors[0].modules.length > 0, 'the report names the required modules');
  t.ok(report.doctor !== undefined);
  t.ok(Buffer.from(report.picture, 'base64').subarray(0, 8).equals(PNG_SIGNATURE));
  for (const secret of [
    '15550001111',
    '15550002222',
    '15550003333',
    'Private',
    'Secret',
    'nobody may read',
    'a chat',
  ])
    t.notOk(text.includes(secret), secret);
  await wad.stop();
  const down = await wad.wactl(['bugreport', '-'], { timeoutMs: 60_000 });
  t.match(JSON.parse(down.stdout), { daemon: { error: { kind: 'unreachable' } } });
});

/** `wactl canary --deep` with a program of ours as its browser. */
async function deep(t: Test, browser: string, args: readonly string[] = [], which = ['--deep']) {
  const home = await mkdtemp(join(tmpdir(), 'wad-deep-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const [program, temporary] = [join(home, 'browser'), join(home, 'tmp')];
  await mkdir(temporary);
  await writeFile(program, `#!/bin/sh\ntouch "$0.started"\n${browser}\n`);
  await chmod(program, 0o755);
  const env = {
    ...{ HOME: home, TMPDIR: temporary, STATE_DIRECTORY: join(home, 'state') },
    ...{ WAD_BROWSER_PATH: program, WAD_BROWSER_SANDBOX: 'false' },
  };
  const { end } = startWactl(['canary', ...which, ...args], { env, cwd: home, timeoutMs: 120_000 });
  const ended = await end;
  return {
    ...ended,
    home,
    temporary: await readdir(temporary),
    isStarted: (await readdir(home)).includes('browser.started'),
    processes: await processesOf(home, new Set()),
  };
}

for (const which of [['--deep'], []])
  t.test(`SIGTERM to wactl ends the canary in order ${which}`, async (t) => {
    // Its parent is wad, whose parent is wactl.
    const toWactl = "kill -TERM $(sed -n 's/^PPid:[^0-9]*//p' /proc/$PPID/status)";
    const ended = await deep(t, `${toWactl}; exec sleep 600`, [], which);
    t.match(ended, { code: 143, stdout: '', isStarted: true }, ended.stderr);
    t.same(ended.processes, []);
    t.same(ended.temporary, [], 'the profile is removed');
  });

t.test('a browser that does not start is no finding', async (t) => {
  const ended = await deep(t, 'exit 1', ['--textfile', 'wad.prom']);
  t.match(ended, { code: 5, stdout: /^The canary could not be run/, isStarted: true }, ended.stderr);
  t.match(await readFile(join(ended.home, 'wad.prom'), 'utf8'), /^wad_canary_result 2$/m);
  t.same(ended.temporary, []);
});

t.test('a password file that others can read is no finding, and the metrics say so', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'wad-password-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const [browser, password, textfile] = ['browser', 'password', 'wad.prom'].map((name) => join(home, name));
  await writeFile(browser as string, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  await writeFile(password as string, 'secret');
  await chmod(password as string, 0o644);
  await writeFile(textfile as string, 'wad_canary_result 0\n');
  const env = {
    ...{ HOME: home, STATE_DIRECTORY: join(home, 'state') },
    ...{ WAD_BROWSER_PATH: browser, WAD_BROWSER_SANDBOX: 'false' },
    ...{ WAD_PROXY_URL: 'http://127.0.0.1:9', WAD_PROXY_USER: 'ana', WAD_PROXY_PASSWORD_FILE: password },
  };
  const run = (args: readonly string[]) =>
    startWactl(['canary', ...args], { env, cwd: home, timeoutMs: 120_000 }).end;
  t.match(await run([]), { code: 5, stderr: /is open to others \(mode 0644\)/ });
  t.match(await run(['--deep', '--textfile', textfile as string]), {
    code: 5,
    stdout: /^The canary could not be run: .*is open to others \(mode 0644\); try: chmod 600 /,
  });
  t.match(await readFile(textfile as string, 'utf8'), /^wad_canary_result 2$/m);
});

t.test('what is printed has no character that a terminal obeys', async (t) => {
  for (const args of [[], ['--deep']]) {
    const env = {
      WAD_BROWSER_PATH: '/x\u009b31mRED\u202e',
      WAD_BROWSER_SANDBOX: 'false',
      HOME: '/nonexistent',
    };
    const { end } = startWactl(['canary', '-o', 'json', ...args], { env, cwd: tmpdir(), timeoutMs: 120_000 });
    const { stdout } = await end;
    t.match(stdout, /\\u009b31mRED\\u202e/);
    t.notMatch(stdout, /[\u007f-\u009f\u202e]/);
    t.match(JSON.parse(stdout).says, /\u009b31mRED\u202e/);
  }
});

t.test('files and rules that cannot be used are refused before the browser starts', async (t) => {
  for (const args of [
    ['--report', 'none/report.json'],
    ['--archive', 'browser'],
  ]) {
    const ended = await deep(t, 'exit 1', args);
    t.match(ended, { code: 5, isStarted: false }, ended.stderr);
    t.match(
      ended.stdout,
      /^The canary could not be run: .*(report\.json cannot be written|browser cannot be used)/,
    );
    t.same(ended.temporary, []);
  }
});
