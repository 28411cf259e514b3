// Reports the state of the store at the start. A replaced store is a loss, and raises an alert.

import type { DaemonLog } from '../log/log.js';
import { type Address, addressed } from '../protocol/address.js';
import type { OpenReport } from '../store/open-report.js';
import type { Feed } from './events/feed.js';

export function reportStore(report: OpenReport, feed: Feed, log: DaemonLog, to: Address): void {
  const {
    path,
    created,
    replaced,
    migratedFrom,
    version,
    narrowed,
    droppedTriggers,
    unfinishedPurge,
    tookMs,
  } = report;
  const { last } = feed;
  log.info('store.opened', { path, created, migratedFrom, version, last, tookMs: Math.round(tookMs) });
  if (narrowed) log.warn('store.narrowed', { path });
  if (droppedTriggers.length > 0) log.warn('store.triggers_dropped', { path, names: droppedTriggers });
  if (unfinishedPurge !== null) log.error('store.purge_unfinished', { path, reason: unfinishedPurge });
  if (replaced === null) return;
  const { reason, movedTo } = replaced;
  log.error('store.replaced', { path, reason, movedTo });
  const says = `Outbox and journal were damaged (${reason}) and were replaced by empty ones; ${movedTo[0] === undefined ? 'the old ones are gone' : `the old ones are in ${movedTo[0]}`}.`;
  feed.replaced(movedTo);
  feed.append('alert', { reason: 'store_replaced', says, hint: addressed('wactl logs', to) });
}
