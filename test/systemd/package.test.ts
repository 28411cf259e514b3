/** The Debian package for a new user: install, link, send, receive, upgrade, remove, purge. */
import { dirname } from 'node:path';
import { ROOT } from './lab.js';
import { machineTest, UNIT, UP_TO_DATE } from './machine.js';

const BUILD = `${UP_TO_DATE} && mkdir -p /tmp/deb && ${ROOT}/scripts/package deb /tmp/deb`;
const DPKG = 'DEBIAN_FRONTEND=noninteractive dpkg';
/**
 * Every sequence of maintainer script calls in Debian's policy (6.6 to 6.8). The account runs before each
 * row. `runs` tells whether it runs afterwards.
 */
const CALLS: readonly (readonly [calls: string, runs: boolean])[] = [
  ['prerm upgrade 2; postrm upgrade 2; postinst configure 1', true],
  ['prerm upgrade 2; postinst abort-upgrade 2', true],
  ['prerm failed-upgrade 1 2; postrm upgrade 2; postinst configure 1', true],
  ['prerm failed-upgrade 1 2; postrm abort-upgrade 1 2; postinst abort-upgrade 2', true],
  ['prerm upgrade 2; postrm failed-upgrade 1 2; postrm abort-upgrade 1 2; postinst abort-upgrade 2', true],
  ['prerm deconfigure in-favour other 1 removing old 1; postinst abort-deconfigure in-favour other 1', true],
  ['prerm deconfigure in-favour other 1; postinst configure 1', true],
  ['postrm abort-install; postrm abort-install 1 2', true],
  ['prerm remove; postinst abort-remove', true],
  ['prerm remove in-favour other 1; postinst abort-remove in-favour other 1', true],
  ['prerm remove; postinst configure 1', false],
  ['prerm remove', false],
  // A script that was killed.
  ['touch /run/wad-no-logout; postinst abort-remove', true],
  ['touch /run/wad-no-logout; postinst configure 1', true],
];
/** The list of enabled accounts is configuration. */
const ENABLED = [
  ...['multi-user.target.wants/wad.target', 'wad.target.wants', 'wad.target.wants/wad@default.service'],
]
  .map((name) => `/etc/systemd/system/${name}`)
  .join('\n');
const TRACES =
  "find /usr /etc /run /var/lib -xdev \\( -name 'wad*' -o -name 'wactl*' -o -name '_wactl' \\) ! -name 'wadl*' ! -path '/var/lib/wad/*' ! -path '/var/lib/dpkg/*' 2>/dev/null | sort";

