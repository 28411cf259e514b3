/** Of the reasons why a person must act, the most urgent one is reported, and only when it changes. */
import t from 'tap';
import { PersonNeeded } from '../../../../src/whatsapp/state/attention.js';

type Step = readonly [what: string, act: (person: PersonNeeded) => void, reported: unknown];
const NOTHING = [null];
const PASSKEY = [{ reason: 'passkey_required' }];
const dialog = (says: string) => [{ reason: 'action_required', says }];

const ROWS: readonly (readonly [name: string, steps: readonly Step[]])[] = [
  [
    'a dialog is reported once, and when it is gone',
    [
      ['it opens', (person) => person.dialog('Accept?'), dialog('Accept?')],
      ['it is seen again', (person) => person.dialog('Accept?'), []],
      ['another one', (person) => person.dialog('Update?'), dialog('Update?')],
      ['it is gone', (person) => person.dialog(null), NOTHING],
      ['nothing is there', (person) => person.dialog(null), []],
    ],
  ],
  [
    'a passkey hides a dialog, which is reported again when the passkey is settled',
    [
      ['a dialog', (person) => person.dialog('Accept?'), dialog('Accept?')],
      ['the passkey', (person) => person.passkey('account'), PASSKEY],
      ['the dialog changes behind it', (person) => person.dialog('Update?'), []],
      ['settled', (person) => person.passkey(null), dialog('Update?')],
    ],
  ],
  [
    'a checkpoint by passkey and the request for it are one reason',
    [
      ['the checkpoint', (person) => person.checkpoint('PASSKEY'), PASSKEY],
      ['the request', (person) => person.passkey('account'), []],
      ['the checkpoint is over', (person) => person.checkpoint(null), []],
      ['and the request', (person) => person.passkey(null), NOTHING],
    ],
  ],
  [
    'a checkpoint that WhatsApp Web cannot show is named, and goes before a dialog',
    [
      ['a dialog', (person) => person.dialog('Accept?'), dialog('Accept?')],
      [
        'the checkpoint',
        (person) => person.checkpoint('CAPTCHA'),
        [{ reason: 'action_required', says: /\(CAPTCHA\).* on the phone\.$/ }],
      ],
      ['it is over', (person) => person.checkpoint(null), dialog('Accept?')],
    ],
  ],
  [
    'a new document asks for nothing yet',
    [
      ['a checkpoint', (person) => person.checkpoint('PASSKEY'), PASSKEY],
      ['the document', (person) => person.newDocument(), NOTHING],
      ['one more', (person) => person.newDocument(), []],
    ],
  ],
];

for (const [name, steps] of ROWS)
  t.test(name, async (t) => {
    const announced: unknown[] = [];
    const person = new PersonNeeded({
      event: (event) => void (event.type === 'client.attention' && announced.push(event.what)),
      report: () => t.fail('it reports by events only'),
    });
    for (const [what, act, expected] of steps) {
      act(person);
      const news = announced.splice(0);
      t.match(news, expected, what);
      t.equal(news.length, (expected as unknown[]).length, `${what}: nothing else`);
    }
  });
