// Gauges: the state at the time of a scrape, from the same answers that every client gets. Label values come
// from closed lists and versions; no number, name or text of a person is ever in one.
import { Gauge, type Registry } from 'prom-client';
import { stateOfWord } from '../../protocol/capability.js';
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { Status } from '../../protocol/methods/session.js';
import type { Webhook } from '../../protocol/methods/webhook.js';
import { REASONS, RESTRICTION_KINDS, START_WAITS, STATES } from '../../protocol/state.js';

export interface GaugeValues {
  readonly status: Status;
  readonly info: Result<(typeof METHODS)['daemon.info']>;
  readonly httpConnections: number;
  readonly storeBytes: number;
  /** When the oldest message that waits was due, ms since 1970; null without one. */
  readonly oldestDueMs: number | null;
  readonly mediaBytes: number;
  readonly webhooks: readonly Webhook[];
  /** 0 without a browser. */
  readonly browserBytes: number;
}

const seconds = (instant: string | null): number => (instant === null ? 0 : Date.parse(instant) / 1_000);

const gaugesOf =
  (registry: Registry) =>
  <const L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers: [registry] });

/** What a daemon that stands by has, too. @returns as `daemonGauges` */
export function stateGauges(registry: Registry): (status: Status) => void {
  const gauge = gaugesOf(registry);
  const info = gauge('wad_info', 'Always 1; the labels are the versions.', [
    ...(['version', 'node', 'browser', 'whatsapp_web', 'whatsapp_web_js'] as const),
  ]);
  const state = gauge('wad_state', '1 for the current state of the account.', ['state']);
  const reason = gauge('wad_state_reason', '1 for the reason of the state.', ['reason']);
  const since = gauge('wad_state_since_timestamp_seconds', 'When the account entered its state.');
  return (status) => {
    const { versions } = status;
    info.reset();
    info.set(
      {
        version: versions.wad,
        node: versions.node,
        browser: versions.browser ?? '',
        whatsapp_web: versions.whatsappWeb ?? '',
        whatsapp_web_js: versions.whatsappWebJs,
      },
      1,
    );
    for (const name of STATES) state.set({ state: name }, Number(name === status.status));
    for (const name of REASONS) reason.set({ reason: name }, Number(name === status.reason));
    since.set(seconds(status.since));
  };
}

/** @returns a function that writes the current values into the registry, for the next scrape */
export function daemonGauges(registry: Registry): (now: GaugeValues) => void {
  const gauge = gaugesOf(registry);
  const state = stateGauges(registry);
  const startWait = gauge('wad_start_wait', '1 while the start of the account waits for this.', ['wait']);
  const linked = gauge('wad_linked', '1 while there is a saved session.');
  const attempts = gauge('wad_reconnect_attempts', 'Attempts to reconnect since the account was ready.');
  const active = gauge('wad_monitor_active', '1 while the page is monitored.');
  const failures = gauge('wad_monitor_failures', 'Checks of the page that failed in a row.');
  const lastOk = gauge('wad_monitor_last_ok_timestamp_seconds', 'When a check of the page last succeeded.');
  const capability = gauge('wad_capability', '1 for the current status of each capability of the page.', [
    ...(['capability', 'status'] as const),
  ]);
  const restriction = gauge('wad_restriction', '1 for the current restriction of the account by WhatsApp.', [
    'kind',
  ]);
  const restrictionEnd = gauge(
    'wad_restriction_end_timestamp_seconds',
    'When the restriction ends; 0 if there is none, or if WhatsApp names no end.',
  );
  const newChats = gauge(
    'wad_new_chats',
    'New chats of the current cycle, used and in total; 0 while WhatsApp does not count them.',
    ['of'],
  );
  const outbox = gauge('wad_outbox_messages', 'Messages that wait, are of unknown outcome, or failed.', [
    'state',
  ]);
  const oldestDue = gauge(
    'wad_outbox_oldest_due_timestamp_seconds',
    'When the oldest message that waits was due to be sent; 0 while none is due.',
  );
  const cursor = gauge('wad_journal_cursor', 'The newest cursor; it only grows.');
  const store = gauge('wad_store_bytes', 'Size of outbox and journal on disk.');
  const media = gauge('wad_media_bytes', 'Size of the files of messages on disk.');
  const memory = gauge('wad_browser_memory_bytes', 'Memory of the browser with all its processes.');
  const connections = gauge('wad_connections', 'Open connections, to the socket and to HTTP.', ['door']);

  const behind = gauge('wad_webhook_behind_events', 'Events that a webhook has not processed yet.', [
    'webhook',
  ]);
  const dead = gauge(
    'wad_webhook_dead_letters',
    'Events that were dropped after the retries of a webhook ran out.',
    ['webhook'],
  );

  return (now) => {
    const { status } = now;
    state(status);
    capability.reset();
    for (const wait of START_WAITS) startWait.set({ wait }, Number(wait === status.waitsFor));
    linked.set(Number(status.session.hasSession));
    attempts.set(status.reconnectAttempts);
    active.set(Number(status.monitorActive));
    failures.set(status.monitor.failures);
    lastOk.set(seconds(status.monitor.lastOkAt));
    for (const [name, word] of Object.entries(status.capabilities))
      capability.set({ capability: name, status: stateOfWord(word) }, 1);
    const limit = status.restriction;
    for (const kind of RESTRICTION_KINDS) restriction.set({ kind }, Number(kind === limit?.kind));
    restrictionEnd.set(seconds(limit?.until ?? null));
    newChats.set({ of: 'used' }, limit?.used ?? 0);
    newChats.set({ of: 'total' }, limit?.total ?? 0);
    for (const [name, count] of Object.entries(status.outbox)) outbox.set({ state: name }, count);
    oldestDue.set((now.oldestDueMs ?? 0) / 1_000);
    cursor.set(status.journal.last);
    store.set(now.storeBytes);
    media.set(now.mediaBytes);
    memory.set(now.browserBytes);
    for (const { name, ...one } of now.webhooks) {
      behind.set({ webhook: name }, one.behind);
      dead.set({ webhook: name }, one.dead);
    }
    connections.set({ door: 'socket' }, now.info.connections);
    connections.set({ door: 'http' }, now.httpConnections);
  };
}
