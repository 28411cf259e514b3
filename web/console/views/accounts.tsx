// Every account that the token may see, with its state.
import { useState } from 'preact/hooks';
import type { AccountLine } from '../live/account-line.js';
import { useLive } from '../live/use-live.js';
import { Ago } from '../parts/ago.js';
import { Badge } from '../parts/badge.js';
import { Problem } from '../parts/problem.js';
import { linkTo } from '../route.js';
import { bytes, person } from '../words/format.js';
import { NOT_RUNNING, reasonWords, restrictionWords, stateWords } from '../words/states.js';

/** The search field is shown above this number. */
const MANY = 8;

export function Accounts() {
  const { accounts, error } = useLive();
  const [query, setQuery] = useState('');
  const inFleet = accounts?.some(({ socket, status }) => socket === '' || status?.fleet) ?? false;
  const shown = accounts?.filter((line) => matches(line, query.trim().toLowerCase())) ?? [];
  return (
    <>
      <h1 tabIndex={-1}>Accounts</h1>
      <p class="summary" role="status">
        {accounts === null ? 'Reading the accounts…' : summary(accounts)}
      </p>
      <Problem error={accounts === null ? error : null} />
      {accounts !== null && accounts.length > MANY && (
        <p class="row">
          <label for="search">Search by name, number or state</label>
          <input
            id="search"
            type="search"
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </p>
      )}
      {shown.length > 0 && (
        <table class="accounts">
          <caption class="visually-hidden">Accounts</caption>
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col">State</th>
              {inFleet && (
                <th scope="col" class="wide">
                  Machine
                </th>
              )}
              <th scope="col" class="wide">
                Number
              </th>
              <th scope="col" class="number">
                Queue
              </th>
              <th scope="col" class="number wide">
                Browser
              </th>
              <th scope="col" class="number wide">
                Time in state
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((line) => (
              <Row key={line.account} line={line} inFleet={inFleet} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Row({
  line: { account, status, info, error },
  inFleet,
}: {
  readonly line: AccountLine;
  readonly inFleet: boolean;
}) {
  const number = status?.session.phone ? person(status.session.phone) : '';
  const memory = info?.browser.memoryBytes ?? null;
  return (
    <tr>
      <th scope="row">
        <a href={linkTo(account)}>{account}</a>
        <span class="below narrow-only">{number}</span>
      </th>
      <td>
        <Badge is={status === null ? NOT_RUNNING : stateWords(status.status)} />
        <span class="below">{status === null ? error?.reason : reasonWords(status.reason)}</span>
        {status?.restriction && <span class="below warn">{restrictionWords(status.restriction)}</span>}
      </td>
      {inFleet && <td class="wide">{status?.fleet?.holder}</td>}
      <td class="wide">
        {number}
        <bdi class="below">{status?.session.pushname}</bdi>
      </td>
      <td class="number">{status && <Queue outbox={status.outbox} />}</td>
      <td class="number wide">{memory === null ? '' : bytes(memory)}</td>
      <td class="number wide">{status && <Ago at={status.since} />}</td>
    </tr>
  );
}

function Queue({
  outbox: { queued, unknown, failed },
}: {
  readonly outbox: NonNullable<AccountLine['status']>['outbox'];
}) {
  return (
    <>
      {queued}
      {unknown > 0 && <span class="below warn">{unknown} unknown</span>}
      {failed > 0 && <span class="below">{failed} failed</span>}
    </>
  );
}

function matches({ account, status }: AccountLine, query: string): boolean {
  const state = status === null ? NOT_RUNNING[1] : stateWords(status.status)[1];
  const { phone = null, pushname = null } = status?.session ?? {};
  return [account, phone, pushname, state].some((text) => text?.toLowerCase().includes(query));
}

/** `3 accounts: 2 ready, 1 failed`, so that a change is announced. */
function summary(accounts: readonly AccountLine[]): string {
  if (accounts.length === 0)
    return 'There is no account that this token may see. On the machine: wactl account add NAME';
  const counts = new Map<string, number>();
  for (const { status } of accounts) {
    const word = (status === null ? NOT_RUNNING : stateWords(status.status))[1].toLowerCase();
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  return `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'}: ${parts.join(', ')}`;
}
