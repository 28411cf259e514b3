/** Every message passes one function, once under our id, and not after the daemon has given it up. */
import t, { type Test } from 'tap';
import type { Content } from '../../../src/protocol/content.js';
import { makeEarlier } from '../../../src/whatsapp/page/earlier.js';
import { makeKnownLabels } from '../../../src/whatsapp/page/known-labels.js';
import { makeMembers } from '../../../src/whatsapp/page/members.js';
import { makeMessages, type Tools } from '../../../src/whatsapp/page/messages.js';
import { makeOutgoing } from '../../../src/whatsapp/page/outgoing.js';
import { ID_TAG, installOwnIds, withOwnId } from '../../../src/whatsapp/page/own-id.js';
import { makeOwn } from '../../../src/whatsapp/page/own-message.js';
import type { Posts } from '../../../src/whatsapp/page/posts.js';
import { type Mended, makeTools } from '../../../src/whatsapp/page/tools.js';

const CHAT = '15550002222@c.us';
const ID = '3EB0000000000000000001';
type Sends = Record<string, string>;
interface Stored {
  readonly id: { readonly fromMe: boolean; readonly id: string; readonly remote?: string };
  readonly ack: number;
  isSendFailure?: boolean;
  set?(values: object): void;
}
type End = Promise<{ messageSendResult: string }>;

const own = () => {
  const base = makeTools();
  return makeOwn(
    { ...base, ...makeEarlier(base), ...makeMessages(base), ...makeMembers(base), ...makeKnownLabels(base) },
    {} as Mended,
  );
};
const ackOf = async (...args: Parameters<ReturnType<typeof own>['find']>): Promise<number | null> =>
  (await own().find(...args))?.ack ?? null;

/** Begins a send as the daemon does; the library's part is `sendMessage`. */
function outgoing(
  sendMessage: (chat: unknown, text: string, options: { extraOptions: object }) => Promise<unknown>,
  content: Content = { kind: 'text', text: 'hello' },
) {
  Object.assign((globalThis as { window?: object }).window ?? {}, {
    WWebJS: { getChat: async () => ({}), sendMessage },
  });
  const base = makeTools();
  const tools = { ...base, ...makeMessages(base), refuseClosed: async () => undefined } as unknown as Tools;
  const { begin } = makeOutgoing(
    tools,
    {} as Mended,
    { isPost: () => false } as unknown as Posts,
    own(),
    {} as never,
    {} as never,
  );
  return (isAgain: boolean, other: string | null = null) =>
    begin({ chatId: CHAT, other }, ID, { [ID_TAG]: ID }, content, null, isAgain, 1_000);
}

/** The parts of a page that this function uses. Messages that passed it are in `through`. */
function page(t: Test) {
  const through: { id: unknown }[] = [];
  const stored: Stored[] = [];
  const door = {
    addAndSendMsgToChat(_chat: unknown, message: { id: unknown }): [Promise<unknown>, Promise<unknown>] {
      through.push(message);
      return [added, ends.shift() ?? new Promise(() => {})];
    },
    async resendMsgToChat(_chat: unknown, message: Promise<{ id: unknown }>): End {
      resent.push(await message);
      return (ends.shift() as End) ?? new Promise(() => {});
    },
  };
  const resent: unknown[] = [];
  /** The outcomes of the page's own sends, in order. */
  const ends: Promise<unknown>[] = [];
  let store = (): void => undefined;
  let lose = (_error: Error): void => undefined;
  const added = new Promise<void>((resolve, reject) => {
    store = resolve;
    lose = reject;
  });
  class MsgKey {
    readonly _serialized: string;
    readonly id: unknown;
    constructor({ id, to }: { id: unknown; to?: unknown }) {
      this.id = id;
      this._serialized = [(to as { _serialized?: string } | undefined)?._serialized, id].join(' ');
    }
  }
  /** The keys of each query to the page's store, which has `inStore`. */
  const queries: string[][] = [];
  const inStore = new Map<string, Stored>();
  const modules: Record<string, unknown> = {
    WAWebSendMsgChatAction: door,
    WAWebMsgKey: MsgKey,
    WAWebCollections: {
      Msg: {
        get: () => undefined,
        getModelsArray: () => stored,
        getMessagesById: async (keys: string[]) => {
          queries.push(keys);
          return { messages: keys.flatMap((key) => inStore.get(key) ?? []) };
        },
      },
      Chat: { get: () => ({ id: CHAT }) },
    },
    WAWebUserPrefsMeUser: {
      getMaybeMePnUser: () => ({ _serialized: 'me@c.us' }),
      getMaybeMeLidUser: () => null,
    },
    WAWebWidFactory: {
      createWid: (id: string) => ({ _serialized: id }),
      asUserWidOrThrow: (wid: unknown) => wid,
    },
  };
  const sends: Sends = {};
  const before = (globalThis as { window?: unknown }).window;
  (globalThis as { window?: unknown }).window = {
    require: (name: string) => modules[name],
    setTimeout: (run: () => void) => setTimeout(run, 20),
    __wad: { sends, sendReports: {}, nacks: {} },
  };
  t.teardown(() => {
    (globalThis as { window?: unknown }).window = before;
  });
  installOwnIds(ID_TAG);
  const send = (id = ID) =>
    door.addAndSendMsgToChat({}, { id: { participant: undefined }, [ID_TAG]: id } as never);
  return {
    through,
    stored,
    sends,
    send,
    door,
    ends,
    resent,
    queries,
    inStore,
    store: () => store(),
    lose: (error: Error) => lose(error),
  };
}

