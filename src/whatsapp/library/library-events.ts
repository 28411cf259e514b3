// Handles the library's events: some trigger a check of the page; messages and other content are translated and reported.
import type { ClientListener } from '../../session/port.js';
import { errorText } from '../failures/errors.js';
import { ContentEvents } from './content-events.js';
import type { GuardedClient } from './guarded-client.js';
import type { LibraryCall, LibraryMessage, LibraryNotice, LibraryReaction, LibraryVote } from './library.js';
import type { ListenerWarnings } from './listener-warnings.js';
import { readMessage } from './readable.js';
import { isNotice, widText } from './translate.js';

export interface LibraryEventsOptions {
  readonly listener: ClientListener;
  /** A QR payload was composed. */
  readonly qr: (payload: string) => void;
  /** Called when the page may have changed its state and must be checked. */
  readonly look: () => void;
  /** The code with which the server has refused an own message; null when unknown. Never rejects. */
  readonly nackOf: (chatId: string, messageId: string) => Promise<number | null>;
  /** Logs failures of our listeners. */
  readonly warnings: ListenerWarnings;
}

/** The library's events for notices of groups. The notice itself has the kind of change. */
const GROUP_EVENTS = [
  'group_join',
  'group_leave',
  'group_admin_changed',
  'group_update',
  'group_membership_request',
];

/** Listens until the client's listeners are removed. Returns the content events, to which the page's own reports are added. */
export function listenTo(
  client: GuardedClient,
  { listener, qr, look, nackOf, warnings }: LibraryEventsOptions,
): ContentEvents {
  // The exception of a listener would be lost in the page (H2).
  const on = <A extends unknown[]>(event: string, act: (...args: A) => void): void => {
    client.on(event, (...args: unknown[]) => {
      try {
        act(...(args as A));
      } catch (error) {
        warnings.warn(event, errorText(error));
      }
    });
  };
  on('qr', qr);
  on('authenticated', look);
  on('ready', look);
  on('loading_screen', () => listener.event({ type: 'client.progress' }));
  on('message_create', (message: LibraryMessage) => {
    if (!isNotice(message)) listener.report({ type: 'message', message: readMessage(message) });
  });
  // A message that cannot be decrypted yet. After that, the library reports it like any other.
  on('message_ciphertext', (message: LibraryMessage) =>
    listener.report({ type: 'message', message: readMessage(message) }),
  );
  on('message_ack', (message: LibraryMessage, ack: number) => {
    const { key, messageId, chatId, fromMe } = readMessage(message);
    const report = { type: 'ack', key, messageId, chatId, fromMe, ack } as const;
    if (ack < 0 && fromMe)
      void nackOf(chatId, messageId).then((nack) => listener.report({ ...report, nack }));
    else listener.report(report);
  });
  const contentEvents = new ContentEvents((report) => listener.report(report));
  on('message_reaction', (reaction: LibraryReaction) => contentEvents.reaction(reaction));
  on('vote_update', (vote: LibraryVote) => contentEvents.vote(vote, widText(client.info?.wid)));
  on('message_edit', (message: LibraryMessage, body: unknown, previous: unknown) =>
    contentEvents.edit(message, body, previous),
  );
  on('message_revoke_everyone', (message: LibraryMessage) => contentEvents.revoke(message));
  for (const event of GROUP_EVENTS) on(event, (notice: LibraryNotice) => contentEvents.group(notice));
  on('call', (call: LibraryCall) => contentEvents.call(call));
  return contentEvents;
}
