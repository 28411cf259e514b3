/**
 * The doctor reports hardening that breaks Chromium or Node (H16).
 * Each row is a real run with one set of directives, as the user of the service and with Chromium's sandbox
 * on.
 */
import { machineTest } from './machine.js';

interface Row {
  readonly directives: readonly string[];
  /** The expected report of the launch. Null if nothing is wrong. */
  readonly says: RegExp | null;
  readonly remedy?: RegExp;
}

const SERVICE = 'SystemCallFilter=@system-service';
const NO_NAMESPACES = {
  says: /SystemCallFilter=\) forbids user namespaces/,
  remedy: /sysctl -w kernel\.unprivileged_userns_clone=1/,
};

const ROWS: readonly Row[] = [
  { directives: [], says: null },
  {
    directives: ['NoNewPrivileges=yes', 'PrivateTmp=yes', 'PrivateDevices=yes', 'ProtectHome=yes'],
    says: null,
  },
  { directives: ['RestrictNamespaces=user pid net'], says: null },
  { directives: ['ProtectSystem=strict', 'PrivateTmp=yes'], says: null },
  { directives: [`${SERVICE} @pkey @sandbox chroot`, 'SystemCallErrorNumber=EPERM'], says: null },
  { directives: ['RestrictNamespaces=yes'], ...NO_NAMESPACES },
  { directives: ['RestrictNamespaces=user'], ...NO_NAMESPACES },
  { directives: ['RestrictNamespaces=pid net', 'NoNewPrivileges=yes'], ...NO_NAMESPACES },
  { directives: [`${SERVICE} @pkey`, 'SystemCallErrorNumber=EPERM'], ...NO_NAMESPACES },
  { directives: [`${SERVICE} @pkey @sandbox`, 'SystemCallErrorNumber=EPERM'], ...NO_NAMESPACES },
  {
    directives: ['ProtectSystem=strict'],
    says: /cannot write to its temporary directory.*PrivateTmp=yes/,
    remedy: /TMPDIR/,
  },
  { directives: ['ProcSubset=pid'], says: /hides \/proc\/cpuinfo.*ProcSubset=pid/, remedy: /systemctl cat/ },
  { directives: ['LimitAS=4G'], says: /address space.*LimitAS=/, remedy: /systemctl cat/ },
];

machineTest('the doctor finds the directives that break Chromium or Node', async (t, machine) => {
  const { lab } = machine;
  const path = await lab.must('sed -n \'s/^path = "\\(.*\\)"/\\1/p\' /etc/wad/wad.toml');
  for (const { directives, says, remedy } of ROWS)
    await t.test(directives.join(' ') || 'no directive', async (t) => {
      const set = directives.map((one) => `-p ${JSON.stringify(one)}`).join(' ');
      const { stdout, stderr } = await lab.run(
        `systemd-run -q --pipe --wait -p User=wad -p StateDirectory=wad-doctor -p StateDirectoryMode=0700 ${set} -- /usr/bin/wad --doctor --output json --browser ${path} --state-dir /var/lib/wad-doctor`,
      );
      t.match(stdout, /^\{/, stderr);
      const { ok, checks } = JSON.parse(stdout) as {
        ok: boolean;
        checks: { name: string; status: string; says: string; remedy: string | null }[];
      };
      const bad = checks.filter(({ status }) => status === 'fail');
      t.equal(ok, says === null, JSON.stringify(bad));
      if (says === null) return t.same(bad, []);
      t.ok(
        bad.some((one) => says.test(one.says) && (remedy === undefined || remedy.test(one.remedy ?? ''))),
        JSON.stringify(bad),
      );
    });
});
