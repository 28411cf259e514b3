/** `wactl account` adds accounts to a machine with systemd, and removes them. */
import { machineTest } from './machine.js';

machineTest('accounts of a machine, by wactl account', async (t, machine) => {
  const { lab, sim } = machine;
  const phone = sim.createPhone({ number: '15550005555', pushname: 'Shop' });

  await t.test('add draws the QR code, and ends when the phone is linked', async (t) => {
    const adding = lab.run('wactl account add shop | tee /tmp/drawn');
    await lab.until("grep -q 'Linked devices' /tmp/drawn");
    await phone.scan((await lab.must('wactl -a shop qr --raw')) as never);
    const { code, stdout, stderr } = await adding;
    t.match({ code, stdout }, { code: 0, stdout: /Linked \((ready|syncing)\)\./ });
    t.match(
      stderr,
      /\/etc\/wad\/shop\.toml is its configuration\n.*wad@shop\.service is running, and starts at boot/,
    );
    await lab.must('wactl -a shop wait ready');
    t.equal(await lab.must('systemctl is-enabled wad@shop.service'), 'enabled');
    t.match(await lab.must('cat /etc/wad/shop.toml'), /^# Settings of the account shop/);
    t.match(await lab.must('wactl accounts'), /^shop +ready .*\+1 555 000 5555/m);
  });

  await t.test('add again changes nothing', async (t) => {
    await lab.must('echo "# mine" >>/etc/wad/shop.toml');
    const { code, stdout } = await lab.run('wactl account add shop');
    t.match({ code, stdout }, { code: 0, stdout: 'A phone is linked already.\n' });
    t.match(await lab.must('cat /etc/wad/shop.toml'), /# mine$/);
  });

  await t.test('add with --number shows the code to type', async (t) => {
    const other = sim.createPhone({ number: '15550006666', pushname: 'Support' });
    const adding = lab.run('wactl account add support --number +15550006666 2>/dev/null | tee /tmp/shown');
    const code = await lab.until("grep -oE '^[0-9A-Z]{4}-[0-9A-Z]{4}$' /tmp/shown");
    await other.enterCode(code.replace('-', ''));
    t.match(await adding, { code: 0, stdout: /A phone is linked\.\n$/ });
    t.match(await lab.run('wactl account add support --number +15550006666'), {
      code: 0,
      stdout: 'A phone is linked.\n',
    });
    await lab.must('wactl account remove support --logout --purge');
    t.same(other.devices, []);
  });

  await t.test('remove keeps the link and the data', async (t) => {
    const [device] = phone.devices;
    t.match(await lab.must('wactl account remove shop'), /\/var\/lib\/wad\/shop is kept/);
    t.equal((await lab.run('systemctl is-enabled wad@shop.service')).stdout.trim(), 'disabled');
    t.equal((await lab.run('systemctl is-active wad@shop.service')).stdout.trim(), 'inactive');
    t.equal((await lab.run('ls /run/wad-no-logout')).code, 2, 'the mark that keeps links is gone');
    t.match(await lab.must('wactl accounts'), /^shop +not running/m);
    await lab.must('wactl account add shop --no-link && wactl -a shop wait ready');
    t.equal(phone.devices[0]?.id, device?.id);
  });

  await t.test('remove with --logout and --purge leaves nothing', async (t) => {
    const { stdout } = await lab.run('wactl -o json account remove shop --logout --purge');
    t.match(JSON.parse(stdout), {
      account: 'shop',
      unlinked: true,
      removed: ['/etc/wad/shop.toml', '/var/lib/wad/shop'],
    });
    t.same(phone.devices, []);
    t.equal((await lab.run('ls -d /var/lib/wad/shop /etc/wad/shop.toml')).stdout, '');
    t.notMatch((await lab.run('wactl accounts')).stdout, /^shop/m);
  });

  await t.test('what cannot be done names the next command', async (t) => {
    for (const [line, code, stderr] of [
      ['account remove shop --logout', 3, /shop is not running.*\n {2}try: wactl account add shop --no-link/],
      ['account rename shop store', 2, /shop keeps its name.*\n {2}try: wactl -a shop session export/],
      ['account add a/b', 2, /"a\/b" may contain only/],
      ['account add shop --purge', 2, /belong to remove/],
      ['-a x account add shop', 2, /the account is NAME/],
      ['account add shop --user', 2, /no unit wad@\.service of this user/],
    ] as const)
      t.match(await lab.run(`wactl ${line}`), { code, stderr }, line);
    await lab.must('useradd -m eve');
    const eve = await lab.run('wactl account add shop', { user: 'eve' });
    t.match(eve, { code: 1, stderr: /account: systemctl enable --now --quiet wad@shop\.service failed/ });
  });
});
