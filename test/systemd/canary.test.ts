/** wad-canary@ checks the page with its own hardening, under a dynamic user and without an account. */
import { machineTest } from './machine.js';

const CANARY = 'wad-canary@default.service';
const TIMER = 'wad-canary@default.timer';
const EXPOSURE_AT_MOST = 2.0;

machineTest('wad-canary@ checks the page without an account', async (t, machine) => {
  const { lab, sim, phone } = machine;
  const said = () => lab.must(`journalctl -u ${CANARY} -t wad-canary -o cat --no-pager`);

  await t.test('it succeeds when no module is missing, and leaves nothing behind', async (t) => {
    await lab.must(`systemctl start ${CANARY}`);
    t.equal(await machine.property('Result', CANARY), 'success');
    t.match(await said(), /^ok /m);
    t.equal(await lab.must("find /tmp /var/tmp -name 'wad-canary-*' -o -name '*.org.chromium.*'"), '');
    t.equal((await lab.run('pgrep -f -- --user-data-dir')).stdout, '');
    t.same(phone.devices, [], 'nothing was linked');
  });

  await t.test('it fails when a module is missing, and names it in the journal', async (t) => {
    await sim.set('missingModules', ['WAWebSendMsgChatAction']);
    t.not((await lab.run(`systemctl start ${CANARY}`)).code, 0);
    t.equal(await machine.property('Result', CANARY), 'exit-code');
    t.match(await said(), /send\.text +missing: WAWebSendMsgChatAction/);
    await sim.set('missingModules', []);
    await lab.must(`systemctl start ${CANARY}`);
    t.equal(await machine.property('ActiveState', CANARY), 'inactive', 'the next check is a new run');
  });

  await t.test('its timer starts it daily, and its exposure is low', async (t) => {
    t.match((await lab.run(`systemctl is-enabled ${TIMER}`)).stdout, /disabled/);
    await lab.must(`systemctl enable -q --now ${TIMER}`);
    t.match(await lab.must('systemctl list-timers --no-pager --no-legend'), CANARY);
    await lab.must(`systemctl disable -q --now ${TIMER}`);
    const { code, stdout, stderr } = await lab.run(`systemd-analyze verify ${CANARY} ${TIMER}`);
    t.same({ code, said: stdout + stderr }, { code: 0, said: '' });
    const out = await lab.must(`systemd-analyze security --no-pager ${CANARY}`);
    const [, exposure = '10'] = /Overall exposure level for \S+: ([\d.]+)/.exec(out) ?? [];
    t.ok(Number(exposure) <= EXPOSURE_AT_MOST, exposure);
  });
});
