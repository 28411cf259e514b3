// An event of the time line in words.
import type { WireEvent } from '../../../src/protocol/types.js';
import { clock } from './format.js';
import { type Labelled, reasonWords, restrictionWords, stateWords } from './states.js';

export interface Happening {
  readonly is: Labelled;
  /** More about it; may be empty. */
  readonly says: string;
  readonly hint: string | null;
}

/** Why events are missing. */
const GAP_WORDS: Readonly<Record<string, string>> = {
  too_many: 'More messages came than are fetched afterwards.',
  undecrypted: 'Messages could not be decrypted.',
  unreadable: 'WhatsApp Web did not give the messages.',
  unlinked: 'No phone was linked.',
  adopted: 'Events before the session was adopted are unknown.',
  store_replaced: 'The database was damaged and has been replaced.',
};

export function happeningOf(event: WireEvent): Happening {
  switch (event.type) {
    case 'state': {
      const { status, reason, capabilities } = event.data;
      if (capabilities !== undefined) {
        const changed = Object.entries(capabilities).map(([name, word]) => `${name}: ${word}`);
        return { is: ['wait', 'Capabilities changed'], says: changed.join(', '), hint: null };
      }
      // The hint of a state is over with the state; that of the current one is at the top.
      return { is: stateWords(status), says: reasonWords(reason), hint: null };
    }
    case 'alert':
      return { is: ['bad', 'Alert'], says: event.data.says, hint: event.data.hint };
    case 'restriction': {
      const { kind, until, used, total } = event.data;
      if (kind === null) return { is: ['good', 'Restriction lifted'], says: '', hint: null };
      const end = until === null ? '' : ` until ${clock(until)}`;
      return { is: ['bad', 'Restriction'], says: restrictionWords({ kind, used, total }) + end, hint: null };
    }
    case 'gap': {
      const { reason } = event.data;
      return { is: ['wait', 'Events are missing'], says: GAP_WORDS[reason] ?? reason, hint: null };
    }
    default:
      return { is: ['idle', event.type], says: '', hint: null };
  }
}
