/** Requests that the page answers wake a hibernating account; all others leave it asleep. */
import t from 'tap';
import { needsPage, waking } from '../../../../src/daemon/api/page-methods.js';
import type { Handlers } from '../../../../src/protocol/method.js';
import { METHODS, type MethodName } from '../../../../src/protocol/methods/index.js';

const names = Object.keys(METHODS) as MethodName[];

t.test(
  'reading chats and acting on a message need the page; the state, the queue and the journal do not',
  async (t) => {
    for (const name of ['chat.list', 'contact.list', 'group.create', 'message.edit', 'media.fetch'] as const)
      t.ok(needsPage(METHODS[name]), name);
    for (const name of [
      ...(['session.status', 'session.pair', 'message.send', 'message.get', 'message.wait'] as const),
      ...(['outbox.list', 'events.list', 'daemon.info'] as const),
    ])
      t.notOk(needsPage(METHODS[name]), name);
  },
);

t.test('the handlers of such methods run when the account is awake', async (t) => {
  const woken: string[] = [];
  const handlers = Object.fromEntries(names.map((name) => [name, () => name])) as unknown as Handlers<
    typeof METHODS
  >;
  const use = async <T>(_: AbortSignal, run: () => T | Promise<T>): Promise<T> => {
    woken.push('awake');
    return run();
  };
  const wrapped = waking(METHODS, handlers, { use }, async (id) => id === 'on-disk') as unknown as Record<
    string,
    (p: object, c: object) => unknown
  >;
  t.same(Object.keys(wrapped).sort(), [...names].sort());
  const call = { signal: new AbortController().signal };
  t.equal(await wrapped['chat.list']?.({}, call), 'chat.list');
  t.equal(await wrapped['session.status']?.({}, call), 'session.status');
  t.same(woken, ['awake'], 'the state is shown without waking anything');
  await wrapped['message.search']?.({ text: 'x' }, call);
  t.same(woken, ['awake'], 'the journal is searched without waking anything');
  await wrapped['message.search']?.({ text: 'x', in: 'page' }, call);
  t.same(woken, ['awake', 'awake'], 'the page is not');
  for (const name of ['media.fetch', 'media.transcribe']) {
    woken.length = 0;
    await wrapped[name]?.({ id: 'on-disk' }, call);
    t.same(woken, [], `${name}: a file on disk needs no page`);
    await wrapped[name]?.({ id: 'elsewhere' }, call);
    t.same(woken, ['awake'], `${name}: another one does`);
  }
});
