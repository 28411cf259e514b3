// A restriction as the protocol shows it, and as a sentence for people.
import type { RestrictionKind } from '../../protocol/state.js';
import { isoTime } from '../../protocol/time.js';
import type { Restriction } from '../../session/restriction.js';

export interface ShownRestriction {
  readonly kind: RestrictionKind;
  readonly until: string | null;
  readonly used: number | null;
  readonly total: number | null;
}

export const showRestriction = (restriction: Restriction | null): ShownRestriction | null =>
  restriction && {
    kind: restriction.kind,
    until: isoTime(restriction.untilMs),
    used: restriction.used,
    total: restriction.total,
  };

const WORDS: Readonly<Record<RestrictionKind, string>> = {
  ban: 'WhatsApp has temporarily banned this account',
  time_lock: 'WhatsApp does not let this account begin new chats',
  new_chat_cap: 'This account has used up the new chats that WhatsApp allows it',
  quota_low: 'WhatsApp warns that the new chats it allows this account run out',
  quota: 'WhatsApp counts the new chats of this account',
};

/** What continues meanwhile. */
const MEANWHILE: Partial<Record<RestrictionKind, string>> = {
  time_lock: ' Messages to people who never wrote to it wait until then; all others go out.',
  new_chat_cap: ' Messages to people who never wrote to it wait until then; all others go out.',
  quota_low: ' The rest is spread over the time that is left.',
};

/** One or two sentences, with the end and the used quota. */
export function inWords({ kind, untilMs, used, total }: Restriction): string {
  const until = untilMs === null ? '' : ` until ${isoTime(untilMs)}`;
  const count = used === null || total === null ? '' : ` (${used} of ${total} used)`;
  return `${WORDS[kind]}${until}${count}.${MEANWHILE[kind] ?? ''}`;
}
