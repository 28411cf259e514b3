/** The old chats that a phone tells to a new device. */
import { deflateSync } from 'node:zlib';
import { HISTORY, HISTORY_TYPE } from '../wire/schemas.js';
import type { Account } from './account.js';
import { nameOf } from './addressing.js';
import type { Contact } from './contact.js';

export interface HistoryPart {
  readonly syncType: number;
  /** a compressed HISTORY */
  readonly payload: Buffer;
}

/** Everything that the phone shows, chat by chat, and the names of people. Groups are left out. */
export function historyOf(account: Account, contacts: readonly Contact[]): HistoryPart[] {
  const conversations = contacts.flatMap((contact) => {
    const messages = account.messages.filter(
      ({ from, to, group }) =>
        group === undefined && (from === contact.number || to === contact.jid || to === contact.lidJid),
    );
    if (messages.length === 0) return [];
    const id = nameOf(contact, account.addressing);
    const listed = messages.map(({ id: message, from, at, body }) => ({
      message: {
        key: { remoteJid: id, fromMe: from === account.number, id: message },
        message: { conversation: body },
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

const part = (history: Parameters<typeof HISTORY.encode>[0]): HistoryPart => ({
  syncType: history.syncType ?? 0,
  payload: deflateSync(HISTORY.encode(history)),
});
