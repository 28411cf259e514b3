// Prints profiles: one line for each thing that is known.
import type { Privacy, Profile } from '../../protocol/methods/profile.js';
import { printable } from '../output.js';

/** The settings in WhatsApp's words. */
export function renderPrivacy(settings: Privacy): string {
  const rows: readonly (readonly [string, string | null])[] = [
    ['last seen', settings.lastSeen],
    ['online', settings.online],
    ['about', settings.about],
    ['picture', settings.picture],
    ['add to groups', settings.addToGroups],
    ['call', settings.call],
    ['message', settings.message],
    ['read receipts', settings.readReceipts],
  ];
  return rows
    .map(
      ([name, value]) =>
        `${name.padEnd(15)}${value === null ? '?' : printable(value.replaceAll('_', ' '))}\n`,
    )
    .join('');
}

type Shown = Omit<Profile, 'id' | 'phone' | 'lid' | 'name' | 'username'> & {
  readonly username?: string | null;
};

const day = ({
  day,
  mode,
  times,
}: NonNullable<NonNullable<Shown['businessProfile']>['hours']>['days'][number]) =>
  `${day} ${mode === 'specific_hours' ? times.map(({ from, to }) => `${from}-${to}`).join(', ') : mode.replaceAll('_', ' ')}`;

/** The parts of a profile after the name and the identities. */
export function renderProfile(profile: Shown): string {
  const { username, about, hasPicture, businessProfile: shop, unanswered } = profile;
  const hours = shop?.hours ?? null;
  const rows: readonly (readonly [string, string | null])[] = [
    ['user name', username ? `@${username}` : null],
    ['about', about],
    ['picture', hasPicture ? 'yes' : null],
    ['business', shop?.description ?? null],
    ['categories', shop?.categories.join(', ') ?? null],
    ['address', shop?.address ?? null],
    ['e-mail', shop?.email ?? null],
    ['websites', shop?.websites.join(', ') ?? null],
    ['hours', hours && [hours.days.map(day).join('; '), hours.timezone].filter(Boolean).join(' ')],
    ['no answer', unanswered.join(', ')],
  ];
  return rows
    .filter(([, value]) => value)
    .map(([name, value]) => `${name.padEnd(12)}${printable(value ?? '')}\n`)
    .join('');
}
