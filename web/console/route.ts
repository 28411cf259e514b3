// Where the console is: the part of the address behind `#`, which no server and no log sees.
import { useEffect, useState } from 'preact/hooks';

export const TABS = ['overview', 'link', 'queue', 'chats', 'webhooks', 'capabilities'] as const;
export type Tab = (typeof TABS)[number];

/** `item` is a chat in the tab of the chats; null for the list. */
export type Route =
  | { readonly view: 'accounts' }
  | { readonly view: 'account'; readonly account: string; readonly tab: Tab; readonly item: string | null };

const ACCOUNTS: Route = { view: 'accounts' };

/** An address that means nothing is the list of accounts. */
export function parseRoute(hash: string): Route {
  const [place, account, tab = 'overview', item] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decoded);
  if (place !== 'accounts' || !account) return ACCOUNTS;
  const known = TABS.find((name) => name === tab);
  return known === undefined ? ACCOUNTS : { view: 'account', account, tab: known, item: item || null };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

/** The address of a tab of an account, or of an item in it. */
export const linkTo = (account: string, tab: Tab = 'overview', item?: string): string =>
  `#/accounts/${[account, tab, ...(item === undefined ? [] : [item])].map(encodeURIComponent).join('/')}`;

export const go = (hash: string): void => {
  location.hash = hash;
};

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}
