/** The one door that every message goes through: once under an id of ours, and not once the daemon has given it up. */
import t, { type Test } from 'tap';
import {
  allowAgain,
  findOwn,
  ID_TAG,
  installOwnIds,
  throughTheDoor,
} from '../../../src/whatsapp/page/own-id.js';

const CHAT = '15550002222@c.us';
const ID = '3EB0000000000000000001';
type Sends = Record<string, string>;

/** As much of a page as the door is made of. The messages that got through it stand in `through`. */
function page(t: Test) {
  const through: { id: unknown }[] = [];
  const stored: { id: { fromMe: boolean; id: string }; ack: number }[] = [];
  const door = {
    addAndSendMsgToChat(_chat: unknown, message: { id: unknown }): [Promise<unknown>, Promise<unknown>] {
      through.push(message);
      return [added, Promise.resolve('OK')];
    },
  };
  let store = (): void => undefined;
  let lose = (_error: Error): void => undefined;
  const added = new Promise<void>((resolve, reject) => {
    store = resolve;
    lose = reject;
  });
  class MsgKey {
    readonly _serialized: string;
    readonly id: unknown;
    constructor({ id }: { id: unknown }) {
      this.id = id;
      this._serialized = String(id);
    }
  }
  const modules: Record<string, unknown> = {
    WAWebSendMsgChatAction: door,
    WAWebMsgKey: MsgKey,
    WAWebCollections: {
      Msg: { get: () => undefined, getMessagesById: async () => null, getModelsArray: () => stored },
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
    __wad: { sends, words: {} },
  };
  t.teardown(() => {
    (globalThis as { window?: unknown }).window = before;
  });
  installOwnIds(ID_TAG);
  const send = (id = ID) =>
    door.addAndSendMsgToChat({}, { id: { participant: undefined }, [ID_TAG]: id } as never);
  return { through, stored, sends, send, door, store: () => store(), lose: (error: Error) => lose(error) };
}

t.test('a message goes out under our id, without the tag that carried it, and once', (t) => {
  const { through, send, sends } = page(t);
  send();
  t.match(through, [{ id: { id: ID } }]);
  t.notOk(ID_TAG in (through[0] ?? {}));
  t.equal(sends[ID], 'entered');
  t.throws(() => send(), /through already/);
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

t.test('given up before the door: it never goes through, until it is handed over again', async (t) => {
  const { through, send, sends } = page(t);
  t.equal(await findOwn(CHAT, ID, true), null);
  t.equal(sends[ID], 'refused');
  t.throws(() => send(), /given up/);
  await t.rejects(
    throughTheDoor(ID, async () => void t.fail('it went through')),
    /given up/,
  );
  t.same(through, []);
  allowAgain(ID);
  send();
  t.equal(through.length, 1);
  allowAgain(ID);
  t.throws(() => send(), /through already/, 'what is through is not allowed again');
});

t.test('only asked about: it still may go through', async (t) => {
  const { through, send } = page(t);
  t.equal(await findOwn(CHAT, ID, false), null);
  send();
  t.equal(through.length, 1);
});

t.test(
  'through the door and not in the store: nobody knows, until it is there or the page has refused it',
  async (t) => {
    const { send, sends, stored, store, lose } = page(t);
    send();
    await t.rejects(findOwn(CHAT, ID, true), /not stored it yet/);
    t.equal(sends[ID], 'entered', 'and it is not given up');
    stored.push({ id: { fromMe: false, id: ID }, ack: 2 });
    await t.rejects(
      findOwn(CHAT, ID, true),
      /not stored it yet/,
      'a message of theirs with our id is not ours',
    );
    stored.push({ id: { fromMe: true, id: ID }, ack: 1 });
    t.equal(await findOwn(CHAT, ID, true), 1);
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
  const running = throughTheDoor(ID, () => new Promise<void>((resolve) => (finish = resolve)));
  await t.rejects(findOwn('status@broadcast', ID, true), /posting it/);
  await t.rejects(
    throughTheDoor(ID, async () => void t.fail('twice')),
    /through already/,
  );
  finish();
  await running;
  t.equal(await findOwn('status@broadcast', ID, true), 1);
  delete sends[ID];
  stored.push({ id: { fromMe: true, id: ID }, ack: 3 });
  t.equal(await findOwn('status@broadcast', ID, false), 1);
  stored[0] = { id: { fromMe: true, id: ID }, ack: 0 };
  t.equal(await findOwn('status@broadcast', ID, false), null, 'it went with its document');
  await t.rejects(
    throughTheDoor(ID, async () => {
      throw new Error('no');
    }),
    /no/,
  );
  t.equal(sends[ID], undefined, 'another may begin');
});
