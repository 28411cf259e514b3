/** The agent of a fleet as a service: it runs accounts as units, may touch no others, and is hardened. */
import { lacks } from '../harness/program.js';
import { ROOT } from './lab.js';
import { INSTALL, machineTest, UNIT } from './machine.js';

const EXPOSURE_AT_MOST = 1.5;
const FLEET = `[fleet]
servers = ["nats://127.0.0.1:4222"]
machine = "m1"
profile = "shared"
leaseSeconds = 6
`;

machineTest(
  'the agent of a machine',
  async (t, machine) => {
    const { lab, phone, sim } = machine;
    const missing = [lacks('nats-server'), lacks('/usr/lib/polkit-1/polkitd')].find((why) => why !== false);
    if (missing) return void t.plan(0, missing);
    const holds = () => lab.until('wactl fleet accounts | grep -E "^default +held +m1"');

    await t.test('it joins the fleet, and its status text says so', async (t) => {
      await lab.must(
        'mkdir /tmp/nats && systemd-run -q --unit nats nats-server -a 127.0.0.1 -js -sd /tmp/nats',
      );
      await lab.must(`cat >>/etc/wad/wad.toml <<'END'\n${FLEET}END`);
      await lab.must('systemctl enable --now wad-agent');
      await lab.until("systemctl show -P StatusText wad-agent | grep '^machine m1: 0 daemons'");
      t.match(await lab.must('wactl fleet machines'), /^m1 +ok +0 /m);
      t.equal((await lab.run('systemd-analyze verify wad-agent.service')).stderr, '');
    });

    await t.test('an account that is added runs as its unit, and can be linked', async (t) => {
      await lab.must("printf '[pacing]\\nburst = 3\\n' | wactl fleet add default --config -");
      t.equal(await machine.property('ActiveState'), 'active');
      await lab.must('wactl wait linking');
      await phone.scan(await sim.waitForQr({ timeoutMs: 60_000 }));
      await lab.must('wactl wait ready');
      t.equal(
        await lab.must("stat -c '%a %U %G' /run/wad-agent /run/wad-agent/default.toml"),
        '750 wad-agent wad\n640 wad-agent wad',
      );
    });

    await t.test('a new configuration restarts the daemon and keeps the link', async (t) => {
      const before = await machine.property('MainPID');
      await lab.must("printf '[pacing]\\nburst = 4\\n' | wactl fleet add default --config -");
      await lab.until(`systemctl show -P MainPID ${UNIT} | grep -vx -e ${before} -e 0`);
      await lab.until('wactl wait ready');
      t.match(await lab.must('cat /run/wad-agent/default.toml'), /burst = 4/);
      t.equal(phone.devices.length, 1);
    });

    await t.test('a killed agent comes back; the account does not notice', async (t) => {
      const account = await machine.property('MainPID');
      await lab.must('systemctl kill -s KILL wad-agent');
      await lab.until("systemctl show -P StatusText wad-agent | grep '^machine m1: 1 daemons'");
      t.equal(await machine.property('MainPID'), account);
    });

    await t.test('an account that is stopped keeps its link', async (t) => {
      t.match(await lab.must('wactl fleet stop default'), /^default is stopped$/m);
      await lab.until(`test "$(systemctl show -P ActiveState ${UNIT})" = inactive`);
      t.equal(phone.devices.length, 1);
      await lab.until('! test -e /run/wad-agent/default.toml');
      await lab.must('wactl fleet start default');
      await lab.until('wactl wait ready');
      t.equal(phone.devices.length, 1, 'without a QR code');
    });

    await t.test('a unit that a person stops is started again, with its link', async (t) => {
      await holds();
      await lab.must(`systemctl stop ${UNIT}`);
      await lab.until('wactl wait ready');
      t.equal(phone.devices.length, 1);
    });

    await t.test('its user may control the units of accounts, and nothing else', async (t) => {
      const as = (line: string) => lab.run(`systemctl --no-ask-password ${line}`, { user: 'wad-agent' });
      t.equal((await as('restart wad@other.service')).code, 0);
      await lab.must('systemctl stop wad@other.service');
      for (const line of [
        'start wad-gateway.service',
        'stop wad-agent.service',
        'kill wad@default.service',
        'daemon-reload',
        'start wad-canary@x.service',
      ])
        t.not((await as(line)).code, 0, line);
      const main = await lab.must('systemctl show -P MainPID wad-agent');
      t.equal(await lab.must(`stat -c '%U %G' /proc/${main}`), 'wad-agent wad');
      t.match(await lab.must(`cat /proc/${main}/status`), /^CapBnd:\t0+$/m);
      const out = await lab.must('systemd-analyze security --no-pager wad-agent.service');
      const [, exposure = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(out) ?? [];
      t.ok(Number(exposure) <= EXPOSURE_AT_MOST, exposure);
    });

    await t.test('uninstalled and purged, nothing is left', async (t) => {
      await lab.must(`${ROOT}/scripts/uninstall --purge`);
      const left =
        'ls -d /run/wad-agent /usr/share/polkit-1/rules.d/49-wad-agent.rules 2>/dev/null; getent passwd wad-agent';
      t.equal((await lab.run(left)).stdout.trim(), '');
    });
  },
  { install: INSTALL },
);
