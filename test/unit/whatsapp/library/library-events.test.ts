/** The library's events are reported in our form; a listener that fails stops no other, and a refusal has its code. */
import { EventEmitter } from 'node:events';
import t from 'tap';
import type { GuardedClient } from '../../../../src/whatsapp/library/guarded-client.js';
import type { LibraryMessage } from '../../../../src/whatsapp/library/library.js';
import { listenTo } from '../../../../src/whatsapp/library/library-events.js';
import { ListenerWarnings } from '../../../../src/whatsapp/library/listener-warnings.js';
import { settled } from '../../../harness/fake-clock.js';
import { keepLog } from '../../../harness/server.js';

const ANA = '15550002222@c.us';
const ME = '15550001111@c.us';

function listening(nackOf: (chatId: string, id: string) => Promise<number | null> = async () => null) {
  const client = new EventEmitter();
  const reports: Record<string, unknown>[] = [];
  const done: string[] = [];
  const log = keepLog();
  const warnings = new ListenerWarnings(log);
  listenTo(Object.assign(client, { info: { wid: { _serialized: ME } } }) as unknown as GuardedClient, {
    listener: {
      event: ({ type }) => void done.push(type),
      report: (report) => void reports.push(report as unknown as Record<string, unknown>),
    },
    qr: (payload) => void done.push(`qr ${payload}`),
    look: () => void done.push('look'),
    nackOf,
    warnings,
  });
  return { client, reports, done, log };
}

const message = (more: Partial<LibraryMessage> = {}): LibraryMessage => ({
  id: { fromMe: false, remote: ANA, id: 'A1' },
  from: ANA,
  to: ME,
  body: 'hello',
  type: 'chat',
  timestamp: 1_767_225_600,
  hasMedia: false,
  ...more,
});
const own = message({ id: { fromMe: true, remote: ANA, id: 'B1' } });

t.test('hints of the library only cause a check of the page', (t) => {
  const { client, reports, done } = listening();
  for (const event of ['authenticated', 'ready', 'loading_screen']) client.emit(event, 'x');
  client.emit('qr', 'payload');
  t.same(done, ['look', 'look', 'client.progress', 'qr payload']);
  t.same(reports, []);
  t.end();
});

t.test('messages are reported, also those that cannot be decrypted yet, and notices are not', (t) => {
  const { client, reports } = listening();
  client.emit('message_create', message());
  client.emit('message_create', message({ type: 'e2e_notification' }));
  client.emit('message_ciphertext', message({ type: 'ciphertext', body: '' }));
  t.match(reports, [
    { type: 'message', message: { messageId: 'A1', type: 'text' } },
    { type: 'message', message: { messageId: 'A1', type: 'ciphertext' } },
  ]);
  t.equal(reports.length, 2);
  t.end();
});

t.test('a message without a key is logged once, and the next one is reported', (t) => {
  const { client, reports, log } = listening();
  const keyless = message({ id: { fromMe: false, remote: ANA } as LibraryMessage['id'] });
  t.doesNotThrow(() => client.emit('message_create', keyless));
  client.emit('message_create', keyless);
  client.emit('message_create', message());
  t.match(log.lines, [{ level: 'warn', event: 'whatsapp.listener', fields: { event: 'message_create' } }]);
  t.equal(log.lines.length, 1);
  t.equal(reports.length, 1);
  t.end();
});

t.test('an ack is reported at once; the refusal of an own message when its code is known', async (t) => {
  const asked: string[] = [];
  let know: (code: number) => void = () => undefined;
  const { client, reports } = listening((chatId, id) => {
    asked.push(`${chatId} ${id}`);
    return new Promise((resolve) => {
      know = resolve;
    });
  });
  client.emit('message_ack', own, 2);
  client.emit('message_ack', message(), -1);
  t.match(reports.splice(0), [
    { type: 'ack', messageId: 'B1', fromMe: true, ack: 2 },
    { type: 'ack', messageId: 'A1', fromMe: false, ack: -1 },
  ]);
  t.same(asked, []);
  client.emit('message_ack', own, -1);
  t.same(asked, [`${ANA} B1`]);
  t.same(reports, []);
  know(463);
  await settled();
  t.match(reports, [{ type: 'ack', messageId: 'B1', ack: -1, nack: 463 }]);
});

t.test('each kind of group notice is reported, and a vote of this account is its own', (t) => {
  const { client, reports } = listening();
  const group = '120363000000000000@g.us';
  const events = ['join', 'leave', 'admin_changed', 'update', 'membership_request'];
  for (const [n, event] of events.entries())
    client.emit(`group_${event}`, {
      id: { fromMe: false, remote: group, id: `N${n}` },
      chatId: group,
      type: event,
    });
  t.same(
    reports.splice(0).map(({ data }) => (data as { change: string }).change),
    events,
  );
  const parentMsgKey = { fromMe: true, remote: ANA, id: 'P1' };
  client.emit('vote_update', { parentMsgKey, voter: ME, selectedOptions: [] });
  t.match(reports, [{ event: 'message.reaction', data: { fromMe: true } }]);
  t.end();
});