machineTest(
  'the Debian package',
  async (t, machine) => {
    const { lab, phone, sim } = machine;
    const ana = sim.createContact({ number: '15550002222', pushname: 'Ana' });

    await t.test('contains the files of a package, and no test, simulator or browser', async (t) => {
      t.match(await lab.must('dpkg -s wad'), /Status: install ok installed[\s\S]*Depends: .*nodejs/);
      const files = await lab.must('dpkg -L wad');
      for (const path of [
        '/usr/bin/wad',
        '/usr/bin/wactl',
        '/usr/bin/wad-gateway',
        '/usr/bin/wad-agent',
        '/usr/lib/systemd/system/wad-agent.service',
        '/usr/share/polkit-1/rules.d/49-wad-agent.rules',
        '/usr/share/man/man8/wad-agent.8.gz',
        '/usr/lib/systemd/system/wad-gateway.service',
        '/usr/share/man/man8/wad-gateway.8.gz',
        '/usr/lib/systemd/system/wad@.service',
        '/usr/lib/sysusers.d/wad.conf',
        '/usr/share/man/man8/wad.8.gz',
        '/usr/share/bash-completion/completions/wactl',
        '/usr/share/fish/vendor_completions.d/wactl.fish',
        '/usr/share/doc/wad/copyright',
      ])
        t.match(files, new RegExp(`^${path.replaceAll('.', '\\.')}$`, 'm'), path);
      const inner =
        /^\/usr\/lib\/wad\/(test|src|build|scripts|node_modules\/(typescript|tap|esbuild))(\/|$)|\.cache\/puppeteer/;
      // Documents to which others link, with their directories.
      const linked = ['src/waserver', 'test/real-page', 'test/simulator'].flatMap((room) => [
        ...[dirname(room), room, `${room}/README.md`].map((path) => `/usr/lib/wad/${path}`),
      ]);
      t.same(
        files.split('\n').filter((path) => inner.test(path) && !linked.includes(path)),
        [],
      );
      t.equal(
        await lab.must('dpkg -V wad | grep -v " /etc/wad/wad.toml$" || true'),
        '',
        'the installed files are unchanged',
      );
      t.match(await lab.must('man -w 8 wad 5 wad.toml 1 wactl'), /wad\.8\.gz[\s\S]*wactl\.1\.gz/);
      t.match(await lab.must('getent passwd wad'), /^wad:/);
    });

    await t.test('links, sends and receives', async (t) => {
      await lab.must(`systemctl enable -q ${UNIT}`);
      await machine.ready();
      t.match(await lab.must(`wactl send ${ana.number} hello`), /^sent/);
      t.equal(ana.received.at(-1)?.body, 'hello');
      await ana.send('hello to you');
      t.match(
        await lab.until("wactl -o jsonl events --type message | grep 'hello to you'"),
        /"fromMe":false/,
      );
    });

    const [device] = phone.devices.map(({ id }) => id);
    for (const [calls, runs] of CALLS)
      await t.test(
        `${calls}: ${runs ? 'the account runs' : 'it is stopped'}, and it stays linked`,
        async (t) => {
          await lab.must(`systemctl start ${UNIT}`);
          await lab.must(
            calls
              .replaceAll(/\b(prerm|postrm|postinst) (?=\w)/g, '/var/lib/dpkg/info/wad.$1 ')
              .replaceAll('; ', ' && '),
          );
          t.equal(await lab.must(`systemctl is-active ${UNIT} || true`), runs ? 'active' : 'inactive');
          t.equal((await lab.run('ls /run/wad-no-logout')).code, 2, 'a later stop logs out');
          t.equal(await lab.must(`systemctl is-enabled ${UNIT} wad.target`), 'enabled\nenabled');
          t.same(
            phone.devices.map(({ id }) => id),
            [device],
          );
          t.match(await lab.must('getent passwd wad; ls /run/wad-stop /etc/wad'), /^wad:/);
        },
      );

    await t.test(
      "an upgrade keeps session, configuration, events, and an administrator's changes",
      async (t) => {
        const config = await lab.must('cat /etc/wad/wad.toml');
        const before = await machine.property('MainPID');
        await lab.must(`sed -i 's/"version": "[0-9.]*"/"version": "9.9.9"/' ${ROOT}/package.json`);
        await lab.must(`${BUILD} && ${DPKG} -i --force-confold /tmp/deb/wad_9.9.9_*.deb`);
        t.not(await machine.property('MainPID'), before);
        await lab.must('wactl wait ready');
        t.match(await lab.must('wactl -o json status'), /"wad": "9\.9\.9"/);
        t.same(
          phone.devices.map(({ id }) => id),
          [device],
        );
        t.equal(await lab.must('cat /etc/wad/wad.toml'), config);
        t.match(await lab.must('wactl -o jsonl events --type message'), /hello to you/);
        t.equal((await lab.run('ls /run/wad-no-logout')).code, 2);
      },
    );

    await t.test('a removal stops without unlinking, and keeps session and configuration', async (t) => {
      await lab.must(`${DPKG} -r wad`);
      t.same(
        phone.devices.map(({ id }) => id),
        [device],
      );
      t.equal(machine.exitType(), 'Normal');
      t.equal(await lab.must(TRACES), `${ENABLED}\n/etc/wad\n/etc/wad/wad.toml\n/var/lib/wad`);
      t.equal(await lab.must('pgrep -u wad || true'), '');
      t.equal(await lab.must('systemctl list-units --no-legend "wad*"'), '', 'no unit runs or has failed');
    });

    await t.test('a new installation continues, and a purge leaves nothing', async (t) => {
      await lab.must(`${DPKG} -i --force-confold /tmp/deb/wad_9.9.9_*.deb`);
      await lab.must('systemctl start wad.target && wactl wait ready');
      t.same(
        phone.devices.map(({ id }) => id),
        [device],
      );
      await lab.must(`${DPKG} -P wad`);
      t.equal(await lab.must(TRACES), '');
      t.not((await lab.run('getent passwd wad')).code, 0);
    });
  },
  { install: `${BUILD} && ${DPKG} -i /tmp/deb/wad_*.deb` },
);
