// Prints profiles: one line for each thing that is known.
import type { Profile } from '../../protocol/methods/profile.js';
import { printable } from '../output.js';

type Shown = Omit<Profile, 'id' | 'phone' | 'lid' | 'name'>;

const day = ({
  day,
  mode,
  times,
}: NonNullable<NonNullable<Shown['businessProfile']>['hours']>['days'][number]) =>
  `${day} ${mode === 'specific_hours' ? times.map(({ from, to }) => `${from}-${to}`).join(', ') : mode.replaceAll('_', ' ')}`;

/** The parts of a profile after the name and the identities. */
export function renderProfile({ about, hasPicture, businessProfile: shop, unanswered }: Shown): string {
  const hours = shop?.hours ?? null;
  const rows: readonly (readonly [string, string | null])[] = [
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
