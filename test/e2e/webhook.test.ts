/** Webhooks of a real daemon: events are posted signed, once and in order, across kills and upgrades. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { Receiver } from '../harness/receiver.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const NUMBER = '15550001111';

t.test('messages are posted while the receiver is up, and later if it was down', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  await using receiver = await Receiver.start(null);
  const phone = sim.createPhone({ number: NUMBER });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const file = join(home.dir, 'wad.toml');
  await writeFile(file, `[webhook.crm]\nurl = "${receiver.url}"\ntypes = ["message"]\n`);
  const args = ['--config', file];
  let wad = await home.startLinked(phone, { args });
  const received = (text: string) => receiver.taken.filter(({ body }) => body.data.body === text);

  await ana.send('while it is there', { to: NUMBER });
  await receiver.took(1);
  const [delivery] = received('while it is there');
  t.match(delivery?.body, {
    type: 'message',
    account: 'default',
    data: { from: '15550002222@c.us', fromMe: false },
  });
  t.match(delivery?.headers, { 'content-type': 'application/json', 'webhook-id': /^default-\d+$/ });
  const secret = (await readFile(join(home.stateDir, 'webhook-crm.secret'), 'utf8')).trim();
  await using verifying = await Receiver.start(secret);
  await verifying.down();

  const listed = await wad.wactl(['webhook']);
  t.match(listed.stdout, /^NAME .*\ncrm +http:\/\/127\.0\.0\.1:\d+\/… +wad +\d+ +0 /);
  t.match(await wad.wactl(['webhook', 'test', 'crm']), { code: 0, stdout: /^taken {2}204 / });
  t.match(await wad.wactl(['webhook', 'test', 'nobody']), { code: 7, stderr: /crm/ });
  t.match(await wad.wactl(['webhook', 'redrive', 'crm']), { code: 0, stdout: '0 taken, 0 left\n' });
  t.match(await wad.wactl(['webhook', 'dead', 'crm', '-o', 'json']), { code: 0, stdout: /"letters": \[\]/ });
  t.match(await wad.wactl(['webhook', 'test']), { code: 2 });

  await receiver.down();
  for (const n of [1, 2, 3]) await ana.send(`while it is away ${n}`, { to: NUMBER });
  await eventually(async () => (await wad.events('message')).length >= 4, 'all are in the journal');
  t.match(await wad.wactl(['webhook', 'test', 'crm']), { code: 1, stdout: /not taken {2}no connection/ });
  await wad.kill();
  wad = await home.start({ args });
  await wad.until('ready');
  await receiver.up();
  t.match(await wad.wactl(['webhook', 'test', 'crm']), { code: 0 });
  for (const n of [1, 2, 3])
    await eventually(() => received(`while it is away ${n}`).length > 0, `message ${n} is posted`);
  await ana.send('the last one', { to: NUMBER });
  await eventually(() => received('the last one').length > 0, 'the last message is posted');
  const bodies = receiver.taken.map(({ body }) => body.data.body).filter((body) => body !== undefined);
  t.same(
    bodies,
    ['while it is there', ...[1, 2, 3].map((n) => `while it is away ${n}`), 'the last one'],
    'each message is posted once, in order',
  );
  await wad.stop();
  t.notOk(JSON.stringify(wad.log).includes(secret), 'the log does not contain the secret');
  t.same(await wad.leftBehind({ profile: 'kept' }), []);
});
