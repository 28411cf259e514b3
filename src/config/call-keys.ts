// The table [calls] of the configuration: what happens to incoming calls. It is part of the table in keys.ts.
import { choice, count, key, text } from './row.js';

export const CALL_KEYS = {
  onIncoming: key(choice(['ring', 'reject']), {
    default: 'ring',
    doc: 'What happens to an incoming call: "ring" leaves it to the phone, "reject" declines it at once, on the phone too.',
  }),
  text: key(text(/^[^\0]{0,4096}$/u, 'a text of at most 4096 characters'), {
    default: '',
    defaultSays: 'none',
    doc: 'With "reject": the message that a person whose call was declined gets. Calls of groups get none.',
  }),
  textHours: key(count(1, 720, 'h'), {
    default: 6,
    doc: 'A person gets the text at most once in this time, however often they call. A time that is longer than `journal.retentionDays` ends with that.',
  }),
} as const;
