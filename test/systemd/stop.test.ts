/** An explicit stop unlinks the phone, and any other way of stopping keeps the session. */
import type { Test } from 'tap';
import { type Machine, machineTest, PROFILE, UNIT } from './machine.js';

interface Row {
  readonly says: string;
  /** Lines of bash, all of which must succeed. */
  readonly act: readonly string[];
  /** The reason in the daemon's log. */
  readonly why: RegExp;
  readonly session: 'unlinked' | 'kept';
  readonly after: 'inactive' | 'active';
  /** The browser need not close cleanly. */
  readonly rough?: boolean;
  /** Undoes other changes of the row. */
  readonly undo?: string;
}

const VERDICT = '/run/wad-stop/default';
/** Waits for the helper's verdict on the current run, so that the next command comes later. */
const decided = (verdict: string) =>
  `for i in {1..500}; do grep -q "^invocation=$INVOCATION explicit=${verdict} " ${VERDICT} && exit; sleep 0.01; done; exit 1`;
const withInvocation = (line: string) => `INVOCATION=$(systemctl show -P InvocationID ${UNIT}); ${line}`;
const INTENT = '/usr/lib/wad/systemd/stop-intent';
const DOWN = `for i in {1..400}; do case $(systemctl is-active ${UNIT}) in inactive | failed) exit 0 ;; esac; sleep 0.05; done; exit 1`;
const RESTARTED = `for i in {1..400}; do [ "$(systemctl show -P NRestarts ${UNIT})" = 1 ] && systemctl -q is-active ${UNIT} && exit 0; sleep 0.05; done; exit 1`;
const DEB = 'printf "#!/bin/sh\\nexit 0\\n" >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d;';

