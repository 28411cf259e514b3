// `wactl canary`: checks today's WhatsApp Web without an account.
import { command } from '../command.js';
import { handToWad } from '../program.js';

export const canary = command({
  name: 'canary',
  group: 'Daemon',
  does: "check today's WhatsApp Web without an account",
  notes:
    'Lists the missing capabilities. Runs `wad --canary`: a page on a temporary profile, up to its QR code. Exits 0 when nothing that wad needs\n' +
    'is missing, 5 when wad itself fails, else 1. It uses no session, and works with the daemon down. wad-canary@NAME.timer runs it daily.\n\n' +
    'With --deep it goes on after the code: a made-up phone links the page to a WhatsApp server in the same process, and wad receives, sends, reacts,\n' +
    'edits, deletes, forwards, makes a group and is logged out. No account is used; WhatsApp gets the downloads of the page. What the page would\n' +
    'send, report or dial is kept back, but not what its workers would. It says step by step what works on this build. Exits 0 when all of it works,\n' +
    '1 when something does not or needs a repair that the build before did not need, and 5 when it could not be run because the page has\n' +
    'changed too much, or there is no browser.\n' +
    'wad-canary-deep@NAME.timer runs it daily.',
  args: [],
  options: {
    deep: { type: 'flag', does: 'link the page to a WhatsApp server in the same process, and try it' },
    archive: {
      type: 'text',
      value: 'FILE',
      does: 'with --deep: keep an entry for each build in this file, and report what has changed since the last one',
    },
    report: { type: 'text', value: 'FILE', does: 'with --deep: write the findings, for a bug report' },
    textfile: {
      type: 'text',
      value: 'FILE',
      does: "with --deep: write metrics for node_exporter's textfile collector",
    },
  },
  examples: [
    ['wactl canary', 'what is missing'],
    ['wactl canary -o json | jq .capabilities', 'for a monitor'],
    ['wactl canary --deep', 'what works on this build'],
  ],
  async run({ onInterrupt, options, ...globals }) {
    onInterrupt('ignored');
    const files = (['archive', 'report', 'textfile'] as const).flatMap((name) =>
      options[name] === undefined ? [] : [`--${name}`, options[name]],
    );
    return handToWad('canary', globals, [...(options.deep ? ['--deep'] : []), ...files]);
  },
});
