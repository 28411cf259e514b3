/** A request during a page reload gets an answer, or an error in plain words that says to try again. */
import t from 'tap';
import { Fault } from '../../src/protocol/fault.js';
import type { MethodName } from '../../src/protocol/methods/index.js';
import { Home } from '../harness/home.js';
import { Simulator } from '../simulator/simulator.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(300_000);

const ANA = '15550002222';
/** Words of puppeteer and Chromium, which must not reach a user. */
const RAW = /context|Execution|Target|Session closed|Frame|Protocol|evaluate|collected|Error:/;
const ROUNDS = 6;

t.test('reads and acts during a reload are answered, or refused in plain words', async (t) => {
  await using sim = await Simulator.start();
  await using home = await Home.make(sim, { t });
  const phone = sim.createPhone({ number: '15550001111' });
  const ana = sim.createContact({ number: ANA, name: 'Ana' });
  const group = sim.createGroup({ subject: 'Team', participants: [phone.wid, ana.wid] });
  const wad = await home.startLinked(phone);
  await ana.send('hello');
  await wad.event('message', ({ body }) => body === 'hello');
  const reads: readonly (readonly [MethodName, object])[] = [
    ['chat.list', {}],
    ['chat.get', { chat: ANA }],
    ['chat.messages', { chat: ANA, limit: 5 }],
    ['contact.list', {}],
    ['contact.get', { contact: ANA }],
    ['contact.check', { number: ANA }],
    ['group.list', {}],
    ['group.get', { group: group.id }],
  ];
  const acts: readonly (readonly [MethodName, object])[] = [
    ['chat.typing', { chat: ANA }],
    ['chat.markRead', { chat: ANA }],
  ];
  const ended: { method: MethodName; kind: string; reason: string }[] = [];
  const ask = async (method: MethodName, params: object): Promise<void> => {
    const client = await wad.client();
    try {
      await client.request(method, params as never, { timeoutMs: 60_000 });
      ended.push({ method, kind: 'done', reason: '' });
    } catch (error) {
      const { kind, message } = Fault.of(error);
      ended.push({ method, kind, reason: message });
    }
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    await wad.until('ready');
    const loads = sim.loads.length;
    let going = true;
    const asking = [...reads, ...acts].map(async ([method, params]) => {
      do await ask(method, params);
      while (going);
    });
    await sim.pages[0]?.reload();
    await sim.waitForPage(() => sim.loads.length > loads, { timeoutMs: 60_000 });
    await wad.until('ready');
    going = false;
    await Promise.all(asking);
  }
  t.ok(ended.length > ROUNDS * 10);
  const refused = ended.filter(({ kind }) => kind !== 'done');
  for (const one of refused) if (RAW.test(one.reason)) t.fail(one.reason, one);
  const read = refused.filter(({ method }) => reads.some(([name]) => name === method));
  for (const { kind } of read) if (kind !== 'not_ready') t.fail(`a read ended with ${kind}`);
  for (const { method, kind } of refused)
    if (!['not_ready', 'outcome_unknown'].includes(kind)) t.fail(`${method} ended with ${kind}`);
  t.comment(`${refused.length} of ${ended.length} were refused: ${JSON.stringify(refused.slice(0, 5))}`);
  await wad.stop();
});
