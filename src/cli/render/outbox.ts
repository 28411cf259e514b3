import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { OutboxRow } from '../../protocol/schema.js';
import { printable } from '../output.js';
import { chat } from './phone.js';

const WAITS: Readonly<Record<NonNullable<OutboxRow['waitsFor']>, string>> = {
  ready: 'until the account is ready',
  not_before: 'for its time',
  turn: 'for its turn',
  pace: 'for the pace',
  stranger: 'for the gap between strangers',
  daily_cap: "for tomorrow: today's messages are used up",
  quiet_hours: 'for the end of the quiet hours',
};

/** Why it is where it is, when that says more than its state. */
function why({ error, waitsFor, nextAt }: OutboxRow): string {
  if (error !== null) return `  ${error.kind}: ${error.reason}`;
  if (waitsFor === null) return '';
  return `  waits ${WAITS[waitsFor] ?? waitsFor}${nextAt === null ? '' : `, not before ${nextAt}`}`;
}

const line = (row: OutboxRow): string =>
  printable(`${row.id}  ${row.queuedAt}  ${row.state}  to ${chat(row.chatId)}${why(row)}`);

/** A line each: id, when it was accepted, state, to whom, and why it is not further. */
export const renderRows = (rows: readonly OutboxRow[]): string =>
  rows.map((row) => `${line(row)}\n`).join('');

/** One with all that is known of it. */
export function renderRow(row: Result<(typeof METHODS)['outbox.get']>): string {
  const fields: [string, string | number | null][] = [
    ['messageId', row.messageId],
    ['to', row.to],
    ['kind', row.kind],
    ['key', row.key],
    ['attempts', row.attempts],
    ['sentAt', row.sentAt],
    ['notBefore', row.notBefore],
    ['expiresAt', row.expiresAt],
    ['content', typeof row.payload.text === 'string' ? row.payload.text : JSON.stringify(row.payload)],
  ];
  const shown = fields.filter(([, value]) => value !== null);
  return `${line(row)}\n${shown.map(([name, value]) => `  ${name.padEnd(10)} ${printable(String(value))}\n`).join('')}`;
}
