// All requests of session/port.ts that one client passes on to its page.
import type { Page } from 'puppeteer';
import type { ClientListener, Pair, WhatsAppClient } from '../../session/port.js';
import type { LibraryClient } from '../library/library.js';
import { knowsChat } from '../page/known-chat.js';
import { mayWrite, refreshLimits } from '../page/restriction.js';
import { actPage } from './acts.js';
import type { Ask } from './ask.js';
import { callPage } from './calls.js';
import { channelAdminPage, channelPage } from './channels.js';
import { chatPage } from './chats.js';
import { communityPage } from './communities.js';
import { contactPage } from './contacts.js';
import { groupJoinPage } from './group-join.js';
import { groupPage } from './groups.js';
import { historyPage } from './history.js';
import { labelPage } from './labels.js';
import { mediaPage } from './media.js';
import { missedPage } from './missed.js';
import type { PageRpc } from './page-rpc.js';
import { presencePage, profilePage } from './profiles.js';
import { findRecipient } from './recipients.js';
import { askForOwn, resend, send } from './send.js';
import { statusPage } from './statuses.js';

export type ClientRequests = Pick<
  WhatsAppClient,
  | (
      | 'chats'
      | 'history'
      | 'contacts'
      | 'groups'
      | 'joining'
      | 'channels'
      | 'channelAdmins'
      | 'statuses'
      | 'communities'
      | 'labels'
      | 'profiles'
      | 'presence'
      | 'acts'
      | 'calls'
      | 'media'
      | 'missed'
    )
  | ('resolve' | 'send' | 'findOwn' | 'resend' | 'peopleOf' | 'knowsChat' | 'mayWrite' | 'refreshLimits')
>;

export interface RequestNeeds {
  readonly rpc: PageRpc;
  readonly ask: Ask;
  readonly library: LibraryClient;
  readonly listener: ClientListener;
  /** The directory with the files of messages, named by their ids. */
  readonly mediaDir: string;
  /** @throws Fault not_ready while there is none */
  page(): Page;
}

const ASK_MS = 10_000;
/** The page queries the server by GraphQL, which may never be answered. */
const REFRESH_MS = 10_000;

export function clientRequests(needs: RequestNeeds): ClientRequests {
  const { rpc, ask, library, listener, mediaDir } = needs;
  const learnt = (pair: Pair): void => listener.report({ type: 'people', pairs: [pair], names: [] });
  return {
    chats: chatPage(rpc, library),
    history: historyPage(rpc),
    contacts: contactPage(rpc),
    groups: groupPage(rpc),
    joining: groupJoinPage(rpc),
    channels: channelPage(rpc, library),
    channelAdmins: channelAdminPage(rpc),
    statuses: statusPage(rpc, library),
    communities: communityPage(rpc),
    labels: labelPage(rpc),
    profiles: profilePage(rpc),
    presence: presencePage(rpc),
    acts: actPage(rpc),
    calls: callPage(rpc),
    media: mediaPage(rpc),
    missed: missedPage(rpc, library),
    resolve: (recipient, signal) => findRecipient(rpc, recipient, signal, learnt),
    send: async (message) => {
      // Without a page nothing was given to one.
      needs.page();
      return send(rpc, message, mediaDir);
    },
    findOwn: ({ chatId, messageId, other }) =>
      ask(ASK_MS, () => askForOwn(rpc, chatId, messageId, false, other)),
    resend: (message) => resend(rpc, message),
    peopleOf: (ids) => rpc.look(null, 'contacts', 'people', ids),
    knowsChat: (chatId) => ask(ASK_MS, (page) => page.evaluate(knowsChat, chatId)),
    mayWrite: (chatId) => ask(ASK_MS, (page) => page.evaluate(mayWrite, chatId)),
    refreshLimits: () => ask(REFRESH_MS + ASK_MS, (page) => page.evaluate(refreshLimits, REFRESH_MS)),
  };
}
