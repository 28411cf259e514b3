// Prints contacts, and whether a number is on WhatsApp.
import type { Checked, Contact, Identities } from '../../protocol/methods/contact.js';
import { printable } from '../output.js';
import { who } from './chat.js';
import { phone } from './phone.js';
import { table } from './table.js';

const marks = ({ username, saved, business, blocked }: Contact): string =>
  [
    username !== null && `@${printable(username)}`,
    !saved && 'not saved',
    business && 'business',
    blocked && 'blocked',
  ]
    .filter(Boolean)
    .join(', ');

export const renderContacts = (contacts: readonly Contact[]): string =>
  table(
    ['NAME', 'CONTACT', 'LID', 'STATE'],
    contacts.map((one) => [printable(one.name), who(one), one.lid ?? '', marks(one)]),
  );

export const renderIdentities = (people: readonly Identities[]): string =>
  table(
    ['CONTACT', 'LID', 'USER NAME'],
    people.map((one) => [
      who(one),
      one.lid ?? '',
      one.username === null ? '' : `@${printable(one.username)}`,
    ]),
  );

/** Name and identities in one line. */
export const renderContactLine = (one: {
  readonly id: string;
  readonly phone: string | null;
  readonly lid: string | null;
  readonly name: string;
}): string => `${[printable(one.name), who(one), one.lid].filter(Boolean).join('  ')}\n`;

export const renderChecked = ({ number, onWhatsApp, id, lid }: Checked): string =>
  onWhatsApp
    ? `${phone(number)} is on WhatsApp: ${[id, lid].filter(Boolean).join(', ')}\n`
    : `${phone(number)} is not on WhatsApp\n`;
