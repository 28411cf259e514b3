/** The chat of a recipient: who is asked for, what is learnt, and the end of a search that takes too long. */
import { getEventListeners } from 'node:events';
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import type { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { findRecipient } from '../../../../src/whatsapp/requests/recipients.js';

const [NUMBER, LID, GROUP] = ['15550002222@c.us', '77001@lid', '123-456@g.us'] as const;
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

/** Looks for a recipient on a page that gives this answer. */
function search(recipient: string, answer: () => Promise<unknown>, signal = new AbortController().signal) {
  const asked: unknown[][] = [];
  const learnt: object[] = [];
  const look = async (...args: unknown[]) => {
    asked.push(args);
    return answer();
  };
  const rpc = { look } as unknown as PageRpc;
  const found = findRecipient(rpc, recipient as Addressee, signal, (pair) => learnt.push(pair));
  return { found, asked, learnt };
}

for (const [name, recipient, answer, chat, pairs] of [
  ['a number', NUMBER, { number: NUMBER, lid: LID }, NUMBER, 1],
  ['a LID keeps its chat', LID, { number: NUMBER, lid: LID }, LID, 1],
  ['a number with another spelling', '155500022220@c.us', { number: NUMBER, lid: null }, NUMBER, 0],
  ['a number that the page knows by its LID only', NUMBER, { number: null, lid: LID }, NUMBER, 0],
  ['a number that is not on WhatsApp', NUMBER, null, null, 0],
] as const)
  t.test(`a person: ${name}`, async (t) => {
    const { found, asked, learnt } = search(recipient, async () => answer);
    t.equal(await found, chat);
    t.same(asked, [[null, 'contacts', 'whoHas', recipient]]);
    t.same(learnt, pairs === 1 ? [{ number: NUMBER, lid: LID }] : []);
  });

t.test('a group or channel is refused by the page; statuses are asked for nowhere', async (t) => {
  const group = search(GROUP, async () => undefined);
  t.equal(await group.found, GROUP);
  t.same(group.asked, [[null, 'chats', 'refuseClosed', GROUP]]);
  const closed = new Fault('no_such_chat');
  t.equal(await failed(search(GROUP, () => Promise.reject(closed)).found), closed);
  const channel = search('120363@newsletter', async () => undefined);
  await channel.found;
  t.match(channel.asked, [['send.channel']]);
  const status = search('status@broadcast', () => Promise.reject(new Error('asked')));
  t.equal(await status.found, 'status@broadcast');
  t.same(status.asked, []);
});

t.test('an abort ends the search, and a late answer or error changes nothing', async (t) => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', note);
  t.teardown(() => process.off('unhandledRejection', note));
  for (const recipient of [NUMBER, GROUP])
    for (const late of ['answer', 'error'] as const) {
      const stop = new AbortController();
      let answer: (value: unknown) => void = () => undefined;
      let fail: (error: unknown) => void = () => undefined;
      const work = new Promise<unknown>((resolve, reject) => {
        [answer, fail] = [resolve, reject];
      });
      const { found, learnt } = search(recipient, () => work, stop.signal);
      stop.abort();
      t.match(await failed(found), { kind: 'page_error', message: /in time/ });
      if (late === 'answer') answer({ number: NUMBER, lid: LID });
      else fail(new Error('Target closed'));
      await new Promise((resolve) => setImmediate(resolve));
      t.same(learnt, []);
    }
  t.same(unhandled, []);
});

t.test('with a signal that is aborted already the page is not asked', async (t) => {
  for (const recipient of [NUMBER, GROUP]) {
    const { found, asked } = search(recipient, () => new Promise(() => undefined), AbortSignal.abort());
    t.match(await failed(found), { kind: 'page_error' });
    t.same(asked, []);
  }
});

t.test('a search leaves no listener on the signal', async (t) => {
  const { signal } = new AbortController();
  await search(NUMBER, async () => null, signal).found;
  await search(GROUP, async () => undefined, signal).found;
  await failed(search(GROUP, () => Promise.reject(new Fault('no_such_chat')), signal).found);
  t.equal(getEventListeners(signal, 'abort').length, 0);
});
