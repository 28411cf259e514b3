// The site of the gateway: tokens with scopes, and the routes of all accounts.
import type { IncomingMessage } from 'node:http';
import type { Answering, Site } from '../http/site.js';
import { Fault } from '../protocol/fault.js';
import { accountDispatch, type Done } from './account-dispatch.js';
import type { AccountLink } from './account-link.js';
import type { Accounts } from './accounts.js';
import { type Caller, mayUse } from './caller.js';
import { GATEWAY_ROUTES, type GatewayOwn, type Shared } from './routes.js';

export interface SiteOptions {
  readonly accounts: Accounts;
  readonly shared: Shared;
  readonly hosts: readonly string[];
  /** @throws Fault rate_limited: too many wrong tokens came from there */
  readonly identify: (request: IncomingMessage) => Caller | null;
  /** Counts a request of a caller. @throws Fault rate_limited */
  readonly admit: (caller: Caller) => void;
  /** Called after each call of a method. */
  readonly report: (caller: Caller, account: string, done: Done) => void;
  /** Called for each request for an account that the token is not valid for. */
  readonly reportRefused: (caller: Caller, account: string) => void;
}

export function gatewaySite(options: SiteOptions): Site<GatewayOwn, Caller> {
  const { accounts, shared, hosts, identify, admit, report, reportRefused } = options;
  return {
    routes: GATEWAY_ROUTES,
    hosts,
    address: [],
    tokenHint: 'wactl token list',
    identify,
    enter: (caller, names): Answering<GatewayOwn> => {
      if (caller === null)
        return { dispatch: refuseAll, own: { ...shared, accounts, caller: null, link: null } };
      admit(caller);
      if (names.account !== undefined && !mayUse(caller, names.account)) reportRefused(caller, names.account);
      const link = names.account === undefined ? null : linkOf(accounts, caller, names.account);
      return {
        dispatch:
          link === null
            ? refuseAll
            : accountDispatch(link, caller, (done) => report(caller, link.name, done)),
        own: { ...shared, accounts, caller, link },
        until: caller.ended,
      };
    },
  };
}

/** Of a route without an account, which calls no method. */
const refuseAll = async (): Promise<never> => {
  throw new Fault('internal', { reason: 'the route names no account', outcome: 'none' });
};

/** @throws Fault not_permitted: also for an account that does not exist, so that a token does not learn of others */
function linkOf(accounts: Accounts, caller: Caller, name: string): AccountLink {
  if (!mayUse(caller, name))
    throw new Fault('not_permitted', {
      reason: `the token ${caller.token} is not valid for this account; nothing was done`,
    });
  const link = accounts.get(name);
  if (link === undefined)
    throw new Fault('no_such_account', {
      reason: `there is no account ${JSON.stringify(name.slice(0, 64))}`,
    });
  return link;
}
