/** The running unit: its status text, the users who may connect, its hardening, and its file modes. */
import { machineTest, PROFILE, UNIT } from './machine.js';

const SECURITY_AT_MOST = 2.0;

machineTest('a running account', async (t, machine) => {
  const { lab, phone, sim } = machine;

  await t.test('starts without a phone, and its status text says what it waits for', async (t) => {
    await lab.must(`systemctl start ${UNIT}`);
    await lab.must('wactl wait linking');
    t.match(
      await lab.must(`systemctl status ${UNIT} --no-pager`),
      /Active: active \(running\)[\s\S]*Status: "linking: a QR code waits to be scanned \(wactl qr\)"/,
    );
    await phone.scan(await sim.waitForQr());
    await lab.must('wactl wait ready');
    t.equal(await machine.property('StatusText'), 'ready');
  });

  await t.test('has taken its turn to start, and given it back', async (t) => {
    t.equal(await lab.must('stat -c "%U %a" /run/wad-starts'), 'wad 700');
    t.equal(await lab.must('ls -A /run/wad-starts'), '');
    t.equal((await lab.run(`journalctl -u ${UNIT} -o cat | grep start-line`)).stdout, '');
  });

  await t.test('has no warning from systemd about its units', async (t) => {
    const { code, stdout, stderr } = await lab.run(
      'systemd-analyze verify wad@x.service wad-ready@x.service wad.target',
    );
    t.same({ code, said: stdout + stderr }, { code: 0, said: '' });
  });

  await t.test(`has an exposure of at most ${SECURITY_AT_MOST}`, async (t) => {
    for (const unit of [UNIT, 'wad-ready@default.service']) {
      const out = await lab.must(`systemd-analyze security --no-pager ${unit}`);
      const [, exposure = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(out) ?? [];
      t.ok(Number(exposure) <= SECURITY_AT_MOST, `${unit}: ${exposure}`);
    }
  });

  await t.test('runs as its user, without privileges', async (t) => {
    const main = await machine.property('MainPID');
    const status = await lab.must(`cat /proc/${main}/status`);
    t.match(status, /^NoNewPrivs:\t1$/m);
    t.match(status, /^CapBnd:\t0+$/m);
    t.match(status, /^Seccomp:\t2$/m);
    t.equal(await lab.must(`stat -c %U /proc/${main}`), 'wad');
  });

  await t.test('runs Chromium with its own sandbox', async (t) => {
    const main = await machine.property('MainPID');
    t.equal((await lab.run('pgrep -u wad -f -- --no-sandbox')).stdout, '');
    const seen = async (pid: string) => {
      const out = await lab.must(
        `grep -oP '^Seccomp_filters:\\s+\\K.*' /proc/${pid}/status; for ns in user pid net; do readlink /proc/${pid}/ns/$ns; done`,
      );
      const [filters, user, pids, net] = out.split('\n');
      return { filters: Number(filters), user, pids, net };
    };
    const daemon = await seen(main);
    const renderers = (await lab.must('pgrep -u wad -f -- "--type=renderer"')).split('\n');
    t.ok(renderers.length > 0);
    for (const renderer of renderers) {
      const its = await seen(renderer);
      t.equal(its.filters, daemon.filters + 1, 'the renderer has its own filter');
      for (const kind of ['user', 'pids', 'net'] as const)
        t.not(its[kind], daemon[kind], `the renderer has its own ${kind} namespace`);
    }
  });

  await t.test('sees and writes only its own files', async (t) => {
    const main = await machine.property('MainPID');
    const inside = (line: string) =>
      lab.run(`nsenter -t ${main} -m -- setpriv --reuid wad --regid wad --clear-groups bash -c '${line}'`);
    for (const place of ['/usr/x', '/etc/wad/x', '/var/lib/wad/x', '/run/wad/x', '/run/wad-stop/x', '/x'])
      t.not((await inside(`touch ${place}`)).code, 0, `${place} cannot be written`);
    const writable = '/var/lib/wad/default /run/wad/default /tmp /var/tmp /dev/shm';
    for (const place of writable.split(' ')) {
      const tried = await inside(
        `cp /usr/bin/true ${place}/true && ${place}/true; echo $?; rm ${place}/true`,
      );
      t.equal(tried.stdout.trim(), '126', `nothing in ${place} can be executed`);
    }
    const flags = await inside(
      "grep -oP '^\\S+ \\S+ \\S+ \\S+ (/|/usr|/opt|/etc|/var) \\Kr[ow]' /proc/self/mountinfo",
    );
    t.notMatch(flags.stdout, /rw/, 'programs and configuration are mounted read-only');
    for (const place of ['/root', '/var/log', '/run/dbus', '/boot'])
      t.not((await inside(`ls ${place}/`)).code, 0, `${place} cannot be read`);
    t.equal((await inside('ls /home | wc -l')).stdout.trim(), '0');
  });

  await t.test('has the right file modes and owners', async (t) => {
    const of = async (path: string) => lab.must(`stat -c "%a %U:%G" ${path}`);
    t.equal(await of('/var/lib/wad/default'), '700 wad:wad');
    t.equal(await of(PROFILE), '700 wad:wad');
    t.equal(await of('/run/wad/default'), '750 wad:wad');
    t.equal(await of('/run/wad/default/control.sock'), '660 wad:wad');
    t.equal(await of('/run/wad'), '755 root:root');
    t.equal(await of('/run/wad-stop'), '755 root:root');
    t.equal(await of('/var/lib/wad'), '755 root:root');
    t.equal(await of('/etc/wad/wad.toml'), '644 root:root');
    t.equal(
      await lab.must(
        'find /var/lib/wad/default ! -type l \\( -perm /077 -o ! -user wad \\) -printf "%m %u %p\\n"',
      ),
      '',
      'no state file is accessible to others',
    );
    t.equal(
      await lab.must(
        'find /usr/lib/wad /usr/lib/systemd/system/wad* /etc/wad ! -type l \\( -perm /022 -o ! -user root -o ! -perm -444 \\) -printf "%m %u %p\\n"',
      ),
      '',
      'everybody can read the programs, and only root can change them',
    );
  });

  await t.test('lets group wad use wactl, and tells others the reason', async (t) => {
    await lab.must('useradd -m -G wad friend && useradd -m stranger');
    const friend = await lab.run('wactl -o json status', { user: 'friend' });
    t.equal(friend.code, 0, friend.stderr);
    t.match(JSON.parse(friend.stdout), { status: 'ready' });
    const stranger = await lab.run('wactl status', { user: 'stranger' });
    t.equal(stranger.code, 3);
    t.match(stranger.stderr, /may not enter \/run\/wad\/default[\s\S]*usermod -aG wad/);
    t.equal(stranger.stdout, '');
  });

  await t.test('writes priorities and account names to the journal', async (t) => {
    const records = await machine.journal('-t wad');
    t.ok(records.length > 5);
    for (const { PRIORITY, MESSAGE, WAD_ACCOUNT } of records) {
      t.match(MESSAGE, /^\{/, 'each record is one line of JSON');
      const { level } = JSON.parse(MESSAGE) as { level: string };
      t.equal(PRIORITY, { error: '3', warn: '4', info: '6', debug: '7' }[level], MESSAGE);
      t.equal(WAD_ACCOUNT, 'default');
    }
    t.same(await machine.journal('-p err'), [], 'there is no error');
    t.ok(Number(await lab.must('journalctl WAD_ACCOUNT=default -o cat | wc -l')) > records.length);
    t.match(await lab.must('wactl logs -n 5'), /session\.transition/);
    // A person should check this.
    phone.unlink();
    await lab.must('wactl wait linking');
    const alarms = await machine.journal('-p err');
    t.match(
      alarms.map(({ MESSAGE }) => JSON.parse(MESSAGE)),
      [{ event: 'session.alert', reason: 'logged_out_by_phone', hint: 'wactl qr' }],
    );
    t.match(await machine.property('StatusText'), /^linking: the phone unlinked this device \(wactl qr\)$/);
  });

  await t.test('is started by wad-ready@, which waits for it and fails when a person must act', async (t) => {
    const refused = await lab.run('systemctl start wad-ready@default');
    t.not(refused.code, 0);
    t.match(await lab.must('journalctl -u wad-ready@default -o cat'), /a person must act/);
    t.equal(await machine.property('ActiveState'), 'active', 'the daemon keeps running');
    await machine.ready();
    await lab.must(`touch /run/wad-no-logout; systemctl stop ${UNIT}; rm /run/wad-no-logout`);
    await lab.must('systemctl start wad-ready@default');
    t.equal(await machine.property('ActiveState', 'wad-ready@default'), 'active');
    t.equal(await machine.property('StatusText'), 'ready', 'it has started the daemon and waited');
    await lab.must('systemctl stop wad-ready@default');
    t.equal(await machine.property('ActiveState'), 'active', 'the daemon keeps running');
    t.equal(phone.devices.length, 1);
    await lab.must(`systemctl restart ${UNIT} && systemctl start wad-ready@default`);
    await lab.must(`systemctl stop ${UNIT}`);
    t.equal(
      await machine.property('ActiveState', 'wad-ready@default'),
      'inactive',
      'it is stopped together with the daemon',
    );
    t.same(phone.devices, []);
  });
});
