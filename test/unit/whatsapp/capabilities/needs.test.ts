/** Each missing module leads to the capabilities that are lost with it. */
import t from 'tap';
import { ALL_NEEDS, ESSENTIAL, lost, NEEDS } from '../../../../src/whatsapp/capabilities/needs.js';

t.test('a capability is lost by name of what it lacks, and no other with it', async (t) => {
  t.same(lost([]), {});
  t.same(lost(['WAWebAltDeviceLinkingApi']), {
    'link.code': { state: 'missing', what: ['WAWebAltDeviceLinkingApi'] },
  });
  t.same(lost(['WALinkify.findLink']), {
    'message.links': { state: 'missing', what: ['WALinkify.findLink'] },
  });
  t.same(lost(['WAWebChatGetters', 'WAWebMsgKey.newId']), {
    'send.text': { state: 'missing', what: ['WAWebMsgKey.newId', 'WAWebChatGetters'] },
  });
  t.same(lost(['a wid as text']), {
    'session.receive': { state: 'missing', what: ['a wid as text'] },
    'send.text': { state: 'missing', what: ['a wid as text'] },
  });
  t.same(lost(['WAWebNobodyAskedFor']), {});
});

t.test('what is essential is in the table, and each need is asked for once', async (t) => {
  for (const name of ESSENTIAL) t.ok(NEEDS[name]);
  t.equal(new Set(ALL_NEEDS).size, ALL_NEEDS.length);
});
