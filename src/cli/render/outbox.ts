// Prints the messages of the outbox.
import type { Result } from '../../protocol/method.js';
import type { METHODS } from '../../protocol/methods/index.js';
import type { OutboxRow } from '../../protocol/schema.js';
import { printable } from '../output.js';
import type { Names } from './name.js';
import { phone } from './phone.js';
import { table } from './table.js';
import { when } from './time.js';

const WAITS: Readonly<Record<NonNullable<OutboxRow['waitsFor']>, string>> = {
  ready: 'until the account is ready',
  not_before: 'for its time',
  turn: 'for its turn',
  pace: 'for the pace',
  stranger: 'for the gap between strangers',
  daily_cap: "for tomorrow: today's messages are used up",
  stranger_cap: "for tomorrow: today's strangers are used up",
  quiet_hours: 'for the end of the quiet hours',
  quota: 'for its share of the new chats that WhatsApp allows',
  restriction: 'for the end of a restriction by WhatsApp',
};

/** The reason of a wait or a failure; empty when the state says it all. */
function why({ error, waitsFor, nextAt }: OutboxRow): string {
  if (error !== null && waitsFor === null) return `${error.kind}: ${error.reason}`;
  if (waitsFor === null) return '';
  return `waits ${WAITS[waitsFor] ?? waitsFor}${nextAt === null ? '' : `, not before ${when(nextAt)}`}`;
}

/** A table of messages. */
export const renderRows = (rows: readonly OutboxRow[], { full }: Names): string =>
  table(
    ['ID', 'ACCEPTED', 'STATE', 'TO', 'WHY'],
    rows.map((row) => [row.id, when(row.queuedAt), row.state, full(row.chatId), why(row)].map(printable)),
  );

interface Payload {
  readonly text?: unknown;
  readonly caption?: unknown;
  readonly file?: { readonly name?: unknown; readonly mimetype?: unknown; readonly size?: unknown };
  readonly name?: unknown;
  readonly latitude?: unknown;
  readonly longitude?: unknown;
  readonly contacts?: readonly { readonly name?: unknown; readonly number?: unknown }[];
  readonly question?: unknown;
  readonly options?: readonly unknown[];
}

/** The content of a message in one line. */
function contentOf(kind: string, payload: Payload): string {
  const { text, caption, file, name, latitude, longitude, contacts, question, options } = payload;
  const parts = [
    text,
    file && `${kind} ${String(file.name ?? file.mimetype ?? '')}, ${String(file.size ?? '?')} bytes`,
    latitude !== undefined && `${String(latitude)},${String(longitude)}`,
    name,
    contacts
      ?.map((one) => `${String(one.name)} (${phone(String(one.number).replace(/\D/g, ''))})`)
      .join(', '),
    question !== undefined && `${String(question)} ${(options ?? []).map(String).join(' / ')}`,
    caption,
  ];
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join('  ') || kind;
}

/** One message with all its fields. */
export function renderRow(row: Result<(typeof METHODS)['outbox.get']>, names: Names): string {
  const fields: readonly (readonly [string, string | number | null])[] = [
    ['to', names.full(row.chatId)],
    ['state', row.state],
    ['why', why(row) || null],
    ['message id', row.messageId],
    ['kind', row.kind],
    ['content', contentOf(row.kind, row.payload)],
    ['key', row.key],
    ['attempts', row.attempts],
    ['accepted', when(row.queuedAt)],
    ['sent', row.sentAt && when(row.sentAt)],
    ['not before', row.notBefore && when(row.notBefore)],
    ['expires', row.expiresAt && when(row.expiresAt)],
  ];
  const shown = fields.filter(([, value]) => value !== null);
  return `${printable(row.id)}\n${shown.map(([name, value]) => `  ${name.padEnd(10)}  ${printable(String(value))}\n`).join('')}`;
}
