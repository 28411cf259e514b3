// `wactl session`: exports and imports the saved session.
import { command } from '../command.js';
import { handToWad } from '../program.js';

const VERBS = ['export', 'import'] as const;

export const session = command({
  name: 'session',
  group: 'Account',
  does: 'move a linked account to another machine: export, import',
  verbs: [
    ['export FILE', 'write the session, encrypted with a passphrase in the format of age'],
    ['import FILE', 'import it; it is kept only if the account becomes ready'],
  ],
  notes:
    'The daemon must be stopped on both machines, and must not be started again\n' +
    'on the old one: two copies of a session log each other out.\n\n' +
    'Runs `wad --export FILE` or `wad --import FILE` as the calling user. Outbox and journal are not moved.',
  args: [
    { name: 'VERB', required: true, does: 'export or import', choices: VERBS },
    { name: 'FILE', required: true, does: 'the file to write, or to read' },
  ],
  options: {
    'passphrase-file': {
      type: 'text',
      value: 'FILE',
      does: 'the file with the passphrase; - for stdin (default: prompt)',
    },
  },
  examples: [
    ['wactl session export account.age', 'on the old machine'],
    ['wactl session import account.age', 'on the new one'],
  ],
  async run({ args: [verb = '', file = ''], options, onInterrupt, ...globals }) {
    onInterrupt('ignored');
    const from = options['passphrase-file'];
    return handToWad(verb as (typeof VERBS)[number], globals, [
      file,
      ...(from === undefined ? [] : ['--passphrase-file', from]),
    ]);
  },
});
