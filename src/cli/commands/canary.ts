// `wactl canary`: checks today's WhatsApp Web without an account.
import { command } from '../command.js';
import { handToWad } from '../program.js';

export const canary = command({
  name: 'canary',
  group: 'Daemon',
  does: "check today's WhatsApp Web without an account",
  notes:
    'Names what it lacks. Runs `wad --canary`: a page on a throw-away profile, up to its QR code. Exits 0 when all that the product takes is\n' +
    'there, else 1. Touches no session; works with the daemon down. wad-canary@NAME.timer does it daily.',
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
