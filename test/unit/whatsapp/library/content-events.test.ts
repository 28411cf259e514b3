/** Events of the library other than messages are translated, and reported once each. */
import t from 'tap';
import { ContentEvents, type ContentReport } from '../../../../src/whatsapp/library/content-events.js';
import type { LibraryMessage } from '../../../../src/whatsapp/library/library.js';

const ANA = '15550002222@c.us';
const GROUP = '120363000000000000@g.us';
const wid = (text: string) => ({ _serialized: text });

function collecting(): { reports: ContentReport[]; from: ContentEvents } {
  const reports: ContentReport[] = [];
  return { reports, from: new ContentEvents((news) => void reports.push(news)) };
}

const message = (more: object): LibraryMessage => ({
  id: { fromMe: false, remote: ANA, id: 'A1' },
  body: 'new',
  type: 'chat',
  timestamp: 1_767_225_600,
  hasMedia: false,
  ...more,
});

t.test('a reaction names the message, whatever form its ids have', async (t) => {
  const { reports, from } = collecting();
  const reaction = {
    id: { fromMe: false, remote: wid(GROUP), id: 'R1', participant: wid(ANA) },
    msgId: { fromMe: true, remote: wid(GROUP), id: 'M1', participant: wid('15550001111@c.us'), $1: 'x' },
    senderId: wid(ANA),
    reaction: '👍',
    timestamp: 1_767_225_600,
  };
  from.reaction(reaction);
  from.reaction(reaction);
  t.same(reports, [
    {
      type: 'happened',
      event: 'message.reaction',
      data: {
        key: `true_${GROUP}_M1_15550001111@c.us`,
        messageId: 'M1',
        chatId: GROUP,
        from: ANA,
        fromMe: false,
        emoji: '👍',
        vote: null,
        timestamp: '2026-01-01T00:00:00.000Z',
      },
    },
  ]);
});

t.test('a body that changes is an edit only where somebody edited', async (t) => {
  const { reports, from } = collecting();
  from.edit(message({}), 'new', undefined); // decrypted late
  from.edit(
    message({ hasMedia: true, body: 'caption', _data: { latestEditSenderTimestampMs: 1 } }),
    '/9j/',
    '/9j',
  );
  t.same(reports, []);
  from.edit(message({ _data: { latestEditSenderTimestampMs: 1_767_225_600_000 } }), 'new', 'old');
  t.match(reports, [{ event: 'message.edit', data: { messageId: 'A1', body: 'new', previous: 'old' } }]);
});

t.test('a deletion is reported under the id that the message had', async (t) => {
  const { reports, from } = collecting();
  const original = { fromMe: false, remote: wid(ANA), id: 'OLD' };
  from.revoke(message({ id: { fromMe: false, remote: ANA, id: 'NEW' }, protocolMessageKey: original }));
  from.revoke(message({ id: { fromMe: false, remote: ANA, id: 'OLD' } }));
  t.match(reports, [{ event: 'message.revoke', data: { key: `false_${ANA}_OLD`, messageId: 'OLD' } }]);
  t.equal(reports.length, 1);
});

t.test('a call is reported once, however often its state changes', async (t) => {
  const { reports, from } = collecting();
  for (let n = 0; n < 3; n++) from.call({ id: 'C1', from: wid(ANA), isVideo: true });
  t.match(reports, [{ event: 'call', data: { from: ANA, video: true, group: false } }]);
  t.equal(reports.length, 1);
});

t.test('what is remembered has a bound', async (t) => {
  const { reports, from } = collecting();
  const call = (n: number) => from.call({ id: `C${n}`, from: ANA });
  for (let n = 0; n < 5_001; n++) call(n);
  call(0);
  t.equal(reports.length, 5_002, 'the oldest is forgotten');
  call(5_000);
  t.equal(reports.length, 5_002);
});

