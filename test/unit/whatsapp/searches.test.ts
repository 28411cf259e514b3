/** What the page's own search finds. */
import t from 'tap';
import { messageKey } from '../../../src/protocol/wid.js';
import { makeMessages, type Tools } from '../../../src/whatsapp/page/messages.js';
import { makeSearches } from '../../../src/whatsapp/page/searches.js';
import { makeTools } from '../../../src/whatsapp/page/tools.js';
import { requireFrom, setWindow } from '../../harness/fake-page.js';

t.test('a message is told as edited by its whole key, because senders choose the ids', async (t) => {
  const said = (remote: string, edit: object | null, more: object = {}) => ({
    id: { fromMe: false, remote: { _serialized: remote }, id: '3A_1', ...more },
    latestEditMsgKey: edit,
  });
  const participant = { _serialized: '91000015550002222@lid' };
  const messages = [
    said('15550002222@c.us', null),
    said('91000015550003333@lid', {}),
    said('1203@g.us', {}, { participant }),
  ];
  setWindow(t, {
    require: requireFrom({ WAWebCollections: { Msg: { search: async () => ({ messages, eof: true }) } } }),
    WWebJS: { getMessageModel: (msg: object) => msg },
  });
  const base = makeTools();
  const { messages: search } = makeSearches({ ...base, ...makeMessages(base) } as unknown as Tools);
  const { edited } = await search('hello', null, 1);
  t.same(edited.map(messageKey), [
    'false_91000015550003333@lid_3A%5F1',
    'false_1203@g.us_3A%5F1_91000015550002222@lid',
  ]);
});
