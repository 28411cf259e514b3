/** The page reports the people of a message before the message, and again only what has changed. */
import t from 'tap';
import { reportPeople } from '../../../src/whatsapp/page/people.js';
import { makeTools } from '../../../src/whatsapp/page/tools.js';
import { requireFrom, setWindow } from '../../harness/fake-page.js';

const ANA = '270000000000002@lid';
const ANA_PN = '15550002222@c.us';
const GROUP = '120363000000000000@g.us';

t.test('identities and names are reported once, and a new name once more', (t) => {
  const contacts: Record<string, object> = { [ANA_PN]: { name: 'Ana Silva' }, [GROUP]: { name: 'Team' } };
  const reports: unknown[] = [];
  const read: unknown[] = [];
  const library = { getMessageModel: (msg: unknown) => read.push([msg, reports.length]) };
  setWindow(t, {
    WWebJS: library,
    __wad: { rpc: { tools: makeTools() } },
    tell: (report: unknown) => reports.push(report),
    require: requireFrom({
      WAWebWidFactory: { createWid: (id: string) => ({ _serialized: id }) },
      WAWebApiContact: { getPhoneNumber: () => ANA_PN, getCurrentLid: () => ANA },
      WAWebCollections: { Contact: { get: (id: string) => contacts[id] }, Chat: { get: () => undefined } },
    }),
  });
  reportPeople('tell');
  reportPeople('tell');
  const message = (notifyName: unknown, fromMe = false) =>
    library.getMessageModel({
      id: { fromMe, remote: GROUP, participant: ANA },
      author: ANA,
      notifyName,
      get mentionedJidList() {
        throw new Error('malformed');
      },
    });
  message('ana');
  const group = { id: GROUP, name: 'Team', pushname: null };
  const ana = { id: ANA, name: 'Ana Silva', pushname: 'ana' };
  t.same(reports, [{ kind: 'people', pairs: [{ number: ANA_PN, lid: ANA }], names: [group, ana] }]);
  t.equal((read as [object, number][])[0]?.[1], 1, 'before the message');
  message('ana');
  t.equal(reports.length, 1, 'what was reported costs no further report');
  message('ana b.');
  t.same(reports[1], { kind: 'people', pairs: [], names: [{ ...ana, pushname: 'ana b.' }] });
  contacts[ANA] = { pushname: 'ana b.' };
  message({ toString: () => 'not a name' });
  message('mine', true);
  t.equal(reports.length, 2, 'the name in an own message is not of a sender, and only texts are names');
  message('x'.repeat(10_000));
  t.match(reports[2], { names: [{ pushname: 'x'.repeat(256) }] });
  t.equal(read.length, 6);
  t.end();
});
