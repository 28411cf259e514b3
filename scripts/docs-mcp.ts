// Generates docs/mcp.md: how a language model uses the account, and every tool, from the table of exposed
// methods.
import { TOOLS, WITHHELD } from '../src/mcp/exposure.js';
import { SEND, toolName, toolsFor } from '../src/mcp/tools.js';
import { code, fieldsOf, table } from './markdown.js';

const INTRO = `# Language models (MCP)

The tools are generated from \`src/mcp/exposure.ts\` by \`npm run docs\`; do not edit.

\`wactl mcp\` is a server of the [Model Context Protocol](https://modelcontextprotocol.io/) on stdin and stdout. A program that
runs a language model (an editor, a desktop assistant, an agent of your own) starts it, and the model can then read the
account's chats, and write to the recipients that you name.

## Set up

The daemon must run and be linked (\`wactl status\`). Most programs take this configuration, under this name or a similar one:

\`\`\`json
{
  "mcpServers": {
    "whatsapp": { "command": "wactl", "args": ["mcp"] }
  }
}
\`\`\`

\`command\` must be the full path of \`wactl\` if it is not on the program's \`PATH\`. For another account, or a socket elsewhere:
\`"args": ["-a", "shop", "mcp"]\`, \`"args": ["--socket", "/path/control.sock", "mcp"]\`. The program must run as a user who can open
the socket. To let the model write:

\`\`\`json
"args": ["mcp", "--allow-send", "--recipient", "+1 555 000 2222", "--recipient", "120363000000000000@g.us"]
\`\`\`

## What it can and cannot do

- It reads the state of the account, chats, messages, contacts, groups, events and the outbox. Reading marks nothing as read.
- Without \`--allow-send\` it cannot send, and there is no tool for it. With the flag it can send text messages, only to those of
  \`--recipient\`. A status or a channel cannot be a recipient. Pacing (\`[pacing]\`) applies to its messages as to all others.
- It never gets a QR code, a pairing code or a passkey, so it cannot link the account to anything.
- It cannot delete, edit, forward or react, change groups, contacts or settings, open or send files, ask WhatsApp whether a
  number is registered, or stop the daemon.
- Each list is bounded: a tool returns at most as many entries as its \`limit\` allows.

Every tool has an output schema and answers with \`structuredContent\` that follows it; the same JSON is in the text. An error
is a result with \`isError\`, and its text is the error's \`data\` ([faults.md](faults.md)): the model reads \`reason\` and \`outcome\`.

## Safety

**The model reads texts that strangers wrote.** A message can hold instructions, and a model may follow them. The limits
above are therefore enforced by \`wactl\`, outside the model: a manipulated model cannot exceed them. These risks remain:

- It can tell one allowed recipient what another person wrote. Name as few recipients as possible, best only yourself. All
  members of a group read what goes to the group.
- It can send many messages to an allowed recipient, at the pace that \`[pacing]\` allows; \`dailyCap\` limits the number.
- Other tools that the same program gives its model (a browser, a shell, mail) are outside these limits: what the model reads
  here can leave through them.
- Everything it reads goes to the operator of the model. Ask the people who write to you, where the law or courtesy requires it.

The parameters are an explicit list too: a parameter that a later version adds to a method is not exposed automatically.`;

export function mcpPage(): string {
  const tools = toolsFor(['…']).map(({ name, description, inputSchema, method }) => [
    `### ${name}`,
    method.name === SEND ? description.replace(/ Allowed recipients: ….$/, '') : description,
    params(inputSchema),
  ]);
  const reads = Object.entries(WITHHELD).filter(([, reason]) => typeof reason === 'string');
  const parts = Object.entries(WITHHELD).flatMap(([name, reasons]) =>
    typeof reasons === 'object'
      ? Object.entries(reasons).map(([key, why]) => [name, key, why ?? ''] as const)
      : [],
  );
  return `${[
    INTRO,
    '## Tools',
    `With \`--allow-send\` there are ${Object.keys(TOOLS).length}; without it, all but \`${toolName(SEND)}\`.`,
    ...tools.flat().filter((part) => part !== ''),
    '## Not exposed',
    'Methods that write, apart from sending, and these:',
    table(
      ['method, parameter', 'why not'],
      [
        ...reads.map(([name, reason]) => [code(name), String(reason)]),
        ...parts.map(([name, key, why]) => [`${code(name)} ${code(key)}`, why]),
      ],
    ),
  ].join('\n\n')}\n`;
}

function params(schema: Record<string, unknown>): string {
  const fields = fieldsOf(schema);
  if (fields.length === 0) return '';
  return table(
    ['parameter', 'type', ''],
    fields.map(({ path, words, required, says }) => [
      code(path),
      words,
      `${required ? 'Required. ' : ''}${says}`,
    ]),
  );
}
