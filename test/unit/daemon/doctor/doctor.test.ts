/** Each check of the doctor recognises its misconfiguration and names the remedy. */

import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { renderCanary } from '../../../../src/daemon/doctor/canary.js';
import { type DoctorFrom, examine, type Report, renderReport } from '../../../../src/daemon/doctor/doctor.js';
import { layout } from '../../../../src/session-dir/layout.js';
import { takeLock } from '../../../../src/session-dir/lock.js';
import { diagnose } from '../../../../src/whatsapp/browser/launch-errors.js';
import { TimedOut } from '../../../../src/whatsapp/failures/deadline.js';
import { TestProxy } from '../../../harness/proxy.js';

const WORKS: DoctorFrom['tryBrowser'] = async () => ({
  ok: true,
  ms: 500,
  version: 'Chrome/156',
  stderr: '',
});

function machine(t: { teardown(end: () => void): unknown }, more: Partial<DoctorFrom> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'wad-doctor-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'chromium'), '#!/bin/sh\n', { mode: 0o755 });
  const stateDir = join(dir, 'state');
  const from: DoctorFrom = {
    flags: {
      account: 'shop',
      config: undefined,
      stateDir,
      network: false,
      keys: { 'no-sandbox': true, browser: join(dir, 'chromium') },
    },
    env: { XDG_RUNTIME_DIR: dir, XDG_CONFIG_HOME: dir },
    uid: process.geteuid?.() ?? 0,
    home: dir,
    cwd: dir,
    nowMs: Date.now(),
    tryBrowser: WORKS,
    ...more,
  };
  return { dir, stateDir, from };
}
const finding = ({ checks }: Report, name: string) => checks.find((check) => check.name === name);

t.test('on a machine with everything installed no check fails', async (t) => {
  const { from, dir } = machine(t);
  const report = await examine(from);
  t.equal(report.ok, true, JSON.stringify(report));
  t.same(
    report.checks.map(({ name }) => name),
    [
      'node',
      'packages',
      'config',
      'state',
      'session',
      'disk',
      'media',
      'limits',
      'clock',
      'lock',
      'socket',
      'proxy',
      'whatsapp',
      'browser',
      'sandbox',
      'launch',
    ],
  );
  t.match(finding(report, 'state'), { status: 'ok', says: /will be created/ });
  t.match(finding(report, 'lock'), { status: 'ok', says: 'free' });
  t.match(finding(report, 'socket'), { status: 'ok', says: /no daemon runs/ });
  t.match(finding(report, 'sandbox'), { status: 'warn', says: /^off/ });
  t.match(finding(report, 'packages'), {
    status: 'ok',
    says: /whatsapp-web\.js 1\.34\.7, puppeteer 24\.38\.0/,
  });
  t.match(finding(report, 'launch'), { status: 'ok', says: /Chrome\/156 .* in 0\.5 s/ });
  t.match(finding(report, 'browser'), { says: join(dir, 'chromium') });
});

t.test('the report is text for people and JSON for programs', (t) => {
  const report: Report = {
    ok: false,
    checks: [
      { name: 'node', status: 'ok', says: 'Node 20', remedy: null },
      { name: 'browser', status: 'fail', says: 'none', remedy: 'sudo apt-get install chromium' },
    ],
  };
  t.equal(
    renderReport(report, 'text'),
    'ok    node     Node 20\nfail  browser  none\n               → sudo apt-get install chromium\n',
  );
  t.same(JSON.parse(renderReport(report, 'json')), report);
  t.end();
});

t.test('what a page or a path says neither ends a line nor reaches the terminal as a command', (t) => {
  const evil = 'e\u001b[2J\nok    all works\u009b1m\u202e';
  const shown = 'e\\u001b[2J\\nok    all works\\u009b1m\\u202e';
  const report: Report = { ok: false, checks: [{ name: 'a', status: 'fail', says: evil, remedy: evil }] };
  const canary = renderCanary({
    ...{ ok: false, says: evil, whatsappWeb: evil, browser: evil, qr: false, ms: 1 },
    capabilities: { [evil]: evil },
    pageErrors: [{ error: evil, modules: [evil], atMs: 0, build: null }],
  });
  for (const [text, times] of [
    [renderReport(report, 'text'), 2],
    [canary, 5],
  ] as const) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    t.notMatch(text, /^ok/m);
    t.equal(text.split(shown).length - 1, times, 'each of them is there');
  }
  const json = renderReport(report, 'json');
  t.notMatch(json, /[\u007f-\u009f\u202e]/);
  t.same(JSON.parse(json), report);
  t.end();
});

