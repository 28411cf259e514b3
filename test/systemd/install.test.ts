/**
 * scripts/install and scripts/uninstall work repeatedly, in place, elsewhere, for one user, and leave no
 * trace.
 */
import { ROOT } from './lab.js';
import { INSTALL, machineTest, UNIT, UP_TO_DATE } from './machine.js';

const TRACES =
  "find /usr /etc /run /var/lib -xdev \\( -name 'wad*' -o -name 'wactl*' -o -name '_wactl' \\) ! -name 'wadl*' ! -path '/var/lib/wad/*' 2>/dev/null | sort";

machineTest('an installation by scripts/install', async (t, machine) => {
  const { lab, phone } = machine;
  await machine.ready();
  const [device] = phone.devices;
  const config = await lab.must('cat /etc/wad/wad.toml');

  await t.test(
    "install again: upgrades in place, and keeps configuration, session and an administrator's changes",
    async (t) => {
      await lab.must('systemctl disable -q wad.target; touch /usr/lib/wad/of-an-older-version');
      const before = await machine.property('MainPID');
      t.match(await lab.must(INSTALL), /restarting wad@default\.service; the sessions are kept/);
      t.not(await machine.property('MainPID'), before);
      await lab.must('wactl wait ready');
      t.equal(phone.devices[0]?.id, device?.id);
      t.equal(await lab.must('cat /etc/wad/wad.toml'), config);
      t.match((await lab.run('systemctl is-enabled wad.target')).stdout, /disabled/);
      t.equal((await lab.run('ls /usr/lib/wad/of-an-older-version')).code, 2);
      t.equal(await lab.must('ls -d /usr/lib/wad*'), '/usr/lib/wad');
      await lab.must('systemctl enable -q wad.target');
    },
  );

  await t.test('install again while nothing runs: starts nothing', async (t) => {
    await lab.must(`touch /run/wad-no-logout; systemctl stop ${UNIT}; rm /run/wad-no-logout`);
    await lab.must(INSTALL);
    t.equal(await machine.property('ActiveState'), 'inactive');
    t.equal(
      `wad ${(await lab.must('wactl --version')).replace('wactl ', '')}`,
      await lab.must('wad --version'),
    );
  });

  await t.test(
    'it contains completion and manual pages, and neither development packages nor a browser',
    async (t) => {
      t.match(
        await lab.must('. /usr/share/bash-completion/completions/wactl && complete -p wactl'),
        /_wactl_yargs_completions wactl/,
      );
      t.match(await lab.must('head -1 /usr/share/zsh/vendor-completions/_wactl'), /^#compdef wactl$/);
      t.match(await lab.must('cat /usr/share/fish/vendor_completions.d/wactl.fish'), /^complete -c wactl/m);
      for (const page of [
        'man1/wactl.1',
        'man8/wad.8',
        'man8/wad-gateway.8',
        'man8/wad-agent.8',
        'man5/wad.toml.5',
      ])
        t.match(await lab.must(`cat /usr/share/man/${page}`), /^\.TH WA/m, page);
      const packages = await lab.must('ls /usr/lib/wad/node_modules');
      t.match(packages, /^whatsapp-web\.js$/m);
      t.notMatch(packages, /^(typescript|tap|esbuild)$/m);
      t.equal(await lab.must("find / -xdev -path '*/.cache/puppeteer' 2>/dev/null | head -1 || true"), '');
      t.notMatch(await lab.must('grep -rlF /test/simulator /usr/lib/wad/dist || true'), /./);
    },
  );

  await t.test('uninstall: keeps session and configuration, and leaves nothing else', async (t) => {
    await lab.must(`systemctl enable -q --now ${UNIT} && wactl wait ready`);
    t.match(await lab.must(`${ROOT}/scripts/uninstall`), /sessions are kept/);
    t.equal(phone.devices[0]?.id, device?.id);
    t.equal(machine.exitType(), 'Normal');
    t.equal(await lab.must(TRACES), '/etc/wad\n/etc/wad/wad.toml\n/var/lib/wad');
    t.equal(await lab.must('systemctl list-units --all --no-legend "wad*"'), '');
    t.equal(await lab.must('pgrep -u wad || true'), '');
  });

  await t.test('install after uninstall: continues with the old session', async (t) => {
    await lab.must(INSTALL);
    await lab.must(`systemctl start ${UNIT} && wactl wait ready`);
    t.equal(phone.devices[0]?.id, device?.id);
  });

  await t.test('uninstall with --logout and --purge, by the installed copy', async (t) => {
    await lab.must('/usr/lib/wad/scripts/uninstall --logout --purge');
    t.same(phone.devices, []);
    t.equal(await lab.must(TRACES), '');
    t.not((await lab.run('getent passwd wad')).code, 0);
    t.not((await lab.run('getent group wad')).code, 0);
  });

  await t.test('install with another prefix', async (t) => {
    await lab.must(`${INSTALL} --prefix /opt/wad`);
    await machine.useSimulator();
    t.match(await lab.must(`systemctl cat ${UNIT}`), /ExecStart=\S*node \/opt\/wad\/lib\/wad\/dist/);
    await lab.must('ln -s /opt/wad/bin/wactl /usr/local/bin/wactl');
    await machine.ready();
    await lab.must(`systemctl stop ${UNIT}`);
    t.same(phone.devices, [], 'the device is unlinked, so the helper is found');
    await lab.must(`rm /usr/local/bin/wactl; ${ROOT}/scripts/uninstall --prefix /opt/wad --purge`);
    t.equal(await lab.must(TRACES), '');
    t.equal(await lab.must('find /opt/wad -type f'), '');
  });

  await t.test('install for a package: writes files below DESTDIR, and changes nothing else', async (t) => {
    await lab.must(`DESTDIR=/tmp/package bash -c '${INSTALL}'`);
    t.equal(await lab.must(TRACES), '');
    t.equal(
      await lab.must(
        'cd /tmp/package && find . -path ./usr/lib/wad -prune -o ! -type d -printf "%P\\n" | sort',
      ),
      [
        'etc/wad/wad.toml',
        'usr/bin/wactl',
        'usr/bin/wad',
        'usr/bin/wad-agent',
        'usr/bin/wad-gateway',
        'usr/lib/systemd/system/wad-agent.service',
        'usr/lib/systemd/system/wad-canary-deep@.service',
        'usr/lib/systemd/system/wad-canary-deep@.timer',
        'usr/lib/systemd/system/wad-canary@.service',
        'usr/lib/systemd/system/wad-canary@.timer',
        'usr/lib/systemd/system/wad-gateway.service',
        'usr/lib/systemd/system/wad-ready@.service',
        'usr/lib/systemd/system/wad.target',
        'usr/lib/systemd/system/wad@.service',
        'usr/lib/sysusers.d/wad.conf',
        'usr/lib/tmpfiles.d/wad.conf',
        'usr/share/bash-completion/completions/wactl',
        'usr/share/fish/vendor_completions.d/wactl.fish',
        'usr/share/man/man1/wactl.1',
        'usr/share/man/man5/wad.toml.5',
        'usr/share/man/man8/wad-agent.8',
        'usr/share/man/man8/wad-gateway.8',
        'usr/share/man/man8/wad.8',
        'usr/share/polkit-1/rules.d/49-wad-agent.rules',
        'usr/share/zsh/vendor-completions/_wactl',
      ].join('\n'),
    );
    t.equal(await lab.must('readlink /tmp/package/usr/bin/wad'), '/usr/lib/wad/dist/wad.cjs');
  });

  await t.test('impossible options are refused, and nothing is changed', async (t) => {
    for (const [line, says] of [
      ['--prefix /home/x', /below \/usr and \/opt only/],
      ['--user', /as root/],
      ['--nonsense', /"--nonsense" is not understood/],
      ['--node /root/node', /Node\.js is at \/root\/node/],
    ] as const) {
      const { code, stderr } = await lab.run(`cp -n /usr/bin/env /root/node; ${INSTALL} ${line}`);
      t.not(code, 0);
      t.match(stderr, says);
    }
    t.equal(await lab.must(TRACES), '');
  });
});

machineTest('an installation for one user', async (t, machine) => {
  const { lab, phone, sim } = machine;
  await lab.must(`${ROOT}/scripts/uninstall --purge`);
  // Mounts the checkout as a folder of that user.
  await lab.must(
    `${UP_TO_DATE} && useradd -m someone && mkdir /home/someone/wad && mount --bind ${ROOT} /home/someone/wad && loginctl enable-linger someone`,
  );
  await lab.until('systemctl -q is-active user@$(id -u someone)');
  const environment =
    'export HOME=/home/someone XDG_RUNTIME_DIR=/run/user/$(id -u); cd; PATH=$HOME/.local/bin:$PATH;';
  const as = async (line: string) => {
    const { code, stdout, stderr } = await lab.run(`${environment} ${line}`, { user: 'someone' });
    if (code !== 0) throw new Error(`${line}: exit ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  t.match(await as('wad/scripts/install --user'), /loginctl enable-linger/);
  await machine.useSimulator('/tmp');
  await as('cp /tmp/wad.toml ~/.config/wad/wad.toml');
  await as('systemctl --user enable -q --now wad@default');
  await as('wactl wait linking');
  await phone.scan(await sim.waitForQr());
  await as('wactl wait ready');
  t.equal(await as('systemctl --user show -P StatusText wad@default'), 'ready');
  t.equal(await as('stat -c "%a %U" ~/.local/state/wad/default'), '700 someone');
  t.equal(await as('stat -c "%a" $XDG_RUNTIME_DIR/wad/default/control.sock'), '600');
  const filters = (pid: string) => lab.must(`grep -oP '^Seccomp_filters:\\s+\\K.*' /proc/${pid}/status`);
  const main = await as('systemctl --user show -P MainPID wad@default');
  const renderer = await lab.must('pgrep -n -u someone -f -- "--type=renderer"');
  t.equal(Number(await filters(renderer)), Number(await filters(main)) + 1, "Chromium's sandbox is on");

  const [device] = phone.devices;
  await as('systemctl --user restart wad@default && wactl wait ready');
  t.equal(phone.devices[0]?.id, device?.id, 'a restart keeps the session');
  await as('systemctl --user stop wad@default');
  t.equal(phone.devices[0]?.id, device?.id, 'a stop keeps the session');
  t.match(
    await as('journalctl --user -u wad@default -o cat -t wad 2>/dev/null || true'),
    /"why":"no verdict"|^$/,
  );
  await as('systemctl --user start wad@default && wactl wait ready');
  await as('wactl disconnect');
  t.same(phone.devices, []);
  await as('wad/scripts/uninstall --user --purge');
  t.equal(await as("find ~ -xdev -path ~/wad -prune -o -name '*wa[dc]*' ! -type d -print"), '');
  t.equal(await as('ls -d ~/.local/lib/wad ~/.config/wad ~/.local/state/wad 2>/dev/null || true'), '');
});
