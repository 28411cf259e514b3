/** The repairs D2, D4, D5 and D13 do their work once, also when they are applied again, and leave a sound build alone. */
import t from 'tap';
import { mediaModel } from '../../../../src/whatsapp/compat/d2-media-model.js';
import { missedSync } from '../../../../src/whatsapp/compat/d4-missed-sync.js';
import { postStatus, statusPost } from '../../../../src/whatsapp/compat/d5-status-post.js';
import { chatOrigin } from '../../../../src/whatsapp/compat/d13-chat-origin.js';
import { ID_TAG } from '../../../../src/whatsapp/page/own-id.js';
import { pageHere, requireFrom, setWindow } from '../../../harness/fake-page.js';

type Life = { teardown(undo: () => void): unknown };

function mediaPage(t: Life, model: () => object) {
  const library: { processMediaData?: (...args: unknown[]) => Promise<object> } = {
    processMediaData: async () => model(),
  };
  setWindow(t, {
    WWebJS: library,
    require: requireFrom({
      WAWebMediaOpaqueData: { createFromData: async () => ({}) },
      WAWebPrepRawMedia: { prepRawMedia: () => ({ waitForPrep: async () => model() }) },
    }),
  });
  return library;
}

t.test('D2: the private id of a media model is hidden from a spread, and stays readable', async (t) => {
  const library = mediaPage(t, () => ({ __x_id: 'private', mimetype: 'image/png' }));
  t.equal(await mediaModel.apply(pageHere()), 'patched');
  const patched = library.processMediaData;
  t.equal(await mediaModel.apply(pageHere()), 'patched');
  t.equal(library.processMediaData, patched, 'wrapped once');
  const model = (await patched?.()) as { __x_id: string };
  t.same({ ...model }, { mimetype: 'image/png' });
  t.equal(model.__x_id, 'private');
});

t.test('D2: a sound build is native; a library without the function is failed', async (t) => {
  mediaPage(t, () => ({ mimetype: 'image/png' }));
  t.equal(await mediaModel.apply(pageHere()), 'native');
  setWindow(t, { WWebJS: {} });
  t.match(await mediaModel.apply(pageHere()), /^failed: the library/);
});

for (const [name, change, raised] of [
  ['synced without the library', {}, true],
  ['not synced', { hasSynced: false }, false],
  ['the library is not in the page yet', { injected: false }, false],
  ['listeners are being attached', { attaching: true }, false],
  ['the library has noticed', { WWebJS: {} }, false],
] as const)
  t.test(`D4: the sync event is ${raised ? '' : 'not '}raised: ${name}`, async (t) => {
    let count = 0;
    const { hasSynced, injected, attaching, WWebJS } = {
      ...{ hasSynced: true, injected: true, attaching: false, WWebJS: undefined },
      ...change,
    };
    setWindow(t, {
      WWebJS,
      __wad: { injected, attaching },
      require: requireFrom({ WAWebSocketModel: { Socket: { hasSynced } } }),
      onAppStateHasSyncedEvent: () => {
        count += 1;
      },
    });
    await missedSync.install(pageHere());
    t.equal(count, raised ? 1 : 0);
  });

class MsgKey {
  readonly id: string;
  readonly remote: unknown;
  constructor(parts: { readonly id: string; readonly remote?: unknown }) {
    this.id = parts.id;
    this.remote = parts.remote;
  }
}
class StubbornKey extends MsgKey {
  constructor() {
    super({ id: 'PAGE' });
  }
}

function statusPage(
  t: Life,
  { Key = MsgKey as unknown, media = (_one: unknown) => ({}) as unknown, helper = null as unknown } = {},
) {
  const data = {
    createTextStatusMsgData: async (_options: object): Promise<object | null> => ({
      id: { fromMe: true, remote: 'status', id: 'PAGE' },
    }),
  };
  const texts: object[] = [];
  const gating =
    helper === null ? {} : { WAWebStatusGatingUtils: { canCheckStatusRankingPosterGating: helper } };
  setWindow(t, {
    require: requireFrom({
      WAWebMsgKey: Key,
      WAWebStatusMsgDataUtils: data,
      WAWebSendStatusMsgAction: {
        sendStatusMediaMsgAction: media,
        sendStatusTextMsgAction: async (text: object) => {
          texts.push(text);
          return { messageSendResult: 'OK' };
        },
      },
      ...gating,
    }),
  });
  return { data, texts };
}

t.test('D5: a text status gets our id, and one without a tag keeps its own', async (t) => {
  const { data } = statusPage(t);
  t.equal(await statusPost.apply(pageHere()), 'patched');
  const wrapped = data.createTextStatusMsgData;
  await statusPost.apply(pageHere());
  t.equal(data.createTextStatusMsgData, wrapped, 'wrapped once');
  t.match(await wrapped({ [ID_TAG]: 'OURS' }), { id: { id: 'OURS', remote: 'status' } });
  t.match(await wrapped({}), { id: { id: 'PAGE' } });
});

t.test('D5: a status whose key refuses our id is not made, because it could be sent twice', async (t) => {
  statusPage(t, { Key: StubbornKey });
  await t.rejects(statusPost.apply(pageHere()), /does not accept our id/);
});

t.test('D5: native only with the helper and the old arguments', async (t) => {
  const old = async (_media: object, _before: unknown) => ({});
  const helper = () => true;
  statusPage(t, { media: old as never, helper });
  t.equal(await statusPost.apply(pageHere()), 'native');
  statusPage(t, { media: old as never });
  t.equal(await statusPost.apply(pageHere()), 'patched');
  statusPage(t, { helper });
  t.equal(await statusPost.apply(pageHere()), 'patched');
});

t.test('D5: media are passed as each build takes them', async (t) => {
  const given: unknown[][] = [];
  statusPage(t, {
    media: (async (one: unknown, two: unknown) => {
      given.push([one, typeof two]);
      return { messageSendResult: 'OK' };
    }) as never,
  });
  t.equal(await postStatus({ media: { id: 'M' } }), 'OK');
  statusPage(t, {
    media: async (one: unknown) => {
      given.push([one]);
      return undefined;
    },
  });
  t.equal(await postStatus({ media: { id: 'M' } }), 'undefined', 'no result is no OK');
  t.match(given, [[{ id: 'M' }, 'function'], [{ mediaMsgData: { id: 'M' }, beforeSend: Function }]]);
  const { texts } = statusPage(t);
  t.equal(await postStatus({ text: { text: 'hello' } }), 'OK');
  t.same(texts, [{ text: 'hello' }]);
});

t.test('D13: a new chat gets an origin unless it has one, and the function is wrapped once', async (t) => {
  const calls: unknown[][] = [];
  const module = {
    me: 'module',
    findOrCreateLatestChat(this: { me: string }, ...args: unknown[]) {
      calls.push([this.me, ...args]);
    },
  };
  setWindow(t, { require: requireFrom({ WAWebFindChatAction: module }) });
  await chatOrigin.install(pageHere());
  const wrapped = module.findOrCreateLatestChat;
  await chatOrigin.install(pageHere());
  t.equal(module.findOrCreateLatestChat, wrapped);
  module.findOrCreateLatestChat('ana');
  module.findOrCreateLatestChat('ana', 'link', 3);
  t.same(calls, [
    ['module', 'ana', 'createChat'],
    ['module', 'ana', 'link', 3],
  ]);
});