t.test('a proxy is tried, and asked for its address, only on request', async (t) => {
  const answering = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n203.0.113.7\n'));
  }).listen(0, '127.0.0.1');
  await once(answering, 'listening');
  t.teardown(() => answering.close());
  const { port } = answering.address() as AddressInfo;
  const targets = { 'web.whatsapp.com:443': port, 'ip.example:80': port };
  await using proxy = await TestProxy.start({ kind: 'http', targets });
  const { from } = machine(t);
  const env = { ...from.env, WAD_PROXY_URL: proxy.url, WAD_PROXY_ADDRESS_URL: 'http://ip.example/' };
  const look = async (network: boolean) =>
    finding(await examine({ ...from, env, flags: { ...from.flags, network } }), 'proxy');
  t.match(await look(false), { status: 'ok', says: /not tried/ });
  t.same(proxy.passed, []);
  t.match(await look(true), {
    status: 'ok',
    says: `${proxy.url} connects to WhatsApp, from the address 203.0.113.7`,
  });
  await proxy.end();
  t.match(await look(true), {
    status: 'fail',
    says: /cannot be reached/,
    remedy: `nc -vz 127.0.0.1 ${proxy.port}`,
  });
  t.match(finding(await examine(from), 'proxy'), { status: 'ok', says: 'none' });
});

t.test('a broken configuration is reported, and the other checks use the defaults', async (t) => {
  const { from, dir } = machine(t);
  mkdirSync(join(dir, 'wad'));
  writeFileSync(join(dir, 'wad', 'wad.toml'), 'autoInit = true\n[log]\nlevel = 3\n');
  const report = await examine(from);
  t.equal(report.ok, false);
  t.match(finding(report, 'config'), {
    status: 'fail',
    says: /wad\.toml:1: autoInit: no such key.*; .*wad\.toml:3: log\.level/,
    remedy: 'wad --account shop --check-config',
  });
  t.equal(report.checks.length, 16);
});

t.test('a directory with files of other programs is refused, as at a start', async (t) => {
  const { from, stateDir } = machine(t);
  mkdirSync(stateDir);
  writeFileSync(join(stateDir, 'index.html'), '');
  chmodSync(stateDir, 0o755);
  const found = finding(await examine(from), 'state');
  t.match(found, {
    status: 'fail',
    says: /not used by the daemon alone .*index\.html/,
    remedy: /^install -d/,
  });
  t.notMatch(found?.says, /closes it/);
  const system = machine(t);
  const flags = { ...system.from.flags, stateDir: tmpdir() };
  t.match(finding(await examine({ ...system.from, flags }), 'state'), { status: 'fail', says: /tmp/ });
});

t.test(
  'a state directory is reported when it is open to others, owned by another user or not a directory',
  async (t) => {
    const { from, stateDir } = machine(t);
    mkdirSync(join(stateDir, 'auth', 'session-shop'), { recursive: true });
    chmodSync(stateDir, 0o755);
    let report = await examine(from);
    t.match(finding(report, 'state'), {
      status: 'warn',
      says: /open to others \(755\)/,
      remedy: `chmod 700 ${stateDir}`,
    });
    chmodSync(stateDir, 0o700);
    chmodSync(join(stateDir, 'auth'), 0o700);
    chmodSync(join(stateDir, 'auth', 'session-shop'), 0o750);
    report = await examine(from);
    t.match(finding(report, 'state'), { status: 'ok' });
    t.match(finding(report, 'session'), { status: 'warn', says: /session-shop is open to others \(750\)/ });
    report = await examine({ ...from, uid: 54_321 });
    t.match(finding(report, 'state'), { status: 'fail', says: /belongs to user/, remedy: /chown/ });
    rmSync(stateDir, { recursive: true });
    writeFileSync(stateDir, '');
    t.match(finding(await examine(from), 'state'), { status: 'fail', says: /not a directory/ });
  },
);

t.test('a held lock is distinguished from one left behind', async (t) => {
  const { from, stateDir } = machine(t);
  const dir = layout(join(stateDir, 'auth'), 'shop');
  mkdirSync(dir.dataPath, { recursive: true, mode: 0o700 });
  {
    await using _ = await takeLock(dir, { log: { info() {}, warn() {} } });
    t.match(finding(await examine(from), 'lock'), {
      status: 'ok',
      says: `held by process ${process.pid} since`,
    });
  }
  mkdirSync(dir.lock);
  t.match(finding(await examine(from), 'lock'), { status: 'ok', says: /left behind/ });
});

