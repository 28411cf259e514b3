// Serves the routes of other programs: connects the rows of their tables to the gateway. The scopes and accounts of the caller
// are checked for each call, in the same place as for all other routes, and before that for the whole request, so that a caller who
// may not use the account learns nothing from it.
import { COMPAT } from '../config/gateway-keys.js';
import type { Asked, Route } from '../http/route.js';
import type { Call } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import { lineOf } from './account-line.js';
import { mayUse, refuseScope } from './caller.js';
import { fetchFile } from './compat/fetch-file.js';
import { Fields } from './compat/fields.js';
import { HeldFiles } from './compat/held-files.js';
import { inOrder } from './compat/in-order.js';
import { type Door, isServed, notServed, type Request, type Row, type Seen } from './compat/row.js';
import { WAHA_ROWS } from './compat/waha.js';
import { WWEBJS_ROWS } from './compat/wwebjs-api.js';
import type { GatewayOwn } from './routes.js';

type CompatRoute = Route<GatewayOwn>;
type Body = Record<string, unknown>;

/** What all requests share. */
interface Shared {
  /** The version of this program. */
  readonly version: string;
  readonly files: HeldFiles;
  readonly fetchFile: typeof fetchFile;
}

/** The tables, as `gateway.compat` names them. */
const TABLES: Readonly<Record<(typeof COMPAT)[number], readonly Row[]>> = {
  waha: WAHA_ROWS,
  'wwebjs-api': WWEBJS_ROWS,
};

/** @param programs as configured. @param version of this program. @param fetch fetches the file at a url */
export function compatRoutes(
  programs: readonly string[],
  version: string,
  fetch = fetchFile,
): readonly CompatRoute[] {
  const rows = COMPAT.filter((name) => programs.includes(name)).flatMap((name) => TABLES[name]);
  const shared: Shared = { version, files: new HeldFiles(), fetchFile: fetch };
  return inOrder(rows).map((row) => routeOf(row, shared));
}

function routeOf(row: Row, shared: Shared): CompatRoute {
  const { verb, path } = row;
  const common = { verb, path, asks: null, success: 200, takesApiKey: true } as const;
  if (!isServed(row)) {
    const refuse = () => {
      throw notServed(row.refused);
    };
    return { ...common, does: row.refused, open: false, serve: refuse };
  }
  return {
    ...common,
    does: row.differs,
    open: row.open,
    serve: async (asked, own) => {
      const { session, sessionId = session ?? null } = asked.names;
      if (row.asks.length > 0) own.check(sessionId, row.asks);
      // The daemon drops what this request leaves unfinished, whatever else uses the connection.
      const over = new AbortController();
      const { peer, signal } = asked.call;
      const call: Call = { signal, peer: { ...peer, owner: { closed: over.signal } } };
      const work = (body: Body) => row.serve(requestOf(asked, body), doorOf(call, own, shared));
      const { accountOf } = row;
      /** The body may name the account, so the caller is checked for it before anything else in the body is. */
      const accountIn = (body: Body): string => {
        const account = accountOf?.(requestOf(asked, body)) ?? '';
        if (accountOf !== null) own.check(account, row.asks);
        return account;
      };
      try {
        if (row.carriesFile) {
          const use = { token: own.caller?.token ?? '', accountOf: accountIn, work };
          return await shared.files.read(asked, use);
        }
        const body = verb === 'GET' ? {} : await asked.body();
        accountIn(body);
        return await work(body);
      } finally {
        over.abort(new Fault('interrupted', { reason: 'the request ended', hint: null }));
      }
    },
  };
}

const requestOf = ({ names, query, headers }: Asked, body: Body): Request => ({
  names,
  query: new Fields(Object.fromEntries(query)),
  body: new Fields(body),
  accept: headers.accept ?? '',
});

const doorOf = (call: Call, own: GatewayOwn, { version, files, fetchFile }: Shared): Door => ({
  version,
  fetchFile: (url) => fetchFile(url, { signal: call.signal }),
  holdFile: (account, bytes, work) => files.run(account, bytes, call.signal, work),
  accounts: () => accountsOf(own),
  ask: async (account, method, params) => (await own.to(account)(method, params, call)) as never,
});

/** @throws (rejects) Fault not_permitted */
async function accountsOf({ accounts, caller }: GatewayOwn): Promise<readonly Seen[]> {
  if (caller === null) throw new Fault('unauthorized');
  refuseScope(caller, 'read', 'the list of accounts');
  const links = accounts.all.filter(({ name }) => mayUse(caller, name));
  const lines = await Promise.all(links.map(lineOf));
  return lines.map(({ account, status }) => ({ account, status }));
}
