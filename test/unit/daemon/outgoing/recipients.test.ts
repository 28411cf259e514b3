/** The chat of a recipient is looked up once for many messages, and only lasting answers are cached. */
import t from 'tap';
import { Recipients } from '../../../../src/daemon/outgoing/recipients.js';
import { Fault } from '../../../../src/protocol/fault.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import { kindOf } from '../../store/scratch.js';

const ANA: Addressee = '15550002222@c.us';
const LID: Addressee = '220000000000001@lid';
const never = new AbortController().signal;

function asking(answer: (recipient: Addressee) => Addressee | null) {
  const asked: Addressee[] = [];
  const recipients = new Recipients(async (recipient) => {
    asked.push(recipient);
    return answer(recipient);
  });
  return { asked, recipients, find: (recipient: Addressee) => recipients.find(recipient, never) };
}

t.test('a chat is asked for once, and each recipient by itself', async (t) => {
  const { asked, find } = asking((recipient) => (recipient === ANA ? LID : recipient));
  t.equal(await find(ANA), LID);
  t.equal(await find(ANA), LID);
  t.equal(await find('15550003333@c.us'), '15550003333@c.us');
  t.same(asked, [ANA, '15550003333@c.us']);
});

t.test('after an hour it is asked for again', async (t) => {
  let chat = ANA as Addressee;
  const { asked, find } = asking(() => chat);
  let nowMs = performance.now();
  t.intercept(performance, 'now', { value: () => nowMs });
  await find(ANA);
  chat = LID;
  nowMs += 3_600_000 - 1;
  t.equal(await find(ANA), ANA);
  nowMs += 1;
  t.equal(await find(ANA), LID);
  t.equal(asked.length, 2);
});

t.test('that a number is not on WhatsApp is not remembered', async (t) => {
  let chat: Addressee | null = null;
  const { asked, find } = asking(() => chat);
  t.equal(await find(ANA), null);
  chat = ANA;
  t.equal(await find(ANA), ANA);
  t.equal(asked.length, 2);
});

t.test('nor is a question that went wrong, which the caller hears of', async (t) => {
  let broken = true;
  const { find } = asking((recipient) => {
    if (broken) throw new Fault('page_error');
    return recipient;
  });
  t.equal(await kindOf(() => find(ANA)), 'page_error');
  broken = false;
  t.equal(await find(ANA), ANA);
});

t.test('the signal of the caller goes with the question', async (t) => {
  const { signal } = new AbortController();
  let given: AbortSignal | undefined;
  await new Recipients(async (recipient, asked) => {
    given = asked;
    return recipient;
  }).find(ANA, signal);
  t.equal(given, signal);
});

t.test('of more than it keeps, the one that was learnt first is forgotten', async (t) => {
  const { asked, find } = asking((recipient) => recipient);
  for (let n = 0; n <= 10_000; n += 1) await find(`1555${n}@c.us`);
  asked.length = 0;
  await find('15551@c.us');
  t.same(asked, [], 'the second is still known');
  await find('15550@c.us');
  t.same(asked, ['15550@c.us']);
});

t.test(
  'what one account was told is not known to the next, also where the answer was under way',
  async (t) => {
    const { asked, find, recipients } = asking(() => ANA);
    await find(ANA);
    recipients.forget();
    const late = find(ANA);
    recipients.forget();
    t.equal(await late, ANA);
    await find(ANA);
    t.equal(asked.length, 3);
  },
);