t.test('the check of the socket reports whether a daemon answers, and a path that is too long', async (t) => {
  const { from, dir } = machine(t);
  mkdirSync(join(dir, 'wad', 'shop'), { recursive: true });
  const path = join(dir, 'wad', 'shop', 'control.sock');
  const listen = async (answer: boolean) => {
    const server = createServer((peer) => {
      peer.on('error', () => {});
      if (answer) peer.once('data', () => peer.end('{"jsonrpc":"2.0","id":1,"result":{}}\n'));
      else peer.resume().end();
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return () => new Promise((resolve) => server.close(resolve));
  };
  let close = await listen(true);
  t.match(finding(await examine(from), 'socket'), { status: 'ok', says: `a daemon answers at ${path}` });
  await close();
  close = await listen(false);
  t.match(finding(await examine(from), 'socket'), { status: 'fail', says: /does not answer/ });
  await close();
  const long = { ...from.flags, keys: { ...from.flags.keys, socket: `/tmp/${'x'.repeat(120)}` } };
  t.match(finding(await examine({ ...from, flags: long }), 'socket'), { status: 'fail', says: /107/ });
});

t.test('a clock that cannot be right is reported', async (t) => {
  const { from, stateDir } = machine(t);
  t.match(finding(await examine({ ...from, nowMs: 0 }), 'clock'), { status: 'fail', remedy: /set-ntp/ });
  mkdirSync(stateDir);
  writeFileSync(join(stateDir, 'file'), '');
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(join(stateDir, 'file'), later, later);
  t.match(finding(await examine(from), 'clock'), {
    status: 'warn',
    says: /a file in the state directory is from/,
  });
});

t.test('a missing browser, one that does not start, and a failing check are reported', async (t) => {
  const { from } = machine(t);
  const flags = { ...from.flags, keys: { ...from.flags.keys, browser: '/nowhere/chrome' } };
  let report = await examine({ ...from, flags });
  t.match(finding(report, 'browser'), { status: 'fail', remedy: /apt-get install chromium/ });
  t.match(finding(report, 'launch'), { status: 'fail', says: /not tried/ });

  const stderr = 'noise\nNo usable sandbox!';
  report = await examine({
    ...from,
    tryBrowser: async () => ({ ok: false, ms: 1, version: null, stderr, ...diagnose(stderr) }),
  });
  t.match(finding(report, 'launch'), {
    status: 'fail',
    says: /user namespaces.*\(No usable sandbox!\)/,
    remedy: /sysctl/,
  });

  report = await examine({ ...from, tryBrowser: () => Promise.reject(new Error('boom')) });
  t.match(finding(report, 'launch'), { status: 'fail', says: 'could not be checked: boom' });
});

t.test('root with the sandbox on fails, another user does not', async (t) => {
  const { from } = machine(t);
  const { 'no-sandbox': _, ...keys } = from.flags.keys;
  const flags = { ...from.flags, keys };
  t.match(finding(await examine({ ...from, flags, uid: 0 }), 'sandbox'), {
    status: 'fail',
    says: /--no-sandbox/,
  });
  t.notMatch(finding(await examine({ ...from, flags, uid: 1000 }), 'sandbox'), { status: 'fail' });
});

t.test('error messages of a browser are distinguished', (t) => {
  for (const [said, trouble] of [
    ['Running as root without --no-sandbox is not supported. See https://crbug.com/638180.', 'root'],
    ['No usable sandbox! If you are running on Ubuntu 23.10+', 'no_userns'],
    [
      'Failed to move to new namespace: PID namespaces supported, but failed: errno = Operation not permitted',
      'no_userns',
    ],
    [
      'Failed to create socket directory.\nThe profile appears to be in use by another Chromium process',
      'read_only_tmp',
    ],
    [
      'The profile appears to be in use by another Chromium process (4242) on another computer',
      'profile_locked',
    ],
    ['The browser is already running for /x. Use a different `userDataDir`', 'profile_locked'],
    [
      'chrome: error while loading shared libraries: libnss3.so: cannot open shared object file',
      'missing_libs',
    ],
    ['Browser was not found at the configured executablePath (/x)', 'not_found'],
    ['spawn /x EACCES', 'not_executable'],
    ['Missing X server or $DISPLAY', 'no_display'],
    ['EROFS: read-only file system, mkdtemp', 'read_only_tmp'],
    ['[1:1:ERROR:content/zygote/zygote_linux.cc:662] write: Broken pipe (32)', 'no_userns'],
    // The zygote's complaint may come first by chance, although the browser ended for another reason.
    ['zygote_linux.cc:662] write: Broken pipe\nFailed to create socket directory.', 'read_only_tmp'],
    ['Protocol error (Target.setDiscoverTargets): Target.setDiscoverTargets timed out.', 'timeout'],
    ['Target closed', 'other'],
  ] as const)
    t.equal(diagnose(said).trouble, trouble, said.slice(0, 70));
  const late = new TimedOut('x');
  t.equal(diagnose('x', late).trouble, 'timeout', 'ended by our own limit');
  t.equal(diagnose('Missing X server or $DISPLAY', late).trouble, 'no_display', 'the reason of the delay');
  t.end();
});
