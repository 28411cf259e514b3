// Generates docs/mcp.md: how a language model uses the account, and every tool, from the table of exposed
// methods.
import { TOOLS, WITHHELD } from '../src/mcp/exposure.js';
import { SEND, toolName, toolsFor } from '../src/mcp/tools.js';
import { code, fieldsOf, table } from './markdown.js';

const INTRO = `# Language models (MCP)

The tools are generated from \`src/mcp/exposure.ts\` by \`npm run docs\`; do not edit.

\`wactl mcp\` is a server of the [Model Context Protocol](https://modelcontextprotocol.io/) on stdin and stdout. A program that
runs a language model (an editor, a desktop assistant, an agent of your own) starts it, and the model can then read the
account's chats, and write to the people you name.

## Set up

The daemon must run and be linked (\`wactl status\`). Most programs take this configuration, under this name or a similar one:

\`\`\`json
{
  "mcpServers": {
    "whatsapp": { "command": "wactl", "args": ["mcp"] }
  }
}
\`\`\`

\`command\` is the full path of \`wactl\` where it is not on the program's \`PATH\`. For another account, or a socket elsewhere:
\`"args": ["-a", "shop", "mcp"]\`, \`"args": ["--socket", "/path/control.sock", "mcp"]\`. The program runs as a user who may open
the socket. To let the model write:

\`\`\`json
"args": ["mcp", "--allow-send", "--recipient", "+1 555 000 2222", "--recipient", "120363000000000000@g.us"]
\`\`\`

## What it can and cannot do

- It reads the state of the account, chats, messages, contacts, groups, events and the outbox. Reading marks nothing as read.
- It sends nothing, and there is no tool for it, unless \`--allow-send\` is given; then text messages, to those of \`--recipient\`
  only. A status or a channel cannot be a recipient. Pacing (\`[pacing]\`) holds for its messages as for all others.
- It never gets a QR code, a pairing code or a passkey, so it cannot link the account to anything.
- It cannot delete, edit, forward or react, change groups, contacts or settings, open or send files, ask WhatsApp whether a
  number is registered, or stop the daemon.
- Each list has an end: a tool returns at most as many entries as its \`limit\` allows.

Every tool has an output schema and answers with \`structuredContent\` that follows it; the same JSON is in the text. An error
is a result with \`isError\`, and its text is the error's \`data\` ([faults.md](faults.md)): the model reads \`reason\` and \`outcome\`.

## Safety

**What the model reads, strangers have written.** A message can hold instructions, and a model may follow them. The limits
above are therefore enforced by \`wactl\`, outside the model: what it is talked into cannot exceed them. What remains:

- It can tell one allowed recipient what another person wrote. Name as few recipients as possible, best only yourself. All
  members of a group read what goes to the group.
- It can send many messages to an allowed recipient, at the pace that \`[pacing]\` allows; \`dailyCap\` limits the number.
- Whatever else the same program gives its model (a browser, a shell, mail) has limits of its own: what it reads here can leave
  through them.
- All it reads goes to whoever runs the model. Ask those who write to you, where the law or courtesy wants it.

The parameters are an explicit list too: a parameter that a method gets in a later version is not exposed by itself.`;

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
