// The table of HTTP routes. A route calls a method and adds only the format. The OpenAPI document and docs/http.md are
// generated from it.
import { METHODS, type MethodName } from '../protocol/methods/index.js';
import { REASON_WORDS } from '../protocol/reason-words.js';
import { giveFile, takeFile } from './files.js';
import type { Page } from './page.js';
import { pictureWanted, qrReply } from './qr.js';
import { queryParams } from './query.js';
import { json, type Reply } from './reply.js';
import type { Asked, Route } from './route.js';

const API = '/api/whatsapp';

/** Methods that need a lasting connection. Over HTTP, `/events` takes their place. */
const OF_A_CONNECTION: readonly MethodName[] = ['events.subscribe', 'events.unsubscribe'];

/** The content of the routes that call no method. */
export interface Own {
  readonly page: Page;
  readonly metrics: () => Promise<Reply>;
  readonly openApi: () => Reply;
}

type Rest = Partial<Pick<Route, 'does' | 'success' | 'serve' | 'file'>>;

/** A route that calls a method. The parameters come from the body of a POST, or from path and query of a GET. */
function asking(verb: Route['verb'], path: string, method: MethodName, rest: Rest = {}): Route {
  const { does, success = 200, file } = { does: METHODS[method].does, ...rest };
  const params = (asked: Asked) =>
    verb === 'POST' ? asked.body() : queryParams(METHODS[method].params, asked.query, asked.names);
  const serve = async (asked: Asked) => json(await asked.ask(method, await params(asked)), success);
  return {
    verb,
    path,
    does,
    asks: method,
    success,
    open: false,
    ...(file && { file }),
    serve: rest.serve ?? serve,
  };
}

/** A route that exists only in HTTP and requires no token. */
const open = <O>(path: string, does: string, serve: Route<O>['serve']): Route<O> => ({
  verb: 'GET',
  path,
  does,
  serve,
  asks: null,
  success: 200,
  open: true,
});

const NAMED: readonly Route[] = [
  asking('GET', `${API}/status`, 'session.status'),
  asking('GET', `${API}/qr`, 'session.qr', {
    does: 'The current QR code: payload and PNG; with Accept: image/png or image/svg+xml only the picture.',
    serve: async ({ ask, query, names, headers }) => {
      const qr = await ask('session.qr', queryParams(METHODS['session.qr'].params, query, names));
      const { status } = await ask('session.status');
      return qrReply(qr, status, pictureWanted(headers.accept));
    },
  }),
  asking('POST', `${API}/initialize`, 'session.initialize'),
  asking('POST', `${API}/stop`, 'session.stop'),
  asking('POST', `${API}/disconnect`, 'session.disconnect'),
  asking('POST', `${API}/clear-session`, 'session.clear'),
  asking('POST', `${API}/pair`, 'session.pair'),
  asking('POST', `${API}/messages`, 'message.send', {
    success: 202,
    serve: async ({ ask, body, headers }) => {
      const key = headers['idempotency-key'];
      const params = { ...(key !== undefined && { key }), ...(await body()) };
      return json(await ask('message.send', params), 202);
    },
  }),
  asking('GET', `${API}/messages/{id}`, 'message.get'),
  ...(['PUT', 'POST'] as const).map((verb) =>
    asking(verb, `${API}/media`, 'media.put', {
      does: 'Uploads a file: the body is the file, its name is `name` of the query; or a form (multipart/form-data) with one file. Returns the `id` that message.send takes as `media`.',
      success: 201,
      file: 'request',
      serve: takeFile,
    }),
  ),
  asking('GET', `${API}/media/{id}`, 'media.read', {
    does: 'A file that was uploaded or fetched. With the header Range a part of it (206).',
    file: 'answer',
    serve: giveFile,
  }),
  asking('GET', `${API}/events`, 'events.subscribe', {
    does: 'Streams events (server-sent events) that follow a cursor: `after`, else the header Last-Event-ID, else the cursor of `consumer` (a new consumer gets only new events, or with `from=oldest` all that are kept), else only new events. `types` are separated by commas.',
    serve: async ({ ask, query, headers, stream }) => {
      const wanted = new URLSearchParams(query);
      const types = wanted.get('types')?.split(',');
      wanted.delete('types');
      // A browser reconnects with the same URL as before; the header has the last event that it got.
      const last = headers['last-event-id'];
      if (typeof last === 'string' && last !== '') wanted.set('after', last);
      const params = queryParams(METHODS['events.subscribe'].params, wanted, {});
      const listener = stream();
      const { after } = await ask('events.subscribe', { ...params, ...(types && { types }) });
      listener.begin(after);
      return null;
    },
  }),
];

const READY = open(
  '/readyz',
  'Whether the account is ready, or hibernates and wakes when it is needed: 200, else 503. With the token also its state, and the reason.',
  async ({ ask, isKnown }) => {
    const { status, reason, timestamp } = await ask('session.status');
    const ready = status === 'ready' || status === 'hibernating';
    return json({ ready, ...(isKnown && { status, reason }), timestamp }, ready ? 200 : 503);
  },
);

const WORDS = json(REASON_WORDS);

const OPEN: readonly Route<Own>[] = [
  open('/', 'The linking page, for a browser.', (_, { page }) => page.index),
  open('/link.js', 'The script of the linking page.', (_, { page }) => page.script),
  open('/link.css', 'The style sheet of the linking page.', (_, { page }) => page.style),
  open('/words.json', 'What each reason means, in plain words.', () => WORDS),
  open('/healthz', 'Whether the daemon runs: 200 in any state of the account.', async ({ ask }) => {
    const { timestamp } = await ask('daemon.ping');
    return json({ status: 'ok', timestamp });
  }),
  READY,
  open('/openapi.json', 'This table as an OpenAPI document.', (_, { openApi }) => openApi()),
];

/** Requires the token, because metrics reveal how much is sent and received. */
const SCRAPED: Route<Own> = {
  verb: 'GET',
  path: '/metrics',
  does: 'Metrics for Prometheus; see metrics.md.',
  asks: null,
  success: 200,
  open: false,
  serve: (_, { metrics }) => metrics(),
};

/** One route for every method, under its own name. */
const METHODS_BY_NAME: readonly Route[] = (Object.keys(METHODS) as MethodName[])
  .filter((name) => !OF_A_CONNECTION.includes(name))
  .map((name) => asking('POST', `/api/rpc/${name}`, name));

export const ROUTES: readonly Route<Own>[] = [...NAMED, ...OPEN, SCRAPED, ...METHODS_BY_NAME];

/** The routes that need an account and nothing else: the gateway serves them for each account. */
export const ACCOUNT_ROUTES: readonly Route[] = [...NAMED, READY, ...METHODS_BY_NAME];
