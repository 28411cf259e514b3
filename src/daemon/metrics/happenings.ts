// Counters: what has happened since the daemon began, by type and outcome. Labels come out of closed lists; no number,
// name or text of anybody is ever in one.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Ended } from '../../http/exchange.js';
import type { Dispatch } from '../../protocol/dispatch.js';
import { Fault } from '../../protocol/fault.js';
import { METHODS } from '../../protocol/methods/index.js';
import type { WireEvent } from '../../protocol/schema.js';
import type { StoredMessage } from '../../store/outbox-row.js';

export interface Happenings {
  /** The same dispatch, with every request counted and timed. */
  metered(dispatch: Dispatch): Dispatch;
  http(ended: Ended): void;
  event(event: WireEvent): void;
  message(row: StoredMessage): void;
  webhook(name: string, taken: boolean): void;
}

/** Rows whose last state is remembered, so that each state of one is counted once. */
const MAX_ROWS = 10_000;
const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];
const PATIENT = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

export function happeningCounters(registry: Registry): Happenings {
  const registers = [registry];
  const counter = <const L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  const histogram = <const L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    buckets: number[],
  ) => new Histogram<L>({ name, help, labelNames: [...labelNames], buckets, registers });

  const requests = counter('wad_requests_total', 'Requests of both doors, by method and outcome.', [
    ...(['method', 'outcome'] as const),
  ]);
  const took = histogram('wad_request_duration_seconds', 'How long requests took.', ['method'], QUICK);
  const http = counter('wad_http_requests_total', 'Requests over HTTP, by route and status.', [
    ...(['route', 'verb', 'code'] as const),
  ]);
  const events = counter('wad_events_total', 'Events of the journal, by type.', ['type']);
  const messages = counter('wad_messages_total', 'Messages that were told of: in, or out.', ['direction']);
  const states = counter('wad_state_changes_total', 'How often the account came into a state.', ['state']);
  const alerts = counter('wad_alerts_total', 'Alerts, by reason.', ['reason']);
  const sends = counter('wad_sends_total', 'Messages that came into a state on their way out.', ['state']);
  const sent = histogram('wad_send_duration_seconds', 'From accepted to sent.', [], PATIENT);
  const posts = counter('wad_webhook_attempts_total', 'Deliveries that were tried, by webhook and outcome.', [
    ...(['webhook', 'outcome'] as const),
  ]);
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
        requests.inc({ method, outcome });
        took.observe({ method }, (performance.now() - startedAt) / 1_000);
      }
    },
    http: ({ route, status }) =>
      http.inc({ route: route?.path ?? 'none', verb: route?.verb ?? 'none', code: status }),
    event: ({ type, data }) => {
      events.inc({ type });
      if (type === 'message') messages.inc({ direction: data.fromMe === true ? 'out' : 'in' });
      // What a page can do is told in such events too, and is no coming into a state.
      if (type === 'state' && data.capabilities === undefined) states.inc({ state: String(data.status) });
      if (type === 'alert') alerts.inc({ reason: String(data.reason) });
    },
    webhook: (webhook, taken) => posts.inc({ webhook, outcome: taken ? 'taken' : 'failed' }),
    message: ({ id, state, queuedAtMs, notBeforeMs, changedAtMs }) => {
      const before = last.get(id);
      if (before === state) return;
      sends.inc({ state });
      if (state === 'sent' && before !== 'sent')
        sent.observe(Math.max(0, changedAtMs - Math.max(queuedAtMs, notBeforeMs ?? 0)) / 1_000);
      last.delete(id);
      last.set(id, state);
      const [oldest] = last.keys();
      if (last.size > MAX_ROWS && oldest !== undefined) last.delete(oldest);
    },
  };
}
