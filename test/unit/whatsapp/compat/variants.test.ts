/** The variants D6 and D8 find out how this build does a thing, and our functions do it in that way. */
import t from 'tap';
import { contactBlock, whomToBlock } from '../../../../src/whatsapp/compat/d6-contact-block.js';
import { changePeople, describeGroup, groupAdmin } from '../../../../src/whatsapp/compat/d6-group-admin.js';
import { channelMedia, postedMedia } from '../../../../src/whatsapp/compat/d8-channel-media.js';
import { channelPreview, previewFor } from '../../../../src/whatsapp/compat/d8-channel-preview.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

type Life = { teardown(undo: () => void): unknown };
const modules = (t: Life, found: Readonly<Record<string, unknown>>) =>
  setWindow(t, { require: requireFrom(found) });
const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

t.test("D6: a person is blocked by the model of the page's helper, else by LID", async (t) => {
  const given: unknown[] = [];
  const helper = (...args: unknown[]) => {
    given.push(args);
    return { id: 'by helper' };
  };
  const byLid = async () => ({ id: 'by LID' });
  for (const [found, result, id] of [
    [
      { WAWebBlockContactUtils: { getContactToBlockOnlyUseIfNoAssociatedChat: helper } },
      'native',
      'by helper',
    ],
    [{ WAWebBlockContactUtils: {} }, 'patched', 'by LID'],
    [{}, 'patched', 'by LID'],
  ] as const) {
    modules(t, found);
    t.equal(await contactBlock.probe(pageHere()), result);
    t.same(await whomToBlock({ id: 'asked' }, byLid), { id });
  }
  t.same(given, [[{ id: 'asked' }, 'ChatListBlock']]);
});

t.test(
  'D6: a description is set with one object or with four arguments, as the build takes it',
  async (t) => {
    const given: unknown[] = [];
    const chat = { id: { _serialized: '1@g.us' }, groupMetadata: { descId: 'OLD' } };
    const note = (args: unknown) => void given.push(args);
    modules(t, { WAWebGroupModifyInfoJob: { setGroupDescription: async (one: unknown) => note(one) } });
    t.equal(await groupAdmin.probe(pageHere()), 'patched');
    await describeGroup(chat as never, 'text', 'NEW');
    await describeGroup(chat as never, '', 'NEW');
    const named = { groupWid: chat.id, newDescId: 'NEW', prevDescId: 'OLD' };
    t.same(given.splice(0), [
      { ...named, desc: 'text' },
      { ...named, desc: undefined },
    ]);
    const four = async (wid: unknown, desc: unknown, id: unknown, before: unknown) =>
      note([wid, desc, id, before]);
    modules(t, { WAWebGroupModifyInfoJob: { setGroupDescription: four } });
    t.equal(await groupAdmin.probe(pageHere()), 'native');
    await describeGroup({ ...chat, groupMetadata: undefined } as never, 'text', 'NEW');
    t.same(given, [[chat.id, 'text', 'NEW', undefined]]);
  },
);

/** Changes one participant on a page with these two ways; `shows` says, after each way, whether the page shows it. */
function change(t: Life, [job, action]: readonly (() => Promise<unknown>)[], shows: readonly boolean[]) {
  const calls: unknown[][] = [];
  const way = (name: string, run?: () => Promise<unknown>) =>
    run && {
      [name]: (...args: unknown[]) => {
        calls.push([name, ...args]);
        return run();
      },
    };
  modules(t, {
    WAWebGroupModifyParticipantsJob: way('promoteGroupParticipants', job) ?? {},
    WAWebModifyParticipantsGroupAction: way('promoteParticipants', action) ?? {},
  });
  const chat = { id: { _serialized: '1@g.us' }, groupMetadata: { isLidAddressingMode: true } };
  const ana = { id: { _serialized: 'ana@lid' } };
  let looked = 0;
  const done = changePeople('promote', chat as never, [ana], async () => shows[looked++] ?? false);
  return { done, calls, chat, ana };
}
const works = async () => undefined;
const fails = (text: string) => () => Promise.reject(new Error(text));

t.test(
  'D6: the second way to change participants is taken only if the first one changes nothing',
  async (t) => {
    const first = change(t, [works, works], [true]);
    await first.done;
    t.same(first.calls, [['promoteGroupParticipants', first.chat.id, [first.ana.id], true]]);
    for (const job of [works, fails('r: r')]) {
      const both = change(t, [job, works], job === works ? [false, true] : [true]);
      await both.done;
      t.same(both.calls[1], ['promoteParticipants', both.chat, [both.ana]]);
    }
  },
);

t.test('D6: the last way decides: its error is thrown, and no effect is left to the caller', async (t) => {
  t.match(await failed(change(t, [fails('first'), fails('second')], []).done), { message: 'second' });
  t.equal(await change(t, [fails('first'), works], [false]).done, undefined);
  t.match(await failed(change(t, [], []).done), { message: /not a function/ });
});

t.test('D8: media for a channel carry metadata only on a build that has them', async (t) => {
  const model = (prototype: object) => ({ WAWebCollections: { Msg: { modelClass: { prototype } } } });
  modules(t, model({ avParams: () => ({}) }));
  t.equal(await channelMedia.probe(pageHere()), 'native');
  modules(t, model({}));
  t.equal(await channelMedia.probe(pageHere()), 'patched');
  const msg = {
    seconds: 3,
    avParams() {
      return { seconds: this.seconds };
    },
  };
  t.same(postedMedia(msg, 'handle'), { mediaHandle: 'handle', mediaMetadata: { seconds: 3 } });
  t.same(postedMedia({}, 'handle'), { mediaHandle: 'handle' });
});

t.test(
  'D8: the preview of a link is made for the channel, and without a chat as the library does',
  async (t) => {
    const given: unknown[][] = [];
    const take = async (...args: object[]) => {
      given.push(args);
      return { data: { title: 'x' } };
    };
    const getLinkPreview = Object.defineProperty(take, 'length', { value: 2 });
    modules(t, { WAWebLinkPreviewChatAction: { getLinkPreview } });
    t.equal(await channelPreview.probe(pageHere()), 'patched');
    const [link, chat] = [{ url: 'https://x.example' }, { id: 'channel' }];
    t.same(await previewFor(link, chat as never), { data: { title: 'x' } });
    await previewFor(link);
    t.same(given, [[link, chat], [link]]);
    modules(t, { WAWebLinkPreviewChatAction: { getLinkPreview: async (_link: object) => null } });
    t.equal(await channelPreview.probe(pageHere()), 'native');
    t.equal(await previewFor(link), null);
  },
);

t.test('a probe rejects with the error of the page when the module of a variant is missing', async (t) => {
  modules(t, {});
  for (const variant of [groupAdmin, channelMedia, channelPreview])
    t.match(await failed(variant.probe(pageHere())), { message: /unknown module/ }, variant.breaks);
});
