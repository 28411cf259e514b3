/** Each request of the port calls its function in the page, reads and changes differently, and translates the answer. */
import t from 'tap';
import { Fault } from '../../../../src/protocol/fault.js';
import { parseMessageRef } from '../../../../src/protocol/wid.js';
import type { LibraryClient } from '../../../../src/whatsapp/library/library.js';
import { actPage } from '../../../../src/whatsapp/requests/acts.js';
import { callPage } from '../../../../src/whatsapp/requests/calls.js';
import { chatPage } from '../../../../src/whatsapp/requests/chats.js';
import { contactPage } from '../../../../src/whatsapp/requests/contacts.js';
import { groupPage } from '../../../../src/whatsapp/requests/groups.js';
import type { PageRpc } from '../../../../src/whatsapp/requests/page-rpc.js';

const [CHAT, GROUP, ANA] = ['15550002222@c.us', '123-456@g.us', '15550003333@c.us'] as const;
const MESSAGE = parseMessageRef(`false_${CHAT}_ABCD`);
const PARTS = { fromMe: true, remote: GROUP, id: 'A_1', participant: ANA };
const KEY = `true_${GROUP}_A%5F1_${ANA}`;

/** A page that notes each call and gives this answer. */
function notingPage(answer: unknown = 'answer') {
  const calls: unknown[][] = [];
  const note =
    (way: string) =>
    async (...args: unknown[]) => {
      calls.push([way, ...args]);
      if (answer instanceof Error) throw answer;
      return answer;
    };
  return { rpc: { look: note('look'), act: note('act') } as unknown as PageRpc, calls };
}

const query = { limit: 10 } as never;
const everything = (rpc: PageRpc) => {
  const [chats, contacts, groups] = [chatPage(rpc, {} as LibraryClient), contactPage(rpc), groupPage(rpc)];
  return [
    [() => chats.list(query), 'look', 'chat.list', 'chats', 'list', query],
    [() => chats.get(CHAT), 'look', 'chat.list', 'chats', 'get', CHAT],
    [() => chats.markRead(CHAT, true), 'act', 'chat.markRead', 'chats', 'markRead', CHAT, true],
    [() => chats.archive(CHAT, false), 'act', 'chat.change', 'chats', 'archive', CHAT, false],
    [() => chats.mute(CHAT, true, 5), 'act', 'chat.change', 'chats', 'mute', CHAT, true, 5],
    [() => chats.pin(CHAT, true), 'act', 'chat.change', 'chats', 'pin', CHAT, true],
    [() => chats.typing(CHAT, 'typing' as never), 'act', 'chat.typing', 'chats', 'typing', CHAT, 'typing'],
    [() => contacts.list(query), 'look', 'contact.list', 'contacts', 'list', query],
    [() => contacts.get(ANA), 'look', 'contact.list', 'contacts', 'get', ANA],
    [() => contacts.check(ANA), 'look', 'contact.check', 'contacts', 'check', ANA],
    [() => contacts.block(ANA, true), 'act', 'contact.block', 'contacts', 'block', ANA, true],
    [() => groups.list(query), 'look', 'group.list', 'groups', 'list', query],
    [() => groups.get(GROUP), 'look', 'group.list', 'groups', 'get', GROUP],
    [() => groups.create('n', [ANA]), 'act', 'group.create', 'groups', 'create', 'n', [ANA]],
    [
      () => groups.participants(GROUP, 'promote', [ANA]),
      ...['act', 'group.admin', 'groups', 'participants', GROUP, 'promote', [ANA]],
    ],
    [
      () => groups.update(GROUP, { name: 'n' } as never),
      ...['act', 'group.admin', 'groups', 'update', GROUP, { name: 'n' }],
    ],
    [() => groups.invite(GROUP, true), 'act', 'group.invite', 'groups', 'invite', GROUP, true],
    [() => groups.leave(GROUP), 'act', 'group.leave', 'groups', 'leave', GROUP],
    [() => callPage(rpc).reject('C1'), 'act', 'calls.reject', 'calls', 'reject', 'C1'],
  ] as readonly (readonly [() => Promise<unknown>, ...unknown[]])[];
};

t.test('each request makes one call with its capability, and returns the answer', async (t) => {
  const { rpc, calls } = notingPage();
  for (const [request, ...call] of everything(rpc)) {
    t.equal(await request(), 'answer');
    t.same(calls.splice(0), [call]);
  }
});

t.test('a change is never made as a read, which would repeat it, and its fault is passed on', async (t) => {
  const unknown = new Fault('outcome_unknown', { outcome: 'unknown' });
  const { rpc, calls } = notingPage(unknown);
  for (const [request, way, ...[, , verb]] of everything(rpc)) {
    t.equal(await request().catch((error: unknown) => error), unknown);
    t.equal(way, /^(list|get|check)$/.test(String(verb)) ? 'look' : 'act', String(verb));
    t.equal(calls.splice(0).length, 1);
  }
});

t.test('an act on a message names the message in our form, also in a group', async (t) => {
  const { rpc, calls } = notingPage(PARTS);
  const acts = actPage(rpc);
  for (const [act, ...call] of [
    [() => acts.react(MESSAGE, '👍'), 'act', 'message.react', 'acts', 'react', MESSAGE, '👍'],
    [() => acts.edit(MESSAGE, 'new'), 'act', 'message.edit', 'acts', 'edit', MESSAGE, 'new'],
    [() => acts.remove(MESSAGE, true), 'act', 'message.delete', 'acts', 'remove', MESSAGE, true],
    [() => acts.star(MESSAGE, false), 'act', 'message.star', 'acts', 'star', MESSAGE, false],
  ] as const) {
    t.same(await act(), { key: KEY, messageId: 'A%5F1', chatId: GROUP });
    t.same(calls.splice(0), [call]);
  }
});

t.test('a forwarded message has its key, or none while the page does not show it', async (t) => {
  const shown = notingPage({ chatId: GROUP, parts: PARTS });
  t.same(await actPage(shown.rpc).forward(MESSAGE, GROUP), { chatId: GROUP, key: KEY, messageId: 'A%5F1' });
  t.same(shown.calls, [['act', 'message.forward', 'acts', 'forward', MESSAGE, GROUP]]);
  const hidden = notingPage({ chatId: GROUP, parts: null });
  t.same(await actPage(hidden.rpc).forward(MESSAGE, GROUP), { chatId: GROUP, key: null, messageId: null });
});

t.test('the messages of a chat are translated one by one; one without a key is left out', async (t) => {
  const model = (id: unknown) => ({
    ...{ id: { fromMe: false, remote: CHAT, id }, t: 1_767_225_600, type: 'chat', body: 'hello', ack: 1 },
    ...{ from: CHAT, to: ANA },
  });
  const { rpc, calls } = notingPage({
    messages: [model('A'), { id: null }, model(7), model('B')],
    more: true,
  });
  const page = chatPage(rpc, {} as LibraryClient);
  const { messages, more } = await page.messages(CHAT, { limit: 3, before: null });
  t.same(
    messages.map(({ key, body, backfilled }) => [key, body, backfilled]),
    [
      [`false_${CHAT}_A`, 'hello', false],
      [`false_${CHAT}_B`, 'hello', false],
    ],
  );
  t.equal(more, true);
  t.same(calls, [['look', 'chat.messages', 'chats', 'messages', CHAT, 3, null, 12_000]]);
});
