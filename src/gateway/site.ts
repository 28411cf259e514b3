// The site of the gateway: tokens with scopes, and the routes of all accounts.
import type { IncomingMessage } from 'node:http';
import type { Route } from '../http/route.js';
import type { Answering, Site } from '../http/site.js';
import type { Dispatch } from '../protocol/dispatch.js';
import { Fault } from '../protocol/fault.js';
import { accountDispatch, type Done, refuseScopes } from './account-dispatch.js';
import type { AccountLink } from './account-link.js';
import type { Accounts } from './accounts.js';
import { type Caller, mayUse } from './caller.js';
import type { GatewayOwn, Shared } from './routes.js';

export interface SiteOptions {
  readonly routes: readonly Route<GatewayOwn>[];
  readonly accounts: Accounts;
  readonly shared: Shared;
  readonly hosts: readonly string[];
  /** @throws Fault rate_limited: too many wrong tokens came from there */
  readonly identify: (request: IncomingMessage) => Caller | null;
  /** Counts a request of a caller. @throws Fault rate_limited */
  readonly admit: (caller: Caller) => void;
  /** Called after each call of a method. The account is null for a call that was refused before its account was known. */
  readonly report: (caller: Caller, account: string | null, done: Done) => void;
  /** Called for each request for an account that the token is not valid for. */
  readonly reportRefused: (caller: Caller, account: string) => void;
}

export function gatewaySite(options: SiteOptions): Site<GatewayOwn, Caller> {
  const { routes, accounts, shared, hosts, identify, admit, report, reportRefused } = options;
  return {
    routes,
    hosts,
    address: [],
    tokenHint: 'wactl token list',
    identify: (request, route) => {
      if (route?.takesApiKey) giveAsBearer(request);
      return identify(request);
    },
    enter: (caller, names): Answering<GatewayOwn> => {
      if (caller === null) {
        const own = {
          ...shared,
          accounts,
          caller: null,
          link: null,
          to: refuseStranger,
          check: refuseStranger,
        };
        return { dispatch: refuseAll, own };
      }
      admit(caller);
      const linkTo = (name: string): AccountLink => {
        if (mayUse(caller, name)) return linkOf(accounts, name);
        reportRefused(caller, name);
        // Also for an account that does not exist, so that a token does not reveal the others.
        throw new Fault('not_permitted', {
          reason: `the token ${caller.token} is not valid for this account; nothing was done`,
        });
      };
      const dispatchOf = (of: AccountLink): Dispatch =>
        accountDispatch(of, caller, (done) => report(caller, of.name, done));
      const link = names.account === undefined ? null : linkTo(names.account);
      const to = (name: string): Dispatch => dispatchOf(linkTo(name));
      const check: GatewayOwn['check'] = (name, methods) => {
        if (name !== null) linkTo(name);
        refuseScopes(methods, caller, (done) => report(caller, name, done));
      };
      return {
        dispatch: link === null ? refuseAll : dispatchOf(link),
        own: { ...shared, accounts, caller, link, to, check },
        owner: caller,
        until: caller.closed,
      };
    },
  };
}

/** Passes the header X-Api-Key on as a bearer token. An Authorization header takes precedence. */
function giveAsBearer({ headers }: IncomingMessage): void {
  const key = headers['x-api-key'];
  if (typeof key === 'string' && headers.authorization === undefined) headers.authorization = `Bearer ${key}`;
}

const refuseStranger = (): never => {
  throw new Fault('unauthorized');
};

/** For a route without an account: it calls no method. */
const refuseAll = async (): Promise<never> => {
  throw new Fault('internal', { reason: 'the route names no account', outcome: 'none' });
};

/** @throws Fault no_such_account */
function linkOf(accounts: Accounts, name: string): AccountLink {
  const link = accounts.get(name);
  if (link === undefined)
    throw new Fault('no_such_account', {
      reason: `there is no account ${JSON.stringify(name.slice(0, 64))}`,
    });
  return link;
}