t.test('a message goes out under our id, without the tag that carried it, and once', (t) => {
  const { through, send, sends } = page(t);
  send();
  t.match(through, [{ id: { id: ID } }]);
  t.notOk(ID_TAG in (through[0] ?? {}));
  t.equal(sends[ID], 'entered');
  t.throws(() => send(), /already made/);
  t.equal(through.length, 1);
  t.end();
});

t.test('installing it twice wraps once, and a message of somebody else goes as it is', (t) => {
  const { through, door } = page(t);
  const wrapped = door.addAndSendMsgToChat;
  installOwnIds(ID_TAG);
  t.equal(door.addAndSendMsgToChat, wrapped);
  door.addAndSendMsgToChat({}, { id: 'theirs' });
  t.same(through, [{ id: 'theirs' }]);
  t.end();
});

t.test('abandoned before the door: it never goes through, until it is handed over again', async (t) => {
  const { through, send, sends } = page(t);
  t.equal(await ackOf(CHAT, ID, true), null);
  t.equal(sends[ID], 'refused');
  t.throws(() => send(), /was abandoned/);
  await t.rejects(
    withOwnId(ID, async () => void t.fail('it went through')),
    /was abandoned/,
  );
  t.same(through, []);
  own().allowAgain(ID);
  send();
  t.equal(through.length, 1);
  own().allowAgain(ID);
  t.throws(() => send(), /already made/, 'what is through is not allowed again');
});

t.test('what the page has from an earlier document is not sent again, and what it lacks is', async (t) => {
  const { through, send, stored, ends } = page(t);
  ends.push(Promise.resolve({ messageSendResult: 'OK' }));
  const begin = outgoing(async () => send());
  stored.push({ id: { fromMe: true, id: ID }, ack: 2 });
  t.match(await begin(true), { state: 'had', had: { ack: 2, stranded: false } });
  t.same(through, []);
  stored.pop();
  t.match(await begin(true), { state: 'done', had: null });
  t.equal(through.length, 1);
});

t.test('the page is asked once for a message under all identities of its chat', async (t) => {
  const { queries, inStore } = page(t);
  t.equal(await ackOf(CHAT, ID, false, '1@lid'), null);
  t.same(queries, [[`${CHAT} ${ID}`, `1@lid ${ID}`]]);
  inStore.set(`1@lid ${ID}`, { id: { fromMe: true, id: ID }, ack: 2 });
  t.equal(await ackOf(CHAT, ID, false, '1@lid'), 2);
});

t.test('given up while the page looks for an earlier one: it never goes through', async (t) => {
  const { through, send, sends } = page(t);
  const begin = outgoing(async () => send());
  sends[ID] = 'refused';
  const ending = begin(true);
  t.equal(sends[ID], undefined, 'allowed again');
  sends[ID] = 'refused';
  t.match(await ending, { state: 'failed', error: /was abandoned/ });
  t.same(through, []);
});

t.test('only asked about: it still may go through', async (t) => {
  const { through, send } = page(t);
  t.equal(await ackOf(CHAT, ID, false), null);
  send();
  t.equal(through.length, 1);
});

t.test(
  'through the door and not in the store: nobody knows, until it is there or the page has refused it',
  async (t) => {
    const { send, sends, stored, store, lose } = page(t);
    send();
    await t.rejects(ackOf(CHAT, ID, true), /not stored it yet/);
    t.equal(sends[ID], 'entered', 'and it is not abandoned');
    stored.push({ id: { fromMe: false, id: ID }, ack: 2 });
    await t.rejects(
      ackOf(CHAT, ID, true),
      /not stored it yet/,
      'a message of theirs with our id is not ours',
    );
    stored.push({ id: { fromMe: true, id: ID }, ack: 1 });
    t.equal(await ackOf(CHAT, ID, true), 1);
    store();
    await new Promise(setImmediate);
    t.equal(sends[ID], 'added');
    lose(new Error('too late'));
  },
);

t.test('refused by the page: another may begin', async (t) => {
  const { send, sends, lose } = page(t);
  send();
  lose(new Error('no'));
  await new Promise(setImmediate);
  t.equal(sends[ID], undefined);
});

t.test('a post counts when the server has it; its views are no receipts', async (t) => {
  const { sends, stored } = page(t);
  let finish = (): void => undefined;
  const running = withOwnId(ID, () => new Promise<void>((resolve) => (finish = resolve)));
  await t.rejects(ackOf('status@broadcast', ID, true), /posting it/);
  await t.rejects(
    withOwnId(ID, async () => void t.fail('twice')),
    /already made/,
  );
  finish();
  await running;
  t.equal(await ackOf('status@broadcast', ID, true), 1);
  delete sends[ID];
  stored.push({ id: { fromMe: true, id: ID }, ack: 3 });
  t.equal(await ackOf('status@broadcast', ID, false), 1);
  stored[0] = { id: { fromMe: true, id: ID }, ack: 0 };
  t.equal(await ackOf('status@broadcast', ID, false), null, 'it went with its document');
  await t.rejects(
    withOwnId(ID, async () => {
      throw new Error('no');
    }),
    /no/,
  );
  t.equal(sends[ID], undefined, 'another may begin');
});

