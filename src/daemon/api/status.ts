// Builds the answer of `session.status`: everything a person or a program asks about
// the account, as one object.
import { capabilityWords } from '../../protocol/capability.js';
import type { Status } from '../../protocol/methods/session.js';
import { isoTime } from '../../protocol/time.js';
import { isShuttingDown, nextAttemptAtMs, placeOf, reasonOf } from '../../session/state.js';
import type { Account } from '../account.js';
import type { Feed } from '../events/feed.js';
import { showRestriction } from '../session/restriction-words.js';
import { LIBRARY_VERSION, NODE_VERSION, WAD_VERSION } from '../version.js';

export function statusOf(account: Account, feed: Feed, maxAttempts: number, fleet: Status['fleet']): Status {
  const { state } = account.actor;
  const { monitor } = account.supervision;
  const { version, whatsappWeb } = account.slot.browser;
  const next = nextAttemptAtMs(state);
  return {
    status: state.name,
    session: {
      hasSession: state.session !== null,
      phone: state.session?.phone ?? null,
      platform: state.session?.platform ?? null,
      connected: state.name === 'ready',
      pushname: state.session?.pushname ?? null,
    },
    reconnectAttempts: state.attempts,
    maxReconnectAttempts: maxAttempts,
    isShuttingDown: isShuttingDown(state),
    monitorActive: monitor.active,
    timestamp: new Date().toISOString(),
    account: account.name,
    reason: reasonOf(state),
    waitsFor: placeOf(state) === 'awaited' ? 'start_slot' : null,
    hint: account.hint,
    nextAttemptAt: next === null ? null : isoTime(next),
    since: isoTime(state.sinceMs),
    monitor: monitor.view(),
    versions: {
      wad: WAD_VERSION,
      whatsappWebJs: LIBRARY_VERSION,
      whatsappWeb,
      browser: version,
      node: NODE_VERSION,
    },
    capabilities: capabilityWords(account.capabilities),
    restriction: showRestriction(account.restriction.current),
    outbox: account.outgoing.outbox.counts(),
    journal: { last: feed.last },
    fleet,
    proxy: account.proxy?.view ?? null,
  };
}
