// The table [transcribe] of the configuration: a program of the user's that turns voice messages into text. It is part of
// the table in keys.ts. Without a command nothing runs.
import { mediaRules } from './media-rule.js';
import { count, key, words } from './row.js';

export const TRANSCRIBE_KEYS = {
  command: key(
    words((word) => word.length > 0 && !word.includes('\0'), 'a list of words: a program and its arguments'),
    {
      default: [],
      defaultSays: 'none',
      doc: 'The program that gets the file of a received voice message and prints its text: `["whisper-cli", "-nt", "-f", "{file}"]`. Without `{file}` the path is the last argument.',
    },
  ),
  kinds: key(mediaRules(), {
    default: ['voice'],
    doc: 'Of which messages the file is passed to the program, as in `journal.mediaRules`.',
  }),
  timeoutSeconds: key(count(1, 3_600, 's'), {
    default: 300,
    doc: 'A program that runs for longer is killed, with everything in its process group.',
  }),
} as const;