t.test('a vote names the poll and every option chosen now, once each', (t) => {
  const { reports, from } = collecting();
  const me = '15550001111@c.us';
  const vote = (voter: string, ...selectedOptions: { name?: string; localId: number }[]) => ({
    parentMsgKey: { fromMe: true, remote: wid(ANA), id: 'P1', $1: 'x' },
    voter,
    selectedOptions,
    interractedAtTs: 1_767_225_600_000,
  });
  for (let round = 0; round < 2; round++) from.vote(vote(ANA, { name: 'now', localId: 0 }), me);
  from.vote(vote(ANA), me);
  from.vote(vote(me, { localId: 1 }), me);
  from.vote(vote('900@lid'), me);
  t.same(
    reports.map(({ event, data }) => {
      const { key, emoji, vote, fromMe } = data as Readonly<Record<string, unknown>>;
      return [event, key, emoji, vote, fromMe];
    }),
    [
      ['message.reaction', `true_${ANA}_P1`, null, ['now'], false],
      ['message.reaction', `true_${ANA}_P1`, null, [], false],
      ['message.reaction', `true_${ANA}_P1`, null, ['#2'], true],
      ['message.reaction', `true_${ANA}_P1`, null, [], null],
    ],
  );
  t.equal(reports[0]?.data.timestamp, '2026-01-01T00:00:00.000Z');
  t.end();
});

t.test('an answer to an event is reported once, and again when it changes', async (t) => {
  const { reports, from } = collecting();
  const event = { fromMe: true, remote: GROUP, id: 'E_1', participant: '15550001111@c.us' };
  const answer = {
    kind: 'attendance',
    event,
    from: ANA,
    fromMe: false,
    answer: 'going',
    atMs: 1_767_225_600_000,
  } as const;
  for (let round = 0; round < 2; round++) from.attendance(answer);
  from.attendance({ ...answer, answer: 'maybe', atMs: 1e20 });
  t.match(reports, [
    {
      event: 'message.attendance',
      data: {
        ...{ key: `true_${GROUP}_E%5F1_15550001111@c.us`, messageId: 'E%5F1', chatId: GROUP },
        ...{ from: ANA, fromMe: false, answer: 'going', timestamp: '2026-01-01T00:00:00.000Z' },
      },
    },
    { data: { answer: 'maybe' } },
  ]);
  t.equal(reports.length, 2);
});

t.test('what names a message of another chat is no word on it', (t) => {
  const { reports, from } = collecting();
  const eve = '15550006666@c.us';
  const reaction = (stands: string, names: string) =>
    from.reaction({
      id: { fromMe: false, remote: wid(stands), id: `R ${stands} ${names}` },
      msgId: { fromMe: true, remote: wid(names), id: 'M1' },
      senderId: wid(eve),
      reaction: '👍',
      timestamp: 1_767_225_600,
    });
  reaction(eve, ANA);
  reaction('120363000000000001@g.us', GROUP);
  t.equal(reports.length, 0);
  reaction('900@lid', ANA);
  t.equal(reports.length, 1, 'a person may have two names');

  const revoke = (author: string) =>
    from.revoke(
      message({
        id: { fromMe: false, remote: eve, id: 'X1' },
        author,
        type: 'revoked',
        protocolMessageKey: { fromMe: true, remote: ANA, id: 'M1' },
      }),
    );
  revoke(eve);
  t.match(reports.at(-1), { event: 'message.revoke', data: { chatId: eve, key: `true_${eve}_M1` } });
  revoke(ANA);
  t.equal(reports.length, 3, 'the first report does not suppress the others');
  t.end();
});

t.test('the same vote at another time, as when it was taken back in between, is reported again', (t) => {
  const { reports, from } = collecting();
  const vote = (interractedAtTs: number) => ({
    parentMsgKey: { fromMe: true, remote: wid(ANA), id: 'P1', $1: 'x' },
    ...{ voter: ANA, selectedOptions: [{ name: 'now', localId: 0 }], interractedAtTs },
  });
  for (const atMs of [1_767_225_600_000, 1_767_225_600_000, 1_767_225_660_000])
    from.vote(vote(atMs), '15550001111@c.us');
  t.same(
    reports.map(({ data }) => data.timestamp),
    ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'],
  );
  t.end();
});
