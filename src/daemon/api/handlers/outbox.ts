// outbox.*: lists outgoing messages, cancels them, and resolves unknown outcomes.
import type { Handlers } from '../../../protocol/method.js';
import type { outboxMethods } from '../../../protocol/methods/outbox.js';
import type { OutboxRow } from '../../../protocol/schema.js';
import { isoTime } from '../../../protocol/time.js';
import { parseRecipient } from '../../../protocol/wid.js';
import type { StoredMessage } from '../../../store/outbox-row.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import { show } from '../../outgoing/outbox.js';

export function outboxHandlers(
  { address, outgoing: { outbox, sender } }: Account,
  store: Store,
): Handlers<typeof outboxMethods> {
  const showRow = (row: StoredMessage): OutboxRow => {
    const { recipient, kind, key, attempts, notBeforeMs, expiresAtMs, changedAtMs } = row;
    const wait = sender.waitOf(row);
    return {
      ...show(row, address),
      to: recipient,
      kind,
      key,
      attempts,
      notBefore: isoTime(notBeforeMs),
      expiresAt: isoTime(expiresAtMs),
      changedAt: isoTime(changedAtMs),
      waitsFor: wait?.waitsFor ?? null,
      nextAt: isoTime(wait?.nextAtMs ?? null),
    };
  };
  return {
    'outbox.list': ({ states, chat, after, limit }) => {
      const chatId = chat === undefined ? undefined : parseRecipient(chat);
      const { messages, next } = store.outbox.list({ states, chatId, after, limit });
      return { messages: messages.map(showRow), next };
    },
    'outbox.get': ({ id }) => {
      const row = outbox.get(id);
      return { ...showRow(row), payload: { ...row.payload } };
    },
    'outbox.cancel': async ({ id }) => showRow(await outbox.cancel(id)),
    'outbox.resolve': async ({ id, as }) => showRow(await outbox.resolve(id, as)),
  };
}
