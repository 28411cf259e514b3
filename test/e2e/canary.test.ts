/** Canary and bug report name missing modules before an account fails, and contain nothing private. */
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Home } from '../harness/home.js';
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
