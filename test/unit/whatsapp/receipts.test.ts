/** Who has a message, by the page's own store; a store that fails is an error, not an empty list. */
import t from 'tap';
import type { Tools } from '../../../src/whatsapp/page/messages.js';
import { makeReceipts } from '../../../src/whatsapp/page/receipts.js';
import { requireFrom, setWindow } from '../../harness/fake-page.js';

t.test('a failed query is not reported as a message that nobody has', async (t) => {
  let query: () => Promise<object> = async () => ({});
  setWindow(t, {
    require: requireFrom({ WAWebApiMessageInfoStore: { queryMsgInfo: () => query() } }),
  });
  const msg = { id: { fromMe: true, id: '3EB01' } };
  const tools = { message: async () => msg, parts: () => ({}), count: Number } as unknown as Tools;
  const { info } = makeReceipts(tools);
  const ref = { id: '3EB01', place: null };
  query = async () => ({ delivery: [], deliveryRemaining: 2, read: [], played: [] });
  t.match(await info(ref), { people: [], pending: 2 });
  query = () => Promise.reject(new Error('No message info found for true_15550002222@c.us_3EB01'));
  t.match(await info(ref), { people: [], pending: 0 }, 'the words of WAWebApiMessageInfoStore');
  query = () => Promise.reject(new Error('The database connection is closing.'));
  await t.rejects(info(ref), { message: /closing/ });
});