const EXPLICIT: readonly Row[] = [
  {
    says: 'stop',
    act: [`systemctl stop ${UNIT}`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: 'disable --now',
    act: [`systemctl enable -q ${UNIT}`, `systemctl disable -q --now ${UNIT}`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: "stop 'wad@*'",
    act: ["systemctl stop 'wad@*'"],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: 'stop wad.target',
    act: ['systemctl stop wad.target', DOWN],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
    undo: 'systemctl start wad.target',
  },
  {
    says: 'stop together with another service',
    act: ['systemd-run -q --unit other sleep 1000', `systemctl stop ${UNIT} other.service`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: 'stop by a call over D-Bus',
    act: [
      `busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StopUnit ss ${UNIT} replace`,
      DOWN,
    ],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: 'stop without D-Bus',
    act: ['systemctl stop dbus.socket dbus.service', `systemctl stop ${UNIT}`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
    undo: 'systemctl start dbus.socket',
  },
  {
    says: 'stop of a daemon that was suspended by a signal',
    act: [`kill -STOP $(systemctl show -P MainPID ${UNIT})`, `systemctl stop ${UNIT}`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: 'stop, and a restart during the logout',
    act: [
      withInvocation(`systemctl stop --no-block ${UNIT}; (${decided('yes')}) && systemctl restart ${UNIT}`),
    ],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'active',
  },
  {
    says: 'stop twice',
    act: [`systemctl stop --no-block ${UNIT}; systemctl stop ${UNIT}`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
  {
    says: 'restart, immediately followed by a stop',
    // The helper reads the list of jobs once. Here it waits until the stop has replaced the restart.
    act: [
      `cp ${INTENT} ${INTENT}.own`,
      `printf '#!/bin/sh\nuntil systemctl list-jobs --no-legend --plain | grep -q "${UNIT} *stop"; do sleep 0.05; done\nexec ${INTENT}.own "$@"\n' >/lab/intent`,
      `chmod 755 /lab/intent && mount --bind /lab/intent ${INTENT}`,
      `systemctl restart --no-block ${UNIT}; systemctl stop ${UNIT}`,
      DOWN,
    ],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
    undo: `umount ${INTENT} && rm ${INTENT}.own`,
  },
  {
    says: 'removal of a package',
    act: [`${DEB} deb-systemd-invoke stop ${UNIT}`],
    why: /^job:stop$/,
    session: 'unlinked',
    after: 'inactive',
  },
];

const OTHER: readonly Row[] = [
  {
    says: 'restart',
    act: [`systemctl restart ${UNIT}`],
    why: /^job:restart$/,
    session: 'kept',
    after: 'active',
  },
  {
    says: 'try-restart',
    act: [`systemctl try-restart ${UNIT}`],
    why: /^job:restart$/,
    session: 'kept',
    after: 'active',
  },
  {
    says: 'reload-or-restart',
    act: [`systemctl reload-or-restart ${UNIT}`],
    why: /^job:restart$/,
    session: 'kept',
    after: 'active',
  },
  {
    says: 'restart wad.target',
    act: [
      // It returns before the accounts are up. Another start waits for that.
      withInvocation(`systemctl restart wad.target; (${decided('no')}) && systemctl start ${UNIT}`),
    ],
    why: /^job:restart$/,
    session: 'kept',
    after: 'active',
  },
  {
    says: 'upgrade of a package',
    act: [`${DEB} deb-systemd-invoke restart 'wad@*.service'`],
    why: /^job:restart$/,
    session: 'kept',
    after: 'active',
  },
  {
    says: 'restart, followed by a stop that comes too late',
    act: [
      withInvocation(`systemctl restart --no-block ${UNIT}; (${decided('no')}) && systemctl stop ${UNIT}`),
    ],
    why: /^job:restart$/,
    session: 'kept',
    after: 'inactive',
  },
  {
    says: 'systemctl kill',
    act: [`systemctl kill ${UNIT}`, RESTARTED],
    why: /^no verdict|^the verdict is of an earlier run$/,
    session: 'kept',
    after: 'active',
  },
  {
    says: 'isolate of a target that does not require it',
    act: ['systemctl isolate multi-user.target', DOWN],
    why: /^transaction:/,
    session: 'kept',
    after: 'inactive',
  },
  {
    says: 'stop of its slice',
    act: ['systemctl stop system-wad.slice'],
    why: /^transaction:system-wad\.slice:stop$/,
    session: 'kept',
    after: 'inactive',
  },
  {
    // By then systemd has forgotten the unit's settings, including KillMode=, so the browser gets the signal
    // too.
    says: 'mask --now',
    rough: true,
    act: [`systemctl mask -q --now ${UNIT}`],
    why: /^the verdict is of an earlier run$/,
    session: 'kept',
    after: 'inactive',
    undo: `systemctl unmask -q ${UNIT}`,
  },
  {
    // The daemon waits for the lock of the killed one, and systemd runs no helper before READY.
    says: 'stop of a daemon that is still starting',
    act: [
      `kill -KILL $(systemctl show -P MainPID ${UNIT})`,
      `for i in {1..400}; do [ "$(systemctl show -P SubState ${UNIT})" = start ] && exit 0; sleep 0.05; done; exit 1`,
      `systemctl stop ${UNIT}`,
    ],
    why: /./,
    session: 'kept',
    after: 'inactive',
    rough: true,
  },
  {
    says: 'stop with /run/wad-no-logout',
    act: ['touch /run/wad-no-logout', `systemctl stop ${UNIT}`],
    why: /^inhibited$/,
    session: 'kept',
    after: 'inactive',
    undo: 'rm /run/wad-no-logout',
  },
  {
    says: 'stop with a helper that fails',
    act: [
      `mount --bind /usr/bin/false ${INTENT}`,
      `systemctl stop ${UNIT}`,
      `[ "$(systemctl show -P Result ${UNIT})" = success ]`,
    ],
    why: /^the verdict is of an earlier run$/,
    session: 'kept',
    after: 'inactive',
    undo: `umount ${INTENT}`,
  },
];

const play = (rows: readonly Row[]) => async (t: Test, machine: Machine) => {
  const { lab, phone } = machine;
  for (const { says, act, why, session, after, rough, undo } of rows) {
    await t.test(says, async (t) => {
      await machine.ready();
      const [device] = phone.devices;
      for (const line of act) await lab.must(line);
      t.match((await machine.lastStop())?.why, why);
      t.equal((await machine.lab.run(`systemctl is-active ${UNIT}`)).stdout.trim(), after);
      if (session === 'kept') {
        t.equal(phone.devices[0]?.id, device?.id, 'the phone still lists the device');
        if (after === 'inactive' && !rough) t.equal(machine.exitType(), 'Normal');
        if (undo) await lab.must(undo);
        await lab.must(`systemctl start ${UNIT} && wactl wait ready`);
        t.equal(phone.devices[0]?.id, device?.id, 'the link is the same afterwards');
      } else {
        t.same(phone.devices, [], 'the phone lists no device');
        if (after === 'inactive') t.notOk(machine.exists(PROFILE), 'nothing of the session is left');
        else await lab.must('wactl wait linking');
        if (undo) await lab.must(undo);
      }
    });
  }
  t.equal(await lab.must(`journalctl -u ${UNIT} -t wad -p err -o cat`), '', 'there was no alert');
};

machineTest('an explicit stop unlinks the phone and removes the session', play(EXPLICIT));
machineTest('any other end keeps the session', play(OTHER));
