// The table of the gateway's routes: those of every account below /api/accounts/NAME, and those over all accounts.
import type { Page } from '../http/page.js';
import { json, type Reply, typed } from '../http/reply.js';
import type { Route } from '../http/route.js';
import { ACCOUNT_ROUTES } from '../http/routes.js';
import type { Dispatch } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import type { MethodName } from '../protocol/methods/index.js';
import { REASON_WORDS } from '../protocol/reason-words.js';
import type { Scope } from '../protocol/scope.js';
import { EVENT_TYPES, type EventType } from '../protocol/state.js';
import { isoTime } from '../protocol/time.js';
import type { Answered } from '../protocol/types.js';
import { lineOf } from './account-line.js';
import type { AccountLink } from './account-link.js';
import type { Accounts } from './accounts.js';
import { type Caller, mayUse, refuseScope } from './caller.js';
import { CursorVector } from './cursor-vector.js';
import { streamAll } from './event-stream.js';
import { discovery, type GatewayMetrics, PAGE_TYPE } from './metrics.js';

/** What all requests share. */
export interface Shared {
  readonly page: Page;
  readonly metrics: GatewayMetrics;
  /** Under which others reach the gateway. */
  readonly scheme: 'http' | 'https';
  readonly openApi: () => Reply;
  /** Called with an error that ended the events of one account in a stream. */
  readonly streamFailed: (account: string, error: unknown) => void;
}

/** What a route is answered from. */
export interface GatewayOwn extends Shared {
  readonly accounts: Accounts;
  /** Null only on an open route. */
  readonly caller: Caller | null;
  /** The account of the path. */
  readonly link: AccountLink | null;
  /** Calls methods of an account that the path does not name. @throws Fault not_permitted, no_such_account, unauthorized */
  readonly to: (account: string) => Dispatch;
  /**
   * Checks that the caller may make these calls, for a route that does something else before them.
   * @param account null: not known yet
   * @throws Fault not_permitted, no_such_account, unauthorized
   */
  readonly check: (account: string | null, methods: readonly MethodName[]) => void;
}

type GatewayRoute = Route<GatewayOwn>;

/** `/api/whatsapp/status` and `/api/rpc/message.send` of an account: below its name. */
export const pathOfAccount = (path: string): string =>
  `/api/accounts/{account}${path.replace(/^\/api\/whatsapp/, '').replace(/^\/api(?=\/rpc\/)/, '')}`;

const OF_AN_ACCOUNT: readonly GatewayRoute[] = ACCOUNT_ROUTES.map((route) => ({
  ...route,
  path: pathOfAccount(route.path),
  open: false,
  serve: (asked, own) => {
    // The name of the account is no parameter of the method.
    const { account = '', ...names } = asked.names;
    // Before the body is asked for.
    if (route.file === 'request' && route.asks !== null) own.check(account, [route.asks]);
    return route.serve({ ...asked, names, isKnown: true }, own);
  },
}));

type Serve = (
  asked: Parameters<GatewayRoute['serve']>[0],
  own: GatewayOwn & { readonly caller: Caller },
) => ReturnType<GatewayRoute['serve']>;

interface Over {
  readonly path: string;
  readonly does: string;
  /** What the caller needs; null: only a token. */
  readonly scope: Scope | null;
  readonly query?: Readonly<Record<string, string>>;
  readonly serve: Serve;
}

/** A route over all accounts. It calls no method, so it checks the scope itself. */
const over = ({ scope, serve, ...route }: Over): GatewayRoute => ({
  ...route,
  ...{ verb: 'GET', asks: null, success: 200, open: false },
  serve: (asked, own) => {
    const { caller } = own;
    if (caller === null) throw new Fault('unauthorized');
    if (scope !== null) refuseScope(caller, scope, route.path);
    return serve(asked, { ...own, caller });
  },
});

const ACCOUNTS = { accounts: 'Only these accounts, separated by commas.' };

const open = (path: string, does: string, serve: GatewayRoute['serve']): GatewayRoute => ({
  ...{ verb: 'GET', path, does, serve },
  ...{ asks: null, success: 200, open: true },
});

const WORDS = json(REASON_WORDS);

