// The site of one account: one token, or none, and the daemon's own dispatch.
import type { Address } from '../protocol/address.js';
import type { Dispatch } from '../protocol/dispatch.js';
import { type Own, ROUTES } from './routes.js';
import type { Site } from './site.js';
import { isKnown, type Token } from './token.js';

export interface AccountSiteOptions {
  readonly dispatch: Dispatch;
  readonly token: Token;
  readonly own: Own;
  readonly address?: Address | undefined;
}

/** Whoever has the token may do everything. */
export const accountSite = ({
  dispatch,
  token,
  own,
  address = [],
}: AccountSiteOptions): Site<Own, 'owner'> => ({
  routes: ROUTES,
  hosts: [],
  address,
  identify: ({ headers }) => (isKnown(token, headers) ? 'owner' : null),
  enter: () => ({ dispatch, own }),
});
