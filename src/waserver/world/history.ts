/** The old chats that a phone tells to a new device. */
import { deflateSync } from 'node:zlib';
import { CONTENT, HISTORY, HISTORY_TYPE } from '../wire/schemas.js';
import type { Account } from './account.js';
import { nameOf } from './addressing.js';
import type { Contact } from './contact.js';

/** Types of messages that change another one. */
const CHANGES = ['reaction', 'edit', 'revoke'];

export interface HistoryPart {
  readonly syncType: number;
  /** a compressed HISTORY */
  readonly payload: Buffer;
}

/** Everything that the phone shows, chat by chat, and the names of people. Groups are left out. */
export function historyOf(account: Account, contacts: readonly Contact[]): HistoryPart[] {
  const conversations = contacts.flatMap((contact) => {
    const messages = asTheyAre(
      account.messages.filter(
        ({ from, to, group }) =>
          group === undefined && (from === contact.number || to === contact.jid || to === contact.lidJid),
      ),
    );
    if (messages.length === 0) return [];
    const id = nameOf(contact, account.addressing);
    const listed = messages.map(({ id: message, from, at, plain }) => ({
      message: {
        key: { remoteJid: id, fromMe: from === account.number, id: message },
        message: plain,
        messageTimestamp: Math.floor(at / 1000),
      },
    }));
    const names = { name: contact.pushname, pnJid: contact.jid, lidJid: contact.lidJid };
    return [{ id, ...names, unreadCount: 0, messages: listed }];
  });
  const names = contacts.map(({ jid, pushname }) => ({ id: jid, pushname }));
  const lids = contacts.map(({ jid, lidJid }) => ({ pnJid: jid, lidJid }));
  return [
    part({
      syncType: HISTORY_TYPE.initialBootstrap,
      conversations,
      progress: 100,
      phoneNumberToLidMappings: lids,
    }),
    part({ syncType: HISTORY_TYPE.pushName, pushnames: names }),
  ];
}

/** With the last edit of each, and without those that were revoked. Reactions are left out. */
function asTheyAre(messages: Account['messages']): Account['messages'] {
  const about = (what: string) =>
    new Map(messages.flatMap((one) => (one.type === what ? [[one.about ?? '', one.plain]] : [])));
  const [edits, revoked] = [about('edit'), about('revoke')];
  return messages
    .filter(({ id, type }) => !CHANGES.includes(type) && !revoked.has(id))
    .map((one) => {
      const edit = edits.get(one.id);
      const text = edit && CONTENT.decode(edit).protocolMessage?.editedMessage;
      return text === undefined ? one : { ...one, plain: text };
    });
}

const part = (history: Parameters<typeof HISTORY.encode>[0]): HistoryPart => ({
  syncType: history.syncType ?? 0,
  payload: deflateSync(HISTORY.encode(history)),
});
