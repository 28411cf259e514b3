// events.*: reads and follows the feed for a peer.
import type { Handlers } from '../../../protocol/method.js';
import type { eventMethods } from '../../../protocol/methods/event.js';
import type { Feed } from '../../events/feed.js';

export const eventHandlers = (feed: Feed): Handlers<typeof eventMethods> => ({
  'events.list': async (params) => {
    await feed.open(params);
    // A caller that has just learnt of something in another way must find its event here.
    await feed.settled();
    return feed.list(params);
  },
  'events.subscribe': async (params, { peer }) => {
    await feed.open(params);
    return feed.subscribe(peer, params);
  },
  'events.unsubscribe': ({ subscription }, { peer }) => {
    feed.unsubscribe(peer, subscription);
    return { unsubscribed: true };
  },
  'events.ack': async ({ consumer, cursor }) => ({ consumer, cursor: await feed.ack(consumer, cursor) }),
  'events.consumers': () => ({ consumers: feed.consumers() }),
  'events.forget': async ({ consumer }) => {
    await feed.forget(consumer);
    return { consumer, forgotten: true };
  },
});
