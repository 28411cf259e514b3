// A message in one line: its type, its text, and what it offers to choose from.
import type { Button, Details, Section } from '../../protocol/details.js';
import { when } from './time.js';

// Another version of the daemon may lack a field, or have another value in it.
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = <T>(value: readonly T[] | undefined): readonly T[] => (Array.isArray(value) ? value : []);
const joined = (parts: readonly unknown[], by = ' '): string => parts.map(text).filter(Boolean).join(by);

/** How many characters of the list of choices are shown. */
const CHOICES = 200;

const shown = ({ text: label, action, value }: Button): string =>
  joined([label, action === 'reply' ? '' : value]);
const rowsOf = (sections: readonly Section[] | undefined): string[] =>
  list(sections).flatMap(({ rows }) => list(rows).map(({ title }) => text(title)));

/** What a reader may choose: buttons and rows, as `send --choose` takes them. */
function choicesOf({ buttons, sections, cards, options }: Details): string {
  const all = joined(
    [
      ...list(options),
      ...list(buttons).map(shown),
      ...rowsOf(sections),
      ...list(cards).flatMap((card) => list(card.buttons).map(shown)),
    ],
    ' | ',
  );
  if (all === '') return '';
  return `(${all.length > CHOICES ? `${all.slice(0, CHOICES - 1)}…` : all})`;
}

/** The content that has no place in the text. */
function contentOf(details: Details): string {
  const { question, title, event, groupInvite, channelInvite, product, order, payment, call, hidden } =
    details;
  const { stickerPack } = details;
  const price = (amount: unknown, currency: unknown): string =>
    typeof amount === 'number' ? joined([String(amount), currency]) : '';
  return joined([
    question,
    title,
    event && joined([event.name, text(event.startsAt) && when(text(event.startsAt)), event.place], ', '),
    event?.cancelled === true ? '(cancelled)' : '',
    groupInvite && joined([groupInvite.name, groupInvite.groupId]),
    channelInvite && joined([channelInvite.name, channelInvite.channelId]),
    product && joined([product.name, price(product.salePrice ?? product.price, product.currency)], ', '),
    order && joined([order.title, `${String(order.items)} items`, price(order.total, order.currency)], ', '),
    payment && joined([payment.kind, price(payment.amount, payment.currency)]),
    call && joined([call.video === true ? 'video' : '', call.outcome]),
    stickerPack?.name,
    hidden && `${text(hidden.type)}: ${HIDDEN[text(hidden.why)] ?? text(hidden.why)}`,
  ]);
}

const HIDDEN: Readonly<Record<string, string>> = {
  phone_only: 'shown only on the phone',
  unsupported: 'not known to this build of WhatsApp Web',
  unreadable: 'malformed',
};

/** The fields of a message, as far as they are there. */
interface Shown {
  readonly type?: string;
  readonly body?: string | null;
  readonly media?: { readonly name: string | null } | null;
  readonly details?: Details | null;
}

export function gistOf({ type, body, media, details }: Shown): string {
  const parts = details ?? {};
  const kind = text(type);
  const label = kind === '' || kind === 'text' ? '' : `[${joined([kind, media?.name])}]`;
  const content = contentOf(parts);
  const words = text(body);
  return joined([
    label,
    content,
    words === content || words === parts.question ? '' : words,
    choicesOf(parts),
  ]);
}
