// Counters: what has happened since the daemon started, by type and outcome. Label values come from closed
// lists; no number, name or text of a person is ever in one.
import { Histogram, type Registry } from 'prom-client';
import type { Ended } from '../../http/exchange.js';
import { ROUTES } from '../../http/routes.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import type { WireEvent } from '../../protocol/events/index.js';
import { Fault } from '../../protocol/fault.js';
import { FAULTS } from '../../protocol/fault-table.js';
import { METHODS } from '../../protocol/methods/index.js';
import { EVENT_TYPES, REASONS, SEND_STATES, STATES } from '../../protocol/state.js';
import type { StoredMessage } from '../../store/outbox-row.js';
import { among, countersOf } from './counter.js';

export interface Counters {
  /** The same dispatch, with every request counted and timed. */
  metered(dispatch: Dispatch): Dispatch;
  http(ended: Ended): void;
  event(event: WireEvent): void;
  message(row: StoredMessage): void;
  webhook(name: string, taken: boolean): void;
}

/** The number of rows whose last state is remembered, so that each state of a row is counted once. */
const MAX_ROWS = 10_000;
const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const PATIENT = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

/** @param webhooks the names of all webhooks */
export function eventCounters(registry: Registry, webhooks: readonly string[] = []): Counters {
  const counter = countersOf(registry);
  const requests = counter({
    name: 'wad_requests_total',
    help: 'Requests over the socket and over HTTP, by method and outcome.',
    labels: { method: [...Object.keys(METHODS), 'unknown'], outcome: ['ok', ...Object.keys(FAULTS)] },
    series: [
      ...Object.values(METHODS).flatMap(({ name: method, faults }) =>
        ['ok', ...faults].map((outcome) => ({ method, outcome })),
      ),
      { method: 'unknown', outcome: 'method_not_found' },
    ],
  });
  // Not zeroed: with all buckets for every method it would be most of the output, and no
  // rule needs its first value.
  const took = new Histogram({
    name: 'wad_request_duration_seconds',
    help: 'How long requests took.',
    labelNames: ['method'],
    buckets: QUICK,
    registers: [registry],
  });
  const http = counter({
    name: 'wad_http_requests_total',
    help: 'Requests over HTTP, by route and status.',
    ...HTTP_LABELS,
  });
  const events = counter({
    name: 'wad_events_total',
    help: 'Events of the journal, by type.',
    labels: { type: EVENT_TYPES },
  });
  const messages = counter({
    name: 'wad_messages_total',
    help: 'Messages received and sent, by direction.',
    labels: { direction: ['in', 'out'] },
  });
  const states = counter({
    name: 'wad_state_changes_total',
    help: 'How often the account entered each state.',
    labels: { state: [...STATES, 'other'] },
  });
  const alerts = counter({
    name: 'wad_alerts_total',
    help: 'Alerts, by reason.',
    labels: { reason: [...ALERT_REASONS, 'other'] },
  });
  const sends = counter({
    name: 'wad_sends_total',
    help: 'Outgoing messages that entered each state.',
    labels: { state: SEND_STATES },
  });
  const sent = new Histogram({
    name: 'wad_send_duration_seconds',
    help: 'Time from acceptance of a message until it was sent.',
    buckets: PATIENT,
    registers: [registry],
  });
  const posts = counter({
    name: 'wad_webhook_attempts_total',
    help: 'Attempts to deliver an event, by webhook and outcome.',
    labels: { webhook: webhooks, outcome: ['taken', 'failed'] },
  });
  const last = new Map<string, StoredMessage['state']>();

  return {
    metered: (dispatch) => async (name, params, call) => {
      const method = Object.hasOwn(METHODS, name) ? name : 'unknown';
      const startedAt = performance.now();
      let outcome = 'ok';
      try {
        return await dispatch(name, params, call);
      } catch (error) {
        outcome = Fault.of(error).kind;
        throw error;
      } finally {
        requests({ method, outcome });
        took.observe({ method }, (performance.now() - startedAt) / 1_000);
      }
    },
    http: ({ route, status }) =>
      http({ route: route?.path ?? 'none', verb: route?.verb ?? 'none', code: String(status) }),
    event: ({ type, data }) => {
      events({ type });
      if (type === 'message') messages({ direction: data.fromMe === true ? 'out' : 'in' });
      // Such events also report capabilities of the page, which is no change of state.
      if (type === 'state' && data.capabilities === undefined) states({ state: among(STATES, data.status) });
      if (type === 'alert') alerts({ reason: among(ALERT_REASONS, data.reason) });
    },
    webhook: (webhook, taken) => posts({ webhook, outcome: taken ? 'taken' : 'failed' }),
    message: ({ id, state, queuedAtMs, notBeforeMs, changedAtMs }) => {
      const before = last.get(id);
      if (before === state) return;
      sends({ state });
      if (state === 'sent' && before !== 'sent')
        sent.observe(Math.max(0, changedAtMs - Math.max(queuedAtMs, notBeforeMs ?? 0)) / 1_000);
      last.delete(id);
      last.set(id, state);
      const [oldest] = last.keys();
      if (last.size > MAX_ROWS && oldest !== undefined) last.delete(oldest);
    },
  };
}

/**
 * `store_replaced`: an unreadable store was quarantined at start. `restricted`: by WhatsApp;
 * see session/restriction.ts.
 */
const ALERT_REASONS = [...REASONS, 'store_replaced', 'restricted'] as const;

/** The statuses that each route can answer with: success, a missing token, and the faults of its method. */
const HTTP_LABELS = (() => {
  const statusOf = (kind: keyof typeof FAULTS) => String(FAULTS[kind].http);
  const series = ROUTES.flatMap(({ path: route, verb, success, open, asks }) => {
    const faults = asks === null ? [] : METHODS[asks].faults.map(statusOf);
    const codes = new Set([String(success), ...(open ? [] : [statusOf('unauthorized')]), ...faults]);
    return [...codes].map((code) => ({ route, verb: verb as string, code }));
  });
  series.push({ route: 'none', verb: 'none', code: statusOf('no_such_route') });
  const all = (label: keyof (typeof series)[number]) => [...new Set(series.map((one) => one[label]))];
  return { labels: { route: all('route'), verb: all('verb'), code: all('code') }, series };
})();
