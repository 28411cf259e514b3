// One account: its headline, and the tab that the address names.

import type { AccountLine } from '../live/account-line.js';
import { useAccount } from '../live/use-live.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/badge.js';
import { Hint } from '../parts/hint.js';
import { linkTo, type Tab } from '../route.js';
import { useSession } from '../session/session.js';
import { clock, person } from '../words/format.js';
import { NOT_RUNNING, reasonWords, restrictionWords, stateWords } from '../words/states.js';
import { Capabilities } from './capabilities.js';
import { Chats } from './chats.js';
import { Linking } from './linking.js';
import { Overview } from './overview.js';
import { Queue } from './queue.js';
import { Webhooks } from './webhooks.js';

const TAB_NAMES: Readonly<Record<Tab, string>> = {
  overview: 'Overview',
  link: 'Link',
  queue: 'Queue',
  chats: 'Chats',
  webhooks: 'Webhooks',
  capabilities: 'Capabilities',
};

interface Props {
  readonly account: string;
  readonly tab: Tab;
  readonly item: string | null;
}

export function AccountView({ account, tab, item }: Props) {
  const line = useAccount(account);
  const { may } = useSession();
  if (line === undefined) return <h1 tabIndex={-1}>{account}</h1>;
  if (line === null)
    return (
      <>
        <h1 tabIndex={-1}>{account}</h1>
        <p>There is no such account, or this token may not see it.</p>
        <p>
          <a href="#/">All accounts</a>
        </p>
      </>
    );
  const tabs = (Object.keys(TAB_NAMES) as Tab[]).filter((name) => name !== 'link' || may('session.qr'));
  return (
    <>
      <Headline line={line} />
      <nav class="tabs" aria-label={`Account ${account}`}>
        {tabs.map((name) => (
          <a key={name} href={linkTo(account, name)} aria-current={name === tab ? 'page' : undefined}>
            {TAB_NAMES[name]}
          </a>
        ))}
      </nav>
      {line.status !== null && (
        <Content account={account} line={line} tab={tabs.includes(tab) ? tab : 'overview'} item={item} />
      )}
    </>
  );
}

function Content({ account, line, tab, item }: Props & { readonly line: AccountLine }) {
  if (line.status === null) return null;
  switch (tab) {
    case 'overview':
      return <Overview status={line.status} info={line.info} account={account} />;
    case 'link':
      return <Linking account={account} status={line.status} />;
    case 'queue':
      return <Queue account={account} />;
    case 'chats':
      return <Chats account={account} chat={item} />;
    case 'webhooks':
      return <Webhooks account={account} />;
    case 'capabilities':
      return <Capabilities status={line.status} />;
  }
}

function Headline({ line: { account, status, error } }: { readonly line: AccountLine }) {
  const why = status === null ? (error?.reason ?? '') : reasonWords(status.reason);
  const { phone = null, pushname = null } = status?.session ?? {};
  return (
    <div class="headline">
      <p class="quiet-text">
        <a href="#/">Accounts</a>
      </p>
      <h1 tabIndex={-1}>{account}</h1>
      <p role="status" class="state">
        <Badge is={status === null ? NOT_RUNNING : stateWords(status.status)} />
        {why !== '' && <span>{why}</span>}
      </p>
      <p class="quiet-text">
        {phone !== null && (
          <>
            {person(phone)}
            {pushname !== null && (
              <>
                {' '}
                (<bdi>{pushname}</bdi>)
              </>
            )}
            {' · '}
          </>
        )}
        {status !== null && (
          <>
            for <Ago at={status.since} />
          </>
        )}
        {status?.waitsFor === 'start_slot' && ' · waits until another account has started'}
        {status?.nextAttemptAt &&
          ` · ${status.status === 'hibernating' ? 'wakes' : 'tries again'} at ${clock(status.nextAttemptAt)}`}
      </p>
      {status?.restriction && (
        <p class="warn">
          {restrictionWords(status.restriction)}
          {status.restriction.until !== null && ` until ${clock(status.restriction.until)}`}
        </p>
      )}
      <Hint command={status === null ? (error?.hint ?? null) : status.hint} />
    </div>
  );
}
