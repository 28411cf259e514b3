// Prints the tokens of the gateway.
import type { Token } from '../../protocol/gateway/token.js';
import { table } from './table.js';
import { when } from './time.js';

const accountsOf = ({ accounts }: Token): string => (accounts === null ? '*' : accounts.join(','));

function expiry({ expiresAt }: Token, nowMs: number): string {
  if (expiresAt === null) return 'never';
  return `${Date.parse(expiresAt) <= nowMs ? 'expired ' : ''}${when(expiresAt)}`;
}

/** A line for each token; nothing when there is none. @param tokens printable */
export const renderTokens = (tokens: readonly Token[], nowMs: number): string =>
  table(
    ['NAME', 'SCOPES', 'ACCOUNTS', 'EXPIRES', 'USES', 'LAST USED'],
    tokens.map((token) => [
      ...[token.name, token.scopes.join(','), accountsOf(token), expiry(token, nowMs)],
      ...[String(token.uses), when(token.lastUsedAt)],
    ]),
  );

/** What a new token permits, in one sentence. @param token printable */
export function renderGrant(token: Token): string {
  const { name, scopes, accounts, expiresAt } = token;
  const whose = accounts === null ? 'every account' : accounts.join(', ');
  const until = expiresAt === null ? '' : ` until ${when(expiresAt)}`;
  return `${name} has the scopes ${scopes.join(', ')} for ${whose}${until}; keep the token now, it is not shown again`;
}
