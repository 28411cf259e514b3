// `wactl mcp`: serves the account over the Model Context Protocol.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Fault } from '../../protocol/fault.js';
import type { ClientPath } from '../../socket/path.js';
import { command } from '../command.js';
import { version } from '../version.js';

/** The exports of src/mcp/serve.ts, a bundle of its own, because its SDK would make every other command slow. */
interface McpBundle {
  serve(options: { version: string; target: ClientPath; recipients: readonly string[] }): Promise<void>;
}

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `mcp: ${reason}`, hint: 'wactl mcp --help' });
};

export const mcp = command({
  name: 'mcp',
  group: 'Daemon',
  does: 'serve the account to a language model (Model Context Protocol)',
  notes:
    'Uses stdin and stdout; name it in the configuration of a program that speaks MCP. Its tools read status, chats, messages, contacts, groups,\n' +
    'events and outbox. Strangers write what the model reads, and can persuade it. So it sends nothing\n' +
    'unless --allow-send is given, and then only text to the people of --recipient.\n' +
    'It never gives out a QR code, pairing code or passkey. See docs/mcp.md.',
  args: [],
  options: {
    'allow-send': { type: 'flag', does: 'allow sending messages to each --recipient' },
    recipient: {
      type: 'list',
      value: 'TO',
      does: 'with --allow-send: a number or chat id (repeat, or commas)',
    },
  },
  examples: [
    ['wactl mcp', 'read only'],
    ["wactl mcp --allow-send --recipient '+1 555 000 2222'", 'read, and write to one person'],
  ],
  async run({ target, options, onInterrupt }) {
    const { 'allow-send': allowed = false, recipient: recipients = [] } = options;
    if (allowed && recipients.length === 0) refuse('--allow-send needs at least one --recipient');
    if (!allowed && recipients.length > 0) refuse('--recipient goes with --allow-send');
    onInterrupt('ignored');
    const bundle = pathToFileURL(fileURLToPath(new URL('mcp.cjs', import.meta.url))).href;
    const { serve } = (await import(bundle)) as McpBundle;
    await serve({ version, target: target(), recipients }).catch(
      (error: Error & Partial<Pick<Fault, 'toWire'>>) => {
        // The class Fault of another bundle is a different class, so the fault is converted as for the wire.
        throw error.toWire ? Fault.fromWire(error.toWire()) : error;
      },
    );
    return 0;
  },
});
