// A subscriber to the feed in this process: it is never slow, and nothing waits for it.
import type { Peer } from '../../protocol/dispatch.js';
import type { WireEvent } from '../../protocol/events/index.js';

/** @param closed ends the subscription */
export const localPeer = (closed: AbortSignal, hear: (event: WireEvent) => void): Peer => ({
  id: 0,
  closed,
  backlogBytes: 0,
  notify: (_, event) => {
    hear(event);
    return true;
  },
  drained: async () => undefined,
});