const OVER_ALL: readonly GatewayRoute[] = [
  over({
    path: '/api/token',
    does: 'What the token permits.',
    scope: null,
    serve: (_, { caller }) => {
      const { token: name, scopes, accounts, expiresAt } = caller;
      return json({ name, scopes, accounts, expiresAt });
    },
  }),
  over({
    path: '/api/accounts',
    does: 'Every account of this machine that the token is valid for, running or not, with its state.',
    scope: 'read',
    serve: async (_, { accounts, caller }) => {
      const links = accounts.all.filter(({ name }) => mayUse(caller, name));
      return json({ accounts: await Promise.all(links.map(lineOf)) });
    },
  }),
  over({
    path: '/api/events',
    does: 'Streams the events of all accounts (server-sent events). It continues after `after` or the header Last-Event-ID, which is the id of an event of this stream; else with new events. The event `account` says that a daemon was reached or lost.',
    scope: 'read',
    query: {
      ...ACCOUNTS,
      types: 'Only these types of events, separated by commas. `gap` is always included.',
      after: 'Continues after this id of an event of the stream.',
    },
    serve: async ({ query, headers, stream }, { accounts, caller, streamFailed }) => {
      const last = headers['last-event-id'];
      const after = typeof last === 'string' && last !== '' ? last : query.get('after');
      const from = after === null ? CursorVector.startingAt(Date.now()) : CursorVector.parse(after);
      const types = typesOf(query.get('types'));
      streamAll({
        accounts,
        types,
        from,
        stream: stream(),
        failed: streamFailed,
        isWanted: wanted(query, caller),
      });
      return null;
    },
  }),
  over({
    path: '/metrics',
    does: 'Metrics of all accounts, or of `accounts`, for Prometheus, each with the label `account`; see metrics.md. A token for every account also gets those of the gateway.',
    scope: 'read',
    query: ACCOUNTS,
    serve: async ({ query }, { accounts, caller, metrics }) => {
      const isWanted = wanted(query, caller);
      const scraped = accounts.all
        .filter(({ name }) => isWanted(name))
        .map((link) => ({
          account: link.name,
          scrape: link.isRunning ? scrapeOf(link) : null,
          standing: link.way.standing?.(),
        }));
      const own = caller.accounts === null && !query.has('accounts');
      return typed(PAGE_TYPE, await metrics.page(scraped, { own }));
    },
  }),
  over({
    path: '/api/prometheus',
    does: 'The accounts as targets for the HTTP service discovery of Prometheus.',
    scope: 'read',
    query: ACCOUNTS,
    serve: ({ headers, query }, { accounts, caller, scheme }) => {
      const names = accounts.all.map(({ name }) => name).filter(wanted(query, caller));
      return json(discovery(names, { host: headers.host ?? '', scheme }));
    },
  }),
];

/** Whether an account is asked for by `accounts`, and the caller may see it. */
function wanted(query: URLSearchParams, caller: Caller): (account: string) => boolean {
  const only = query.get('accounts')?.split(',');
  return (name) => mayUse(caller, name) && (only === undefined || only.includes(name));
}

const scrapeOf =
  (link: AccountLink) =>
  async (timeoutMs: number): Promise<string> =>
    ((await link.call('daemon.metrics', {}, { timeoutMs, writes: false })) as Answered<'daemon.metrics'>)
      .text;

/** @throws Fault invalid_params */
function typesOf(text: string | null): readonly EventType[] | undefined {
  if (text === null) return undefined;
  const types = text.split(',');
  const wrong = types.find((type) => !(EVENT_TYPES as readonly string[]).includes(type));
  if (wrong === undefined) return types as EventType[];
  throw new Fault('invalid_params', {
    reason: `types: there is no event ${JSON.stringify(wrong.slice(0, 64))}; there are ${EVENT_TYPES.join(', ')}`,
    hint: null,
  });
}

const OPEN: readonly GatewayRoute[] = [
  open('/', 'The console, for a browser.', (_, { page }) => page.index),
  open('/console.js', 'The script of the console.', (_, { page }) => page.script),
  open('/console.css', 'The style sheet of the console.', (_, { page }) => page.style),
  open('/healthz', 'Whether the gateway runs: 200.', () =>
    json({ status: 'ok', timestamp: isoTime(Date.now()) }),
  ),
  open('/words.json', 'What each reason means, in plain words.', () => WORDS),
  open('/openapi.json', 'This table as an OpenAPI document.', (_, { openApi }) => openApi()),
  open('/robots.txt', 'Nothing here is for search engines.', () =>
    typed('text/plain; charset=utf-8', 'User-agent: *\nDisallow: /\n'),
  ),
];

export const GATEWAY_ROUTES: readonly GatewayRoute[] = [...OVER_ALL, ...OPEN, ...OF_AN_ACCOUNT];
