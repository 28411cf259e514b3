// `wactl canary`: checks today's WhatsApp Web without an account.
import { command } from '../command.js';
import { handToWad } from '../program.js';

export const canary = command({
  name: 'canary',
  group: 'Daemon',
  does: "check today's WhatsApp Web without an account",
  notes:
    'Lists the missing capabilities. Runs `wad --canary`: a page on a temporary profile, up to its QR code. Exits 0 when nothing that wad needs\n' +
    'is missing, else 1. It uses no session, and works with the daemon down. wad-canary@NAME.timer runs it daily.',
  args: [],
  options: {},
  examples: [
    ['wactl canary', 'what is missing'],
    ['wactl canary -o json | jq .capabilities', 'for a monitor'],
  ],
  async run({ onInterrupt, ...globals }) {
    onInterrupt('ignored');
    return handToWad('canary', globals);
  },
});
