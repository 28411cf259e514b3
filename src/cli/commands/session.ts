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
    ['import FILE', 'take it over; kept only when the account has become ready on it'],
  ],
  notes:
    'The daemon must not run, there or here, and the account must not be started\n' +
    'again where it was exported: two copies take the session from each other.\n\n' +
    'Runs `wad --export FILE` or `wad --import FILE` as the calling user. Outbox and journal stay where they are.',
  args: [
    { name: 'VERB', required: true, does: 'export or import', choices: VERBS },
    { name: 'FILE', required: true, does: 'the file to write, or to read' },
  ],
  options: {
    'passphrase-file': {
      type: 'text',
      value: 'FILE',
      does: 'the passphrase (default: asked for); - for stdin',
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
