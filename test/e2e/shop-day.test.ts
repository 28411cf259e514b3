/** A day of a shop, as its owner has it with wactl: questions, answers, labels, a poll, calls, a restart, and the export at night. */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Line } from '../../src/cli/export/line.js';
import { eventually } from '../harness/eventually.js';
import { Home } from '../harness/home.js';
import { PNG } from '../harness/sample-files.js';
import { startWactl } from '../harness/wactl.js';
import type { Wad } from '../harness/wad.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const LONG = { timeoutMs: 120_000 };
const NO_CALLS = 'We take no calls. Please write to us.';
/** The prices of the supplier, as his program sends them. */
const PRICES = {
  title: 'Prices',
  description: 'Which door do you order?',
  buttonText: 'Choose',
  listType: 1,
  sections: [
    {
      title: 'Doors',
      rows: [
        { rowId: 'd1', title: 'Blue door', description: '60 EUR' },
        { rowId: 'd2', title: 'Red door', description: '65 EUR' },
      ],
    },
  ],
};
const MONDAY = [
  { buttonId: 'yes', buttonText: { displayText: 'Yes, Monday' }, type: 1 },
  { buttonId: 'no', buttonText: { displayText: 'No' }, type: 1 },
];

t.test('a day of a shop', async (t) => {
  await using sim = await Simulator.start({ generation: '2026-10', knobs: { dialog: false } });
  await using home = await Home.make(sim, { t });
  const shop = sim.createPhone({ number: '15550001111', platform: 'smba', pushname: 'Doors' });
  const ana = sim.createContact({ number: '15550002222', name: 'Ana' });
  const ben = sim.createContact({ number: '15550003333', pushname: 'Ben', known: false });
  const depot = sim.createContact({ number: '15550004444', name: 'Depot', business: true });
  const config = join(home.dir, 'shop.toml');
  await writeFile(config, `[calls]\nonIncoming = "reject"\ntext = "${NO_CALLS}"\n`);
  const start = () => home.start({ args: ['--config', config] });

  let wad: Wad = await start();
  await wad.link(shop);
  /** Runs wactl, which must succeed, and returns what it prints. */
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await wad.wactl(args, LONG);
    t.equal(code, 0, `wactl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const send = async (...args: string[]): Promise<{ id: string; messageId: string }> =>
    JSON.parse(await run('send', ...args, '-o', 'json'));

  await t.test('questions come in as texts, lists and buttons, and are answered', async (t) => {
    const screen = startWactl(['events', '--follow', '--from', 'oldest', '--type', 'message'], {
      socket: home.socket,
      ...LONG,
    });
    const asked = await ben.send('Do you have the blue door? What does it cost?');
    await screen.printed(/Ben.*: Do you have the blue door\?/);
    const answer = [ben.number, 'Yes. It is 80 EUR.', '--reply-to', asked, '--key', `price for ${asked}`];
    const { messageId } = await send(...answer);
    t.equal((await send(...answer)).messageId, messageId, 'pressing the key twice answers once');
    const got = await ben.waitForMessage(({ id }) => id === messageId);
    t.match(got, { body: 'Yes. It is 80 EUR.', message: { extra: { quotedStanzaID: asked } } });

    const prices = await depot.send('', { type: 'list', extra: { list: PRICES } });
    await screen.printed(/Depot.*Which door do you order\?.*Blue door.*Red door/);
    const order = await send(depot.number, '--choose', 'Blue door', '--reply-to', prices);
    t.match(await depot.waitForMessage(({ id }) => id === order.messageId), {
      type: 'list_response',
      message: { extra: { listResponse: { singleSelectReply: { selectedRowId: 'd1' } } } },
    });
    const when = await depot.send('Do we deliver on Monday?', { extra: { dynamicReplyButtons: MONDAY } });
    await screen.printed(/Depot.*Do we deliver on Monday\?/);
    const monday = await send(depot.number, '--choose', 'Yes, Monday', '--reply-to', when);
    t.match(await depot.waitForMessage(({ id }) => id === monday.messageId), {
      type: 'buttons_response',
      message: { extra: { buttonsResponse: { selectedButtonId: 'yes' } } },
    });
    screen.child.kill('SIGINT');
    await screen.end;
  });

  await t.test('customers get labels', async (t) => {
    await run('label', 'create', 'New order');
    await run('label', 'create', 'Paid');
    t.match(await run('label', 'add', 'New order', ben.number), /New order/);
    t.match(await run('chats', '--with-label', 'New order'), /Ben/);
  });

  const poll = await send(ana.number, '--poll', 'When do we deliver?', '--option', 'Tue', '--option', 'Wed');
  await t.test('a poll is asked, and its votes are read', async (t) => {
    await ana.waitForMessage(({ id }) => id === poll.messageId);
    await ana.vote(poll.messageId, ['Wed']);
    await wad.event('message.reaction', ({ vote }) => vote?.[0] === 'Wed');
    t.match(await run('poll', poll.messageId), /^When do we deliver\?\n.*\n0 +Tue.*\n1 +Wed +Ana\n/);
  });

  /** Ben calls. The call is declined by the daemon. */
  const call = async (): Promise<void> => {
    const id = await ben.call();
    const { data } = await wad.event('call', (one) => one.id === id && one.state === 'ended');
    t.match(data, { rejectedBy: 'daemon', sender: { phone: ben.number } });
  };
  await call();
  await ben.waitForMessage(({ body }) => body === NO_CALLS, { timeoutMs: 60_000 });

  const receipt = await ben.sendMedia({ bytes: PNG, mimetype: 'image/png', caption: 'I have paid' });
  await wad.event('message', ({ messageId }) => messageId === receipt);
  await run('label', 'remove', 'New order', ben.number);
  await run('label', 'add', 'Paid', ben.number);

  await wad.stop();
  // While the machine is off.
  await ana.send('Are you open tomorrow?');
  await ana.vote(poll.messageId, ['Tue']);
  wad = await start();
  await wad.until('ready');

  await t.test('after a restart nothing is missing', async (t) => {
    const { data } = await wad.event('message', ({ body }) => body === 'Are you open tomorrow?');
    t.match(data, { fromMe: false, sender: { phone: ana.number, name: 'Ana' } });
    const changed = async () => /\n1 +Tue +Ana\n/.test(await run('poll', poll.messageId));
    await eventually(changed, 'the vote that changed meanwhile', 30_000);
    t.match(await run('chats', '--with-label', 'Paid'), /Ben/);
    t.notMatch((await wad.wactl(['chats', '--with-label', 'New order'])).stdout, /Ben/);
    await run('send', ana.number, 'Yes, from nine.', '--wait', 'read');
    await call();
    t.match(await run('search', 'blue', 'door'), /Ben +.*Do you have the blue door\?/);
  });

  await t.test('the export at night has the whole day', async (t) => {
    const to = join(home.tmp, 'night');
    const printed = await run('export', '--all', '--media', '--to', to);
    t.match(printed, /3 chats, \d+ messages .*, 1 file\n/);
    const chats = readdirSync(to).filter((name) => /@/.test(name));
    const read = (chat: string, name: string) => readFileSync(join(to, chat, name), 'utf8');
    const lines = chats.flatMap((chat) =>
      read(chat, 'messages.jsonl')
        .split('\n')
        .filter(Boolean)
        .map((line): Line => JSON.parse(line)),
    );
    t.same(
      lines.map(({ messageId }) => messageId).sort(),
      shop.messages.map(({ id }) => id).sort(),
      'every message that the phone has, each once',
    );
    t.equal(lines.filter(({ body }) => body === NO_CALLS).length, 1, 'two calls, one text');
    const file = lines.find(({ messageId }) => messageId === receipt)?.file;
    const path = file && 'path' in file ? file.path : 'none';
    const ofBen = chats.find((chat) => read(chat, 'messages.jsonl').includes(receipt)) ?? 'none';
    t.same(readFileSync(join(to, ofBen, path)), PNG);
    const pages = chats.map((chat) => read(chat, 'messages.html')).join('\n');
    for (const text of [
      'Do you have the blue door?',
      'It is 80 EUR',
      'Which door do you order?',
      'I have paid',
    ])
      t.match(pages, text);
    t.match(pages, `src="${path}"`);
    t.match(readFileSync(join(to, 'index.html'), 'utf8'), /Ana[\s\S]*Depot|Depot[\s\S]*Ana/);
    t.match(await run('export', '--all', '--media', '--to', to), /\(0 new\)/, 'again: nothing is new');
  });
  await wad.stop();
  t.same(wad.strayLines, []);
});
