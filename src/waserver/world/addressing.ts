/** By which of its two names a person is addressed: its number (`pn`, as in the stanzas) or its LID. */
import type { Attributes } from '../wire/nodes.js';
import { LIDS, parseJid } from './jid.js';

export type Addressing = 'pn' | 'lid';

/** Who has both names. */
interface Named {
  readonly jid: string;
  readonly lidJid: string;
}

export const addressingOf = (jid: string): Addressing => (parseJid(jid).server === LIDS ? 'lid' : 'pn');

export const nameOf = (person: Named, addressing: Addressing): string =>
  addressing === 'lid' ? person.lidJid : person.jid;

/** Who writes to a person, with the other name beside it (WAWebHandleMsgParser). */
export const senderOf = (person: Named, addressing: Addressing): Attributes =>
  addressing === 'lid'
    ? { from: person.lidJid, sender_pn: person.jid, addressing_mode: 'lid' }
    : { from: person.jid, sender_lid: person.lidJid };

/** Who writes to a group, or changes it (WAWebHandleMsgParser, WAWebHandleGroupNotification). */
export const participantOf = (person: Named, addressing: Addressing): Attributes =>
  addressing === 'lid'
    ? { participant: person.lidJid, participant_pn: person.jid, addressing_mode: 'lid' }
    : { participant: person.jid, participant_lid: person.lidJid, addressing_mode: 'pn' };
