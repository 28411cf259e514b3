// Renders --help, 80 columns wide, from the table of commands.
import type { Argument, Command, Group, Options } from './command.js';
import { COMMANDS } from './commands/rare.js';
import { EXITS } from './exit.js';
import { GLOBALS } from './globals.js';
import { columns, paragraphs } from './wrap.js';

export const GROUPS: readonly Group[] = [
  'Account',
  'Messages and events',
  'Chats and people',
  'Daemon',
  'Gateway',
  'Fleet',
  'This program',
];
const EXAMPLES = [
  ['wactl init && wactl qr', 'start, and link a phone'],
  ['wactl wait ready && wactl status', 'wait until it can send, and show its state'],
  ["wactl send '+55 11 90000-0002' 'hello'", 'send, and wait until WhatsApp has it'],
  ['wactl -o jsonl events --follow', 'print events as they happen, one a line'],
] as const;
export const CLOCK =
  'Times in text are local, YYYY-MM-DD HH:MM:SS; JSON has ISO 8601 in UTC. Lists begin with a line of headings. An empty list prints nothing on stdout, and a note on stderr.';
const ERRORS =
  'Errors go to stderr: a reason and a command to try; with -o json the error object of JSON-RPC on one line, and nothing on stdout. `wactl COMMAND --help` describes a command.';

const SEVERAL =
  "-a takes several accounts: `-a shop,support`, or a pattern with * and ?, such as `-a '*'`. Each answers under its name, and the exit status is the highest one. -o json prints {accounts: [{account, result, error}]}, -o jsonl a line for each.";

/** The text of a command's own help: paragraphs, separated by empty lines. */
export const notesOf = ({ notes, many }: Command): string =>
  [notes, many && SEVERAL].filter(Boolean).join('\n\n');

/** `TO`, `[TEXT]`, `MORE...` */
export const shape = ({ name, required, list, rest }: Argument): string => {
  const word = list ? `${name}[,${name}...]` : rest ? `${name}...` : name;
  return required ? word : `[${word}]`;
};

export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** A heading with rows below it; empty when there are no rows. */
const below = (heading: string, rows: readonly (readonly [string, string])[]): string[] =>
  rows.length === 0 ? [] : [`${heading}:\n${columns(rows)}`];

const optionRows = (options: Options) =>
  Object.entries(options).map(([name, { alias, value, does }]) => {
    const names = alias ? `-${alias}, --${name}` : `    --${name}`;
    return [value === undefined ? names : `${names} ${value}`, does] as const;
  });

/** Each command is on a line of its own, so that it can be copied. */
const examples = (rows: Command['examples']): string =>
  ['Examples:', ...rows.map(([line, does]) => `  # ${does}\n  ${line}`)].join('\n');

function about(row: Command): string[] {
  const { name, args, verbs = [], options, does, examples: own } = row;
  const notes = notesOf(row);
  const more = Object.keys(options).length > 0 ? ' [options]' : '';
  return [
    `wactl ${[name, ...args.map(shape)].join(' ')}${more}`,
    paragraphs(sentence(does)),
    ...(verbs.length > 0 ? [columns(verbs)] : []),
    ...(notes === '' ? [] : [paragraphs(notes)]),
    ...below(
      'Arguments',
      args.map((row) => [row.name, row.does] as const),
    ),
    ...below('Options', optionRows(options)),
    ...below('Options of every command', optionRows(GLOBALS)),
    examples(own),
  ];
}

const program = (): string[] => [
  'wactl [options] COMMAND',
  'Operates a WhatsApp account through its daemon, wad.',
  ...GROUPS.flatMap((group) =>
    below(
      group,
      COMMANDS.filter((row) => row.group === group).map(({ name, does }) => [name.padEnd(13), does]),
    ),
  ),
  ...below('Options of every command', optionRows(GLOBALS)),
  examples(EXAMPLES),
  ...below(
    'Exit status',
    EXITS.map(([status, when]) => [String(status).padStart(3), when]),
  ),
  paragraphs(CLOCK),
  paragraphs(ERRORS),
];

/** The help of a command, or of the program. Ends with a newline. */
export const help = (command?: Command): string => `${(command ? about(command) : program()).join('\n\n')}\n`;
