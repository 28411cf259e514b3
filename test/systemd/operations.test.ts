/** The commands for administrators in docs/operations.md, docs/moving.md and docs/http.md work unchanged. */
import { readFile } from 'node:fs/promises';
import { DOCS } from '../../scripts/docs.js';
import { Receiver } from '../harness/receiver.js';
import { machineTest, UNIT } from './machine.js';

/** The shell blocks below a heading, without sudo, because the test runs as root. */
async function blocks(page: string, heading: string): Promise<string[]> {
  const text = await readFile(new URL(page, DOCS), 'utf8');
  const [section = ''] = (text.split(`\n## ${heading}\n`)[1] ?? '').split('\n## ');
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(
    ([, lines = '']) => `set -e\n${lines.replaceAll('sudo ', '')}`,
  );
}

machineTest('the documented commands for administrators', async (t, machine) => {
  const { lab, phone, sim } = machine;
  const ana = sim.createContact({ number: '15550002222', pushname: 'Ana' });
  await machine.ready();
  const devices = () => phone.devices.map(({ id }) => id);
  const [device] = devices();
  await lab.must(`wactl send ${ana.number} 'before the backup'`);

  await t.test('a backup keeps the link, and can be restored', async (t) => {
    const [backup = '', restore = ''] = await blocks('operations.md', 'Backup');
    await lab.must(backup);
    await lab.must('wactl wait ready');
    t.equal((await lab.run('ls /run/wad-no-logout')).code, 2, 'later stops unlink again');
    const files = await lab.must('tar -tzf /root/wad-default.tgz');
    t.match(files, /^default\/auth\/session-default\/$/m);
    t.match(files, /^default\/wad\.sqlite$/m);
    await lab.must(restore);
    await lab.must('wactl wait ready');
    t.same(devices(), [device], 'the same device is linked, without a code');
    t.match(await lab.must('wactl -o jsonl events --type message'), /before the backup/);
    t.equal((await lab.run('ls /run/wad-no-logout')).code, 2);
  });

  await t.test('the monitoring commands report nothing about a healthy account', async (t) => {
    await lab.must('wactl wait --timeout 5 ready');
    t.match(await lab.must('wactl status -o json'), /"hint": null/);
    t.match(await lab.must(`journalctl -q -p err -u 'wad@*' || true`), /^$/);
    t.equal(await lab.must('wactl outbox list --state unknown,failed'), '');
    t.equal(await lab.must('systemctl show -P NRestarts wad@default'), '0');
    t.match(await lab.run('wactl webhook'), { code: 0, stdout: '', stderr: /\[webhook\.NAME\]/ });
    t.equal(await lab.must('wactl events --type alert'), '');
  });

  await t.test('an account is moved to another machine', async (t) => {
    const [out = '', back = ''] = await blocks('moving.md', 'For the system service');
    // The passphrase comes from a file, because nobody can type it.
    const reported = (lines: string) =>
      lines.replace(/session (ex|im)port \S+/, '$& --passphrase-file /var/lib/wad/words');
    await lab.must("install -o wad -m 600 /dev/stdin /var/lib/wad/words <<<'twelve letters and more'");
    await lab.must(`cd /root; ${reported(out)}`);
    t.equal(await machine.property('ActiveState'), 'inactive');
    await lab.must('rm -rf /var/lib/wad/default');
    await lab.must(`cd /root; ${reported(back)}`);
    t.equal((await lab.run('ls /root/account.age')).code, 2);
    await lab.must('wactl wait ready');
    t.same(devices(), [device]);
    t.match(await lab.must(`wactl send ${ana.number} 'after the move'`), /^sent/);
  });

  await t.test("HTTP and webhooks work under the unit's hardening", async (t) => {
    await using receiver = await Receiver.start(null);
    await lab.must(
      `printf '\\n[http]\\n\\n[webhook.crm]\\nurl = "${receiver.url}"\\ntypes = ["message"]\\n' >>/etc/wad/wad.toml`,
    );
    await lab.must(`systemctl restart ${UNIT} && wactl wait ready`);
    const [ask = ''] = await blocks('http.md', 'With a token');
    t.match(JSON.parse(await lab.must(ask)), { status: 'ready', session: { phone: phone.number } });
    t.match(await lab.must('curl -s http://localhost:3001/api/whatsapp/status'), /"kind":"unauthorized"/);
    t.match(await lab.must('curl -s http://localhost:3001/readyz'), /"ready":true/);
    t.equal(
      await lab.must(
        'stat -c "%a %U" /var/lib/wad/default/http-token /var/lib/wad/default/webhook-crm.secret',
      ),
      '600 wad\n600 wad',
    );
    await ana.send('for the receiver');
    const [delivery] = await receiver.took(1);
    t.match(delivery?.body, { type: 'message', data: { body: 'for the receiver' } });
    t.match(await lab.must('wactl webhook test crm'), /^taken {2}204/);
    t.same(devices(), [device]);
  });

  await t.test('an explicit stop unlinks, as before', async (t) => {
    await lab.must(`systemctl stop ${UNIT}`);
    t.same(devices(), []);
  });
});
