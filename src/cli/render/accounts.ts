// Prints the list of accounts.
import type { AccountLine } from '../../protocol/account-line.js';
import type { Status } from '../../protocol/methods/session.js';
import { REASON_WORDS } from '../../protocol/reason-words.js';
import { duration } from './duration.js';
import { phone } from './phone.js';
import { table } from './table.js';

/** Of an account that is not there, or cannot be asked. */
const ABSENT: Readonly<Record<string, string>> = {
  unreachable: 'not running',
  permission_denied: 'no permission',
  unsafe_socket: 'unsafe socket',
  deadline_exceeded: 'no answer',
};

/** Older daemons name none. */
const START_WAIT_WORDS: Readonly<Record<NonNullable<Status['waitsFor']>, string>> = {
  start_slot: 'waits for its turn to start',
};

/** A line for each account; nothing when there is none. */
export const renderAccounts = (lines: readonly AccountLine[]): string =>
  table(
    ['ACCOUNT', 'STATE', 'SINCE', 'NUMBER', 'QUEUE', 'MEMORY', 'HTTP', 'NOTE'],
    lines.map(({ account, status, info, error }) => {
      if (status === null) {
        const kind = error?.kind ?? 'unreachable';
        const note =
          kind === 'unreachable' ? '' : [error?.reason, error?.hint].filter(Boolean).join('; try: ');
        return [account, ABSENT[kind] ?? kind, '', '', '', '', '', note];
      }
      const { session, outbox } = status;
      return [
        account,
        status.status,
        duration(Date.parse(status.timestamp) - Date.parse(status.since)),
        session.phone === null ? (session.hasSession ? 'linked' : '') : phone(session.phone),
        queue(outbox),
        memory(info),
        info?.http ?? '',
        note(status),
      ];
    }),
  );

const queue = ({ queued, unknown, failed }: Status['outbox']): string =>
  [String(queued), unknown > 0 && `${unknown} unknown`, failed > 0 && `${failed} failed`]
    .filter(Boolean)
    .join(', ');

const memory = (info: AccountLine['info']): string => {
  const bytes = info?.browser.memoryBytes ?? null;
  return bytes === null ? '' : `${Math.round(bytes / 2 ** 20)} MB`;
};

/** What a person should know: why it is in this state, what it waits for, and what WhatsApp does not let it do. */
const note = ({ reason, waitsFor, restriction, hint }: Status): string =>
  [
    REASON_WORDS[reason] ?? reason,
    waitsFor && START_WAIT_WORDS[waitsFor],
    restriction?.kind.replaceAll('_', ' '),
    hint && `try: ${hint}`,
  ]
    .filter(Boolean)
    .join('; ');
