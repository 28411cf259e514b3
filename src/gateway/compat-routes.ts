// Serves the routes of other programs: connects the rows of their tables to the gateway. The scopes and accounts of the caller
// are checked for each call, in the same place as for all other routes.
import { COMPAT } from '../config/keys.js';
import type { Asked, Route } from '../http/route.js';
import { Fault } from '../protocol/fault.js';
import { permits } from '../protocol/scope.js';
import { lineOf } from './account-line.js';
import { mayUse } from './caller.js';
import { fetchFile } from './compat/fetch-file.js';
import { Fields } from './compat/fields.js';
import { FileBodies } from './compat/file-body.js';
import { inOrder } from './compat/in-order.js';
import { type Door, isServed, notServed, type Request, type Row, type Seen } from './compat/row.js';
import { WAHA_ROWS } from './compat/waha.js';
import { WWEBJS_ROWS } from './compat/wwebjs-api.js';
import type { GatewayOwn } from './routes.js';

type CompatRoute = Route<GatewayOwn>;

/** The tables, as `gateway.compat` names them. */
const TABLES: Readonly<Record<(typeof COMPAT)[number], readonly Row[]>> = {
  waha: WAHA_ROWS,
  'wwebjs-api': WWEBJS_ROWS,
};

/** @param programs as configured. @param version of this program */
export function compatRoutes(programs: readonly string[], version: string): readonly CompatRoute[] {
  const rows = COMPAT.filter((name) => programs.includes(name)).flatMap((name) => TABLES[name]);
  const files = new FileBodies();
  return inOrder(rows).map((row) => routeOf(row, version, files));
}

function routeOf(row: Row, version: string, files: FileBodies): CompatRoute {
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
      const serve = (body: Record<string, unknown>) =>
        row.serve(requestOf(asked, body), doorOf(asked, own, version));
      if (row.carriesFile) return files.read(asked, serve);
      return serve(verb === 'GET' ? {} : await asked.body());
    },
  };
}

const requestOf = ({ names, query, headers }: Asked, body: Record<string, unknown>): Request => ({
  names,
  query: new Fields(Object.fromEntries(query)),
  body: new Fields(body),
  accept: headers.accept ?? '',
});

const doorOf = (asked: Asked, own: GatewayOwn, version: string): Door => ({
  version,
  fetchFile,
  accounts: () => accountsOf(own),
  ask: async (account, method, params) => (await own.to(account)(method, params, asked.call)) as never,
});

/** @throws (rejects) Fault not_permitted */
async function accountsOf({ accounts, caller }: GatewayOwn): Promise<readonly Seen[]> {
  if (caller === null) throw new Fault('unauthorized');
  if (!permits(caller.scopes, 'read'))
    throw new Fault('not_permitted', {
      reason: `the token ${caller.token} has no scope "read", which the list of accounts needs`,
    });
  const links = accounts.all.filter(({ name }) => mayUse(caller, name));
  const lines = await Promise.all(links.map(lineOf));
  return lines.map(({ account, status }) => ({ account, status }));
}
