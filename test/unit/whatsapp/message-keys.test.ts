/** Votes and answers are found under each identity of the author, as a group that changed its addressing has them. */
import t from 'tap';
import { makeAttendance } from '../../../src/whatsapp/page/attendance.js';
import { makeMessages, type Tools } from '../../../src/whatsapp/page/messages.js';
import { makePolls } from '../../../src/whatsapp/page/polls.js';
import { makeTools } from '../../../src/whatsapp/page/tools.js';
import { requireFrom, setWindow } from '../../harness/fake-page.js';

const GROUP = '1203630000@g.us';
const [ANA, ANA_LID, BEN] = ['15550002222@c.us', '91000015550002222@lid', '15550003333@c.us'] as const;

/** A page that has this row under the key with the other identity of the author. */
function pageWith(t: Parameters<typeof setWindow>[0], type: string, row: object): Tools {
  const message = {
    ...{ type, pollOptions: [{ name: 'now', localId: 0 }], pollName: 'When?', eventName: 'Dinner' },
    id: { fromMe: false, remote: GROUP, id: 'M_1', participant: ANA_LID, _serialized: 'M_1' },
  };
  const table = {
    getTable: () => ({
      equals: async ([index]: string[], key: string) =>
        index === 'parentMsgKey' && key === `false_${GROUP}_M_1_${ANA}` ? [row] : [],
    }),
  };
  setWindow(t, {
    require: requireFrom({
      WAWebCollections: { Msg: { getModelsArray: () => [message] } },
      WAWebWidFactory: { createWid: (id: string) => id },
      WAWebApiContact: {
        getPhoneNumber: (id: string) => (id === ANA_LID ? ANA : null),
        getCurrentLid: (id: string) => (id === ANA ? ANA_LID : null),
      },
      WAWebUserPrefsMeUser: { getMaybeMePnUser: () => null, getMaybeMeLidUser: () => null },
      WAWebPollsVotesSchema: table,
      WAWebEventResponsesSchema: table,
    }),
  });
  const base = makeTools();
  return { ...base, ...makeMessages(base) } as Tools;
}
const ref = { id: 'M_1', place: null };

t.test('votes', async (t) => {
  const row = { sender: BEN, selectedOptionLocalIds: [0], senderTimestampMs: 1 };
  const { votes } = makePolls(pageWith(t, 'poll_creation', row));
  t.match(await votes(ref), { voters: 1, options: [{ text: 'now', votes: 1 }] });
});

t.test('answers to an event', async (t) => {
  const row = { sender: BEN, eventResponse: new Uint8Array([1]).buffer, senderTimestampMs: 1 };
  const { list } = makeAttendance(pageWith(t, 'event_creation', row));
  t.match(await list(ref), { people: [{ id: BEN, answer: 'going' }] });
});
