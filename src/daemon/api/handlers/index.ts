// Joins the handlers of all methods.
import type { Handlers } from '../../../protocol/method.js';
import type { METHODS } from '../../../protocol/methods/index.js';
import type { Status } from '../../../protocol/methods/session.js';
import type { Store } from '../../../store/store.js';
import type { Account } from '../../account.js';
import type { Feed } from '../../events/feed.js';
import type { Webhooks } from '../../events/webhooks.js';
import type { Fetcher } from '../../media/fetcher.js';
import type { MediaStore } from '../../media/media-store.js';
import type { ProfilePictures } from '../../media/profile-pictures.js';
import type { Transcriber } from '../../media/transcriber.js';
import type { Transcoder } from '../../media/voice.js';
import type { MessageSearch } from '../../search/message-search.js';
import { actHandlers } from './act.js';
import { callHandlers } from './call.js';
import { channelHandlers } from './channel.js';
import { channelAdminHandlers } from './channel-admins.js';
import { chatHandlers } from './chat.js';
import { communityHandlers } from './community.js';
import { contactHandlers } from './contact.js';
import { type DaemonFacts, daemonHandlers } from './daemon.js';
import { eventHandlers } from './event.js';
import { type FleetHandling, fleetHandlers } from './fleet.js';
import { groupHandlers } from './group.js';
import { groupJoinHandlers } from './group-join.js';
import { historyHandlers } from './history.js';
import { labelHandlers } from './label.js';
import { mediaHandlers } from './media.js';
import { messageHandlers } from './message.js';
import { outboxHandlers } from './outbox.js';
import { presenceHandlers } from './presence.js';
import { profileHandlers } from './profile.js';
import { type Purging, searchHandlers } from './search.js';
import { sessionHandlers } from './session.js';
import { statusHandlers } from './status.js';
import { webhookHandlers } from './webhook.js';

export interface HandlerParts {
  readonly account: Account;
  readonly store: Store;
  readonly feed: Feed;
  readonly mediaStore: MediaStore;
  readonly pictures: ProfilePictures;
  readonly fetcher: Fetcher;
  readonly voices: Transcoder;
  readonly search: MessageSearch;
  readonly purger: Purging;
  readonly status: () => Promise<Status>;
  /** Null if none is configured, or they are not open yet. */
  readonly webhooks: () => Webhooks | null;
  /** Null without a program, or while it is not open yet. */
  readonly transcriber: () => Transcriber | null;
  readonly facts: DaemonFacts;
  /** Null: the daemon belongs to no fleet. */
  readonly fleet: FleetHandling | null;
}

export function handlersOf(parts: HandlerParts): Handlers<typeof METHODS> {
  const {
    account,
    store,
    feed,
    mediaStore,
    pictures,
    fetcher,
    voices,
    search,
    purger,
    status,
    webhooks,
    transcriber,
    facts,
    fleet,
  } = parts;
  const messages = messageHandlers(account, store, feed, mediaStore, voices);
  return {
    ...sessionHandlers(account, status),
    ...messages,
    ...searchHandlers(search, purger, feed, store, account),
    ...mediaHandlers(store, mediaStore, fetcher, transcriber),
    ...outboxHandlers(account, store),
    ...actHandlers(account, store),
    ...callHandlers(account, messages),
    ...eventHandlers(feed),
    ...chatHandlers(account, store),
    ...contactHandlers(account, pictures),
    ...historyHandlers(account, store),
    ...groupHandlers(account),
    ...groupJoinHandlers(account, mediaStore),
    ...labelHandlers(account),
    ...profileHandlers(account, mediaStore, pictures),
    ...presenceHandlers(account),
    ...communityHandlers(account),
    ...channelHandlers(account, store),
    ...channelAdminHandlers(account, mediaStore),
    ...statusHandlers(account, store),
    ...webhookHandlers(webhooks),
    ...daemonHandlers(facts),
    ...fleetHandlers(account, fleet),
  };
}