const stands = (more: Partial<Stored> = {}): Stored => {
  const msg: Stored = {
    id: { fromMe: true, id: ID, remote: CHAT },
    ack: 0,
    set: (values) => Object.assign(msg, values),
    ...more,
  };
  return msg;
};

t.test('what another document sent is stranded: no page sends it by itself', async (t) => {
  const { stored, sends } = page(t);
  stored.push(stands());
  t.same(await own().find(CHAT, ID, false), { ack: 0, stranded: true });
  sends[ID] = 'added';
  t.same(await own().find(CHAT, ID, false), { ack: 0, stranded: false }, 'this one is at it');
  Object.assign(stored[0] ?? {}, { isSendFailure: true });
  t.same(await own().find(CHAT, ID, false), { ack: 0, stranded: true }, 'and has given it up');
  Object.assign(stored[0] ?? {}, { ack: 1 });
  t.same(await own().find(CHAT, ID, false), { ack: 1, stranded: false }, 'the server has it');
});

t.test('it is sent again once a document, and again whenever the page has given it up', async (t) => {
  const { stored, resent, ends, inStore } = page(t);
  stored.push(stands({ isSendFailure: true }));
  t.equal(await own().resend(CHAT, ID), null, 'no word yet');
  t.equal(stored[0]?.isSendFailure, false);
  t.equal(await own().resend(CHAT, ID), null);
  t.equal(resent.length, 1);
  t.same(await own().find(CHAT, ID, false), { ack: 0, stranded: false });
  Object.assign(stored[0] ?? {}, { isSendFailure: true });
  ends.push(Promise.resolve({ messageSendResult: 'ERROR_UNKNOWN' }));
  t.match(await own().resend(CHAT, ID), { refused: null, error: /ERROR_UNKNOWN/ });
  ends.push(Promise.resolve({ messageSendResult: 'OK' }));
  t.equal(await own().resend(CHAT, ID), null);
  t.equal(resent.length, 3);
  Object.assign(stored[0] ?? {}, { ack: 1, isSendFailure: true });
  await own().resend(CHAT, ID);
  t.equal(resent.length, 3, 'what the server has is not sent again');
  stored.length = 0;
  inStore.set(`1@lid ${ID}`, stands({ isSendFailure: true }));
  await own().resend(CHAT, ID, '1@lid');
  t.equal(resent.length, 4, 'under the other identity of its chat');
  inStore.clear();
  const refusal: unknown = await own()
    .resend(CHAT, ID)
    .catch((thrown: unknown) => thrown);
  t.match(refusal, { refused: 'no_such_message' });
});

const ENDS: readonly [string, () => Promise<unknown>, object | null][] = [
  ['OK', async () => ({ messageSendResult: 'OK' }), null],
  ['no word', () => new Promise(() => {}), null],
  ['ERROR_UNKNOWN', async () => ({ messageSendResult: 'ERROR_UNKNOWN' }), { refused: null }],
  ['ERROR_NETWORK', async () => ({ messageSendResult: 'ERROR_NETWORK' }), { refused: 'outcome_unknown' }],
  [
    'a blocked contact',
    async () => Promise.reject(new Error('Contact is blocked')),
    { refused: 'blocked_contact' },
  ],
];
for (const [name, end, trouble] of ENDS)
  t.test(`the page's own word on a send: ${name}`, async (t) => {
    const { send, stored, store, sends, ends } = page(t);
    ends.push(end());
    send();
    stored.push(stands());
    const said = await own().failureOf(ID);
    if (trouble === null) t.equal(said, null);
    else t.match(said, trouble);
    store();
    await new Promise(setImmediate);
    t.equal(sends[ID], trouble === null ? 'added' : 'failed');
    t.match(await own().find(CHAT, ID, false), { stranded: trouble !== null });
  });

t.test(
  'a file names its album also where the page has it under the other identity of the person',
  async (t) => {
    const other = '91000015550002222@lid';
    const album = '3EB0000000000000000009';
    const { inStore, send } = page(t);
    inStore.set(`${other} ${album}`, { id: { fromMe: true, id: album, remote: other }, ack: 1 });
    const given: object[] = [];
    const file = { id: 'f', name: 'a.jpg', mimetype: 'image/jpeg', size: 1 };
    const begin = outgoing(
      (_chat, _text, { extraOptions }) => {
        given.push(extraOptions);
        return Promise.resolve(send());
      },
      { kind: 'image', file, album } as unknown as Content,
    );
    await begin(false, other);
    t.match(given, [{ associationType: 'MEDIA_ALBUM', parentMsgKey: { id: album, remote: other } }]);
  },
);
