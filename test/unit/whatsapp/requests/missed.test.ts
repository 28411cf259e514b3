/** Messages that arrived while the daemon was not receiving are read from the page's store and translated. */
import t from 'tap';
import type { LibraryClient } from '../../../../src/whatsapp/library/library.js';
import { missedPage } from '../../../../src/whatsapp/requests/missed.js';
import { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';
import { fakeClock } from '../../../harness/fake-clock.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';
import { keepLog } from '../../../harness/server.js';

type Life = { teardown(undo: () => void): unknown };
const [CHAT, GROUP, ANA] = ['15550002222@c.us', '123-456@g.us', '15550003333@c.us'] as const;
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
const missed = (page = pageHere()) =>
  missedPage(new PageRpc({ page: () => page, build: () => null, log: keepLog() }), {} as LibraryClient);

interface Stored {
  readonly id: {
    readonly fromMe: boolean;
    readonly remote: string;
    readonly id: string;
    readonly participant?: string;
  };
  readonly t: number;
  readonly type?: string;
  readonly ack?: number;
}
const stored = (id: string, t: number, more: object = {}): Stored => ({
  id: { fromMe: false, remote: CHAT, id },
  t,
  type: 'chat',
  ack: 1,
  ...more,
});

/** A page with these chats, whose models are the library's own form. */
async function storePage(
  t: Life,
  chats: Readonly<Record<string, { t?: number; msgs: readonly Stored[]; msgLoadState?: object }>>,
  loadMessagesQuery?: (asked: object) => Promise<readonly Stored[]>,
  loadEarlierMsgs: () => Promise<readonly Stored[]> = async () => [],
) {
  const models = Object.entries(chats).map(([id, { t, msgs, msgLoadState }]) => ({
    id: { _serialized: id },
    t,
    msgs: { getModelsArray: () => [...msgs], msgLoadState },
  }));
  setWindow(t, {
    __wad: {},
    WWebJS: {
      getMessageModel: ({ id, t, type, ack }: Stored) => ({
        ...{ id, t, type, ack, body: `text of ${id.id}`, from: id.remote, to: '15550001111@c.us' },
        author: id.participant,
      }),
    },
    require: requireFrom({
      WAWebCollections: {
        Chat: {
          getModelsArray: () => models,
          get: (wid: string) => models.find(({ id }) => id._serialized === wid),
        },
        Msg: {
          getModelsArray: () => Object.values(chats).flatMap(({ msgs }) => msgs),
          ...(loadMessagesQuery ? { loadMessagesQuery } : {}),
        },
      },
      WAWebWidFactory: { createWid: (id: string) => id },
      WAWebChatLoadMessages: { loadEarlierMsgs },
    }),
  });
  await PageRpc.install(pageHere());
}

t.test('chats: a time within a second includes that whole second, and statuses are left out', async (t) => {
  await storePage(t, {
    [GROUP]: { t: 1_001, msgs: [] },
    [CHAT]: { t: 1_000, msgs: [] },
    [ANA]: { t: 999, msgs: [] },
    'status@broadcast': { t: 2_000, msgs: [] },
  });
  t.same(await missed().chatsSince(1_000_999), [CHAT, GROUP]);
  t.same(await missed().chatsSince(1_001_000), [GROUP]);
});

t.test('keys: in our form, oldest first, with those that were deleted for everybody', async (t) => {
  const inGroup = (id: string, participant: string) => ({
    id: { fromMe: false, remote: GROUP, id, participant },
  });
  await storePage(t, {
    [GROUP]: {
      t: 3,
      msgs: [
        stored('B', 2, { ...inGroup('B_1', ANA), type: 'revoked' }),
        stored('A', 1, inGroup('A', CHAT)),
        stored('C', 3, { id: { fromMe: true, remote: GROUP, id: 'C' } }),
      ],
    },
  });
  t.same(await missed().keysSince(GROUP, 1_500, 10), {
    keys: [`false_${GROUP}_A_${CHAT}`, `false_${GROUP}_B%5F1_${ANA}`, `true_${GROUP}_C`],
    revoked: [`false_${GROUP}_B%5F1_${ANA}`],
    whole: true,
    failure: null,
  });
  t.match(await missed().keysSince(GROUP, 0, 2), {
    keys: [`false_${GROUP}_B%5F1_${ANA}`, `true_${GROUP}_C`],
    whole: false,
  });
});

t.test('keys: a store that could not be read is a failure, not the start of the chat', async (t) => {
  const msgs = [stored('B', 2)];
  const msgLoadState = { noEarlierMsgs: true };
  const asked: object[] = [];
  let answer: () => Promise<readonly Stored[]> = () =>
    Promise.reject(new Error('The connection was closed.'));
  const query = (one: object) => {
    asked.push(one);
    return answer();
  };
  // As WAWebChatLoadMessages, which gives up, remembers that there is nothing, and does not look again.
  const load = async () => {
    if (msgLoadState.noEarlierMsgs) return [];
    msgs.unshift(stored('A', 1));
    msgLoadState.noEarlierMsgs = true;
    return msgs.slice(0, 1);
  };
  await storePage(t, { [CHAT]: { msgs, msgLoadState } }, query, load);
  t.match(await missed().keysSince(CHAT, 0, 10), { whole: false, failure: /connection was closed/ });
  t.same(asked, [{ anchor: stored('B', 2).id, count: 1, direction: 'before', threadId: null }]);
  t.equal(msgLoadState.noEarlierMsgs, false, 'the page looks again');

  answer = async () => (msgs.length === 1 ? [stored('A', 1)] : []);
  msgLoadState.noEarlierMsgs = true;
  t.match(
    await missed().keysSince(CHAT, 0, 10),
    { keys: [`false_${CHAT}_A`, `false_${CHAT}_B`], whole: true, failure: null },
    'a failure that has passed',
  );
  t.equal(msgLoadState.noEarlierMsgs, true, 'at the start of the chat nothing is changed');

  answer = () => Promise.reject(404);
  t.match(await missed().keysSince(CHAT, 0, 10), { whole: true, failure: null }, 'a message without a row');
});

t.test('keys: a chat whose reading was aborted is read again', async (t) => {
  const msgs = [stored('B', 2)];
  // As WAWebChatLoadMessages, which gives the error of the aborted reading as long as it counts as loading.
  const msgLoadState = { isLoadingEarlierMsgs: true };
  const load = async () => {
    if (msgLoadState.isLoadingEarlierMsgs) throw new DOMException('Connection is closing.', 'AbortError');
    return [];
  };
  await storePage(t, { [CHAT]: { msgs, msgLoadState } }, async () => [], load);
  t.match(await missed().keysSince(CHAT, 0, 10), { whole: false, failure: /AbortError/ });
  t.match(await missed().keysSince(CHAT, 0, 10), { whole: true, failure: null });
});

t.test(
  'messages: those that the keys name, marked as found later, without notices and deletions',
  async (t) => {
    const [same, other] = [ANA, CHAT].map((participant) => ({
      id: { fromMe: false, remote: GROUP, id: 'A_1', participant },
    }));
    await storePage(t, {
      [GROUP]: {
        msgs: [
          stored('', 1, same),
          stored('', 2, other),
          stored('', 3, { id: { fromMe: false, remote: GROUP, id: 'N', participant: ANA }, type: 'gp2' }),
          stored('', 4, {
            id: { fromMe: false, remote: GROUP, id: 'X', participant: ANA },
            type: 'ciphertext',
          }),
          stored('', 5, { id: { fromMe: false, remote: GROUP, id: 'R', participant: ANA }, type: 'revoked' }),
        ],
      },
    });
    const key = (id: string, participant: string = ANA) => `false_${GROUP}_${id}_${participant}`;
    const wanted = [key('R'), key('A%5F1', CHAT), key('N'), key('X'), key('GONE')];
    const { messages, revoked, undecrypted } = await missed().messagesOf(GROUP, wanted);
    t.same(
      messages.map((one) => [one.key, one.backfilled]),
      [key('A%5F1', CHAT), key('X')].map((one) => [one, true]),
      'in the order of the keys; of two people with one id the right one',
    );
    t.match(revoked, [{ key: key('R'), chatId: GROUP, author: ANA, fromMe: false }]);
    t.same(undecrypted, [key('X')]);
  },
);

t.test('acks: only of our own messages with these ids, each with its chat', async (t) => {
  const mine = (id: string, ack: number | undefined) => ({ id: { fromMe: true, remote: CHAT, id }, ack });
  await storePage(t, {
    [CHAT]: { msgs: [stored('', 1, mine('A_1', 3)), stored('', 2, mine('B', undefined)), stored('C', 3)] },
  });
  t.same(await missed().acksOf(['A_1', 'B', 'C', 'D']), [
    { type: 'ack', key: `true_${CHAT}_A%5F1`, messageId: 'A%5F1', chatId: CHAT, fromMe: true, ack: 3 },
    { type: 'ack', key: `true_${CHAT}_B`, messageId: 'B', chatId: CHAT, fromMe: true, ack: 0 },
  ]);
});

t.test('each read ends at its limit when the page does not answer, and leaves no timer', async (t) => {
  const clock = fakeClock(t);
  const silent = missed(pageHere({ evaluate: () => new Promise(() => undefined) }));
  for (const [read, limitMs] of [
    [() => silent.chatsSince(0), 10_000],
    [() => silent.keysSince(CHAT, 0, 10), 30_000],
    [() => silent.messagesOf(CHAT, []), 10_000],
    [() => silent.acksOf([]), 10_000],
  ] as const) {
    let fault: unknown;
    const reading = failed(read()).then((error) => {
      fault = error;
    });
    await clock.pass(limitMs - 1, 1_000);
    t.equal(fault, undefined);
    await clock.pass(1);
    await reading;
    t.match(fault, { kind: 'page_error', message: /in time/ });
    t.equal(clock.pending, 0);
  }
});

t.test(
  'a document that is replaced meanwhile is not_ready, and an error of the page is page_error',
  async (t) => {
    for (const [error, kind] of [
      [new Error('Execution context was destroyed.'), 'not_ready'],
      [new Error('Target closed'), 'not_ready'],
      [new Error('r: r'), 'page_error'],
    ] as const)
      t.match(await failed(missed(pageHere({ evaluate: () => Promise.reject(error) })).chatsSince(0)), {
        kind,
      });
  },
);
