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

t.test('the chat of each recipient is looked up once', async (t) => {
  const { asked, find } = asking((recipient) => (recipient === ANA ? LID : recipient));
  t.equal(await find(ANA), LID);
  t.equal(await find(ANA), LID);
  t.equal(await find('15550003333@c.us'), '15550003333@c.us');
  t.same(asked, [ANA, '15550003333@c.us']);
});

t.test('a chat is looked up again after an hour', async (t) => {
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

t.test('the answer that a number is not on WhatsApp is not cached', async (t) => {
  let chat: Addressee | null = null;
  const { asked, find } = asking(() => chat);
  t.equal(await find(ANA), null);
  chat = ANA;
  t.equal(await find(ANA), ANA);
  t.equal(asked.length, 2);
});

t.test('a failed look-up is not cached, and the caller gets its error', async (t) => {
  let broken = true;
  const { find } = asking((recipient) => {
    if (broken) throw new Fault('page_error');
    return recipient;
  });
  t.equal(await kindOf(() => find(ANA)), 'page_error');
  broken = false;
  t.equal(await find(ANA), ANA);
});

t.test("the caller's abort signal is passed to the look-up", async (t) => {
  const { signal } = new AbortController();
  let given: AbortSignal | undefined;
  await new Recipients(async (recipient, asked) => {
    given = asked;
    return recipient;
  }).find(ANA, signal);
  t.equal(given, signal);
});

t.test('when the cache is full, the oldest entry is dropped', async (t) => {
  const { asked, find } = asking((recipient) => recipient);
  for (let n = 0; n <= 10_000; n += 1) await find(`1555${n}@c.us`);
  asked.length = 0;
  await find('15551@c.us');
  t.same(asked, [], 'the second entry is still cached');
  await find('15550@c.us');
  t.same(asked, ['15550@c.us']);
});

t.test(
  'an answer for one account is not used for the next, even when the look-up was in progress',
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
