/** wad-canary@ checks the page with its own hardening, under a dynamic user and without an account; metrics of wad-canary-deep@. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lab.js';
import { machineTest } from './machine.js';

const CANARY = 'wad-canary@default.service';
const TIMER = 'wad-canary@default.timer';
const EXPOSURE_AT_MOST = 2.0;
const DEEP = 'wad-canary-deep@default.service';
const NO_BROWSER = 69;

machineTest('wad-canary@ checks the page without an account', async (t, machine) => {
  const { lab, sim, phone } = machine;
  const said = () => lab.must(`journalctl -u ${CANARY} -t wad-canary -o cat --no-pager`);

  await t.test('it succeeds when no module is missing, and leaves nothing behind', async (t) => {
    await lab.must(`systemctl start ${CANARY}`);
    t.equal(await machine.property('Result', CANARY), 'success');
    t.match(await said(), /^ok /m);
    t.equal(
      await lab.must("find /tmp /var/tmp -type d -name 'wad-canary-*' -o -name '*.org.chromium.*'"),
      '',
    );
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

  await t.test('wad-canary-deep@ gives its metrics to others by the documented drop-in', async (t) => {
    const page = readFileSync(join(ROOT, 'docs/canary.md'), 'utf8');
    const commands = [...page.matchAll(/^sudo ((?:groupadd|install) .*wad-metrics.*)$/gm)].map(
      ([, line]) => line,
    );
    const [, dropIn = ''] = /```ini\n(\[Service\]\n[^`]*METRICS_FILE[^`]*)```/.exec(page) ?? [];
    t.same([commands.length, dropIn === ''], [2, false], 'the page has them');
    // What it finds is not the matter here.
    await lab.must(`printf '[browser]\\npath = "/usr/local/bin/none"\\n' >/etc/wad/wad.toml`);
    const run = async () => {
      t.not((await lab.run(`systemctl start ${DEEP}`)).code, 0);
      t.equal(await machine.property('ExecMainStatus', DEEP), String(NO_BROWSER));
    };
    await run();
    t.match(await lab.must('cat /var/cache/private/wad-canary/default/wad.prom'), /^wad_canary_result 2$/m);

    for (const command of commands) await lab.must(command ?? '');
    const place = '/etc/systemd/system/wad-canary-deep@.service.d';
    await lab.must(
      `mkdir -p ${place} && printf %s '${dropIn}' >${place}/metrics.conf && systemctl daemon-reload`,
    );
    const { code, stdout, stderr } = await lab.run(`systemd-analyze verify ${DEEP}`);
    t.same({ code, said: stdout + stderr }, { code: 0, said: '' });
    // The second one replaces the file of the first.
    for (let runs = 0; runs < 2; runs++) {
      await run();
      const read = 'setpriv --reuid nobody --clear-groups cat /var/lib/wad-metrics/wad-canary.prom';
      t.match(await lab.must(read), /^wad_canary_result 2$/m);
    }
    t.equal(await lab.must('ls -A /var/lib/wad-metrics'), 'wad-canary.prom');
    t.equal(await lab.must('stat -c %a /var/lib/wad-metrics/wad-canary.prom'), '644');
  });
});
