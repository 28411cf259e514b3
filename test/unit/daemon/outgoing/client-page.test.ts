/** In a fleet the page is asked for a message with a key before it is given one: a lost machine may have sent it. */
import t, { type Test } from 'tap';
import { clientPage } from '../../../../src/daemon/outgoing/client-page.js';
import { idsFromKeys } from '../../../../src/daemon/outgoing/ids.js';
import { Outgoing } from '../../../../src/daemon/outgoing/outgoing.js';
import type { Addressee } from '../../../../src/protocol/wid.js';
import type { WhatsAppClient } from '../../../../src/session/port.js';
import type { StoredMessage } from '../../../../src/store/outbox-row.js';
import { keepLines } from '../../log/lines.js';
import { opened, scratch, WID } from '../../store/scratch.js';
import { A, FAST, rest, until } from './sending.js';

interface Given {
  readonly messageId: string;
  readonly again: boolean;
  readonly other: string | null;
}

/** Accepts one message with a key and one without, and lets the page take both. */
async function send(t: Test, isFleet: boolean) {
  const store = opened(t, scratch(t));
  store.writeNow((tx) => store.account.link(tx, WID, 0));
  const given: Given[] = [];
  const client = {
    resolve: async (recipient: Addressee) => recipient,
    send: async (message: Given) => {
      given.push(message);
      return { outcome: 'accepted', ack: 1 };
    },
  } as unknown as WhatsAppClient;
  const { outbox, sender } = new Outgoing({
    ...{ store, log: keepLines(), pacing: FAST, client: () => client },
    restriction: { current: null, nacked: () => 0, settled: () => undefined },
    idsFromKeys: isFleet ? idsFromKeys('secret', 'shop') : undefined,
  });
  t.teardown(() => sender.stop());
  const accept = (key: string | null) =>
    outbox.accept({
      ...{ wid: WID, recipient: A, chatId: A, kind: 'text', payload: { text: 'x' }, key },
      ...{ notBeforeMs: null, expiresAtMs: null },
    });
  await accept('k');
  await accept(null);
  sender.open(WID);
  await until(() => given.length === 2);
  await rest(store);
  return given;
}

t.test('with a key it is asked for first, under the id of the key', async (t) => {
  const [first, second] = await send(t, true);
  const messageId = idsFromKeys('secret', 'shop')(WID, 'k');
  t.match(first, { messageId, again: true, other: null });
  t.match(second, { again: false });
  const [elsewhere] = await send(t, true);
  t.equal(elsewhere?.messageId, messageId, 'with another outbox, too');
});

t.test('without a fleet nothing is asked for, and ids are random', async (t) => {
  const [first, second] = await send(t, false);
  t.match([first, second], [{ again: false }, { again: false }]);
  t.not(first?.messageId, idsFromKeys('secret', 'shop')(WID, 'k'));
});

t.test('the page is asked under both identities of the person', async (t) => {
  const store = opened(t, scratch(t));
  store.writeNow((tx) => void store.identities.put(tx, { number: A, lid: '1@lid' }));
  const given: Given[] = [];
  const client = {
    send: async (message: Given) => {
      given.push(message);
      return { outcome: 'accepted', ack: 1 };
    },
    resend: async (message: Given) => {
      given.push(message);
      return { outcome: 'accepted', ack: 1 };
    },
  } as unknown as WhatsAppClient;
  const row = {
    chatId: A,
    messageId: '3EB0',
    kind: 'text',
    payload: {},
    attempts: 2,
  } as unknown as StoredMessage;
  const page = clientPage(
    () => client,
    store,
    () => false,
  );
  await page.send(row);
  await page.resend(row);
  t.match(given, [
    { again: true, other: '1@lid' },
    { messageId: '3EB0', other: '1@lid' },
  ]);
});
