/** The gateway as a service: it serves the accounts of the machine, and is hardened. */
import { ROOT } from './lab.js';
import { machineTest } from './machine.js';

const EXPOSURE_AT_MOST = 1.5;

machineTest('the gateway of a machine', async (t, machine) => {
  const { lab } = machine;
  const curl = (token: string, path: string, ...more: string[]) =>
    lab.must(`curl -sS -H 'Authorization: Bearer ${token}' ${more.join(' ')} http://127.0.0.1:3080${path}`);

  await t.test('systemctl start returns when it serves, and its status text says where', async (t) => {
    await machine.ready();
    await lab.must('systemctl enable --now wad-gateway');
    t.match(await lab.must('curl -sS http://127.0.0.1:3080/healthz'), /"status":"ok"/);
    await lab.until(
      "systemctl show -P StatusText wad-gateway | grep -x 'http://127.0.0.1:3080: 1 of 1 accounts run'",
    );
    t.match(await lab.must('wactl gateway'), /running +default/);
    t.equal((await lab.run('systemd-analyze verify wad-gateway.service')).stderr, '');
  });

  await t.test('a token reaches the account, and only what it permits', async (t) => {
    const token = await lab.must("wactl token create --name crm --scope read --account '*' 2>/dev/null");
    t.match(JSON.parse(await curl(token, '/api/accounts')), {
      accounts: [{ account: 'default', running: true, status: { status: 'ready' } }],
    });
    const sent = await curl(
      token,
      '/api/accounts/default/messages',
      '-H \'Content-Type: application/json\' -d \'{"to":"+15550002222","text":"x"}\'',
    );
    t.match(JSON.parse(sent), { error: { data: { kind: 'not_permitted' } } });
    t.match(await lab.must('stat -c "%a %U" /var/lib/wad-gateway/tokens.json'), /^600 wad-gateway$/);
    await lab.must('systemctl restart wad-gateway');
    t.match(
      await curl(token, '/metrics'),
      /^wad_up\{account="default"\} 1$/m,
      'the token outlives a restart',
    );
  });

  await t.test(
    `runs as its user, without privileges, with an exposure of at most ${EXPOSURE_AT_MOST}`,
    async (t) => {
      const main = await lab.must('systemctl show -P MainPID wad-gateway');
      t.equal(await lab.must(`stat -c '%U %G' /proc/${main}`), 'wad-gateway wad');
      t.match(await lab.must(`cat /proc/${main}/status`), /^CapBnd:\t0+$/m);
      const out = await lab.must('systemd-analyze security --no-pager wad-gateway.service');
      const [, exposure = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(out) ?? [];
      t.ok(Number(exposure) <= EXPOSURE_AT_MOST, exposure);
    },
  );

  await t.test('a killed gateway comes back; accounts do not notice', async (t) => {
    const account = await machine.property('MainPID');
    await lab.must('systemctl kill -s KILL wad-gateway');
    await lab.until('curl -sSf http://127.0.0.1:3080/healthz');
    t.equal(await machine.property('MainPID'), account);
  });

  await t.test('systemctl reload ends neither the gateway nor its listeners', async (t) => {
    const pid = await lab.must('systemctl show -P MainPID wad-gateway');
    await lab.must('timeout 30 systemctl reload wad-gateway');
    t.equal(await lab.must('systemctl show -P MainPID,ActiveState wad-gateway'), `${pid}\nactive`);
    t.match(await lab.must('journalctl -u wad-gateway --no-pager'), /gateway\.reloading/);
    t.match(await lab.must('curl -sS http://127.0.0.1:3080/healthz'), /"status":"ok"/);
  });

  await t.test('an address that other machines can reach is refused without TLS', async (t) => {
    await lab.must('printf "[gateway]\\nlisten = \\"0.0.0.0:3080\\"\\n" >>/etc/wad/wad.toml');
    await lab.run('systemctl restart wad-gateway');
    await lab.until('systemctl is-failed wad-gateway');
    t.equal(await lab.must('systemctl show -P ExecMainStatus wad-gateway'), '78');
    t.match(await lab.must('journalctl -u wad-gateway --no-pager'), /there is no TLS/);
  });

  await t.test('uninstalled, it leaves its tokens; purged, nothing', async (t) => {
    await lab.must(`${ROOT}/scripts/uninstall --purge`);
    const left =
      'ls -d /var/lib/wad-gateway /etc/systemd/system/*/wad-gateway.service 2>/dev/null; getent passwd wad-gateway';
    t.equal((await lab.run(left)).stdout.trim(), '');
  });
});
