/** A daemon that ends unexpectedly is restarted with its session, unless a restart cannot help. */
import { type Machine, machineTest, UNIT } from './machine.js';

const MAIN = `$(systemctl show -P MainPID ${UNIT})`;
/** Succeeds after the n-th restart by systemd since the last start by a person. */
const restarted = (n: number) =>
  `[ "$(systemctl show -P NRestarts ${UNIT})" = ${n} ] && systemctl -q is-active ${UNIT}`;
const dropIn = (...lines: string[]) =>
  `mkdir -p /run/systemd/system/${UNIT}.d && printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >/run/systemd/system/${UNIT}.d/test.conf && systemctl daemon-reload`;
const NO_DROP_IN = `rm -r /run/systemd/system/${UNIT}.d && systemctl daemon-reload`;

async function sameLink(machine: Machine, act: () => Promise<void>): Promise<boolean> {
  await machine.ready();
  const [device] = machine.phone.devices;
  await act();
  await machine.lab.must('wactl wait ready');
  return device !== undefined && machine.phone.devices[0]?.id === device.id;
}

machineTest('a daemon that crashed is restarted, and keeps its session', async (t, machine) => {
  const { lab } = machine;

  await t.test('the daemon is killed with kill -9', async (t) => {
    const same = await sameLink(machine, async () => {
      await lab.must(`kill -KILL ${MAIN}`);
      await lab.until(restarted(1));
    });
    t.ok(same);
    t.equal(
      await lab.must('pgrep -cu wad -f "^/usr/lib/chromium/chromium [^-]*--show|type=zygote --no-zygote"'),
      '2',
      'there is one browser',
    );
  });

  await t.test('the daemon is killed with kill -9 right after linking', async (t) => {
    // The link need not be on disk yet: only an orderly close of the browser writes it.
    await lab.must('wactl disconnect && wactl init');
    const same = await sameLink(machine, async () => {
      const before = await machine.property('NRestarts');
      await lab.must(`kill -KILL ${MAIN}`);
      await lab.until(restarted(Number(before) + 1));
    });
    t.ok(same);
  });

  await t.test('the daemon, not systemd, replaces a browser that was killed with kill -9', async (t) => {
    const same = await sameLink(machine, async () => {
      await lab.must(`systemctl restart ${UNIT} && wactl wait ready`);
      const before = await lab.must(`echo ${MAIN}`);
      const from = await lab.must('date +%s.%N');
      await lab.must('pkill -KILL -u wad -f -- --remote-debugging-pipe');
      const lost = '"to":"reconnecting","reason":"browser_crashed"';
      await lab.until(`journalctl -u ${UNIT} -t wad --since=@${from} -o cat | grep -qF '${lost}'`);
      await lab.must('wactl wait ready');
      t.equal(await lab.must(`echo ${MAIN}`), before);
    });
    t.ok(same);
  });

  await t.test('a stop during the wait for a restart keeps the session', async (t) => {
    const same = await sameLink(machine, async () => {
      await lab.must(`kill -KILL ${MAIN}; systemctl stop ${UNIT}`);
      t.match(await machine.property('ActiveState'), /^(inactive|failed)$/);
      t.equal(await machine.property('MainPID'), '0');
      await lab.must(`systemctl start ${UNIT}`);
    });
    t.ok(same, 'no daemon ran that could log out');
  });

  await t.test('the watchdog kills a daemon that makes no progress', async (t) => {
    await lab.must(dropIn('[Service]', 'WatchdogSec=3'));
    const same = await sameLink(machine, async () => {
      await lab.must(`systemctl restart ${UNIT} && wactl wait ready`);
      // Its helper keeps running, and must not send keep-alives for it.
      await lab.must(`kill -STOP ${MAIN}`);
      await lab.until(restarted(1));
    });
    t.ok(same);
    const said = await machine.journal('-p err');
    t.ok(
      said.some(({ MESSAGE }) => /Watchdog timeout/.test(MESSAGE)),
      '`journalctl -p err` shows it',
    );
    t.notOk((await machine.log()).some(({ event }) => event === 'systemd.trouble'));
    await lab.must(NO_DROP_IN);
  });

  await t.test('an account that is not ready, or has no phone, does not trigger the watchdog', async (t) => {
    await lab.must(
      `wactl disconnect && ${dropIn('[Service]', 'WatchdogSec=4')} && systemctl restart ${UNIT}`,
    );
    await lab.must('wactl wait linking');
    // Waits for two more deadlines, by systemd's own record of the last keep-alive.
    const last = async () => Number(await machine.property('WatchdogTimestampMonotonic'));
    const until = (await last()) + 9_000_000;
    await lab.until(`[ "$(systemctl show -P WatchdogTimestampMonotonic ${UNIT})" -ge ${until} ]`);
    await lab.must('wactl wait linking');
    t.equal(await machine.property('NRestarts'), '0');
    t.match(await machine.property('StatusText'), /^linking: a QR code waits to be scanned \(wactl qr\)$/);
    await lab.must(NO_DROP_IN);
  });
});

machineTest(
  'a daemon that a restart cannot help is not restarted, and reports the reason',
  async (t, machine) => {
    const { lab } = machine;
    for (const { says, code, begin, end, words } of [
      {
        says: 'a wrong configuration',
        code: 78,
        begin: "cp /etc/wad/wad.toml /tmp; printf '[browsr]\\n' >/etc/wad/wad.toml",
        end: 'cp /tmp/wad.toml /etc/wad/wad.toml',
        words: /wad\.toml:1: browsr: .*did you mean \[browser\]/,
      },
      {
        says: 'an unknown flag',
        code: 64,
        begin: dropIn('[Service]', 'ExecStart=', 'ExecStart=/usr/bin/wad --nonsense'),
        end: NO_DROP_IN,
        words: /there is no --nonsense/,
      },
    ])
      await t.test(says, async (t) => {
        await lab.must(begin);
        const from = await lab.must('date +%s.%N');
        const { code: started } = await lab.run(`systemctl start ${UNIT}`);
        t.not(started, 0, '`systemctl start` fails');
        t.equal(await machine.property('ActiveState'), 'failed');
        t.equal(await machine.property('ExecMainStatus'), String(code));
        // A unit that will be restarted is never failed in between: it is activating (auto-restart) from its
        // end on.
        t.equal(await machine.property('SubState'), 'failed');
        t.equal(await machine.property('Job'), '', 'no restart is scheduled');
        t.equal(await machine.property('NRestarts'), '0');
        const errors = await machine.journal(`-p err -t wad --since=@${from}`);
        t.match(errors[0]?.MESSAGE, words, '`journalctl -p err` shows the reason');
        await lab.must(end);
        await lab.must(`systemctl start ${UNIT}`);
        await lab.must(`systemctl stop ${UNIT}`);
      });
  },
);
