// Help and the completion script, both yargs' own, built from the table.
import yargs, { type Argv } from 'yargs';
import type { Argument, Command, Group, Options } from './command.js';
import { COMMANDS } from './commands/rare.js';
import { EXITS } from './exit.js';
import { GLOBALS } from './globals.js';

const WIDTH = 100;
export const GROUPS: readonly Group[] = [
  'Account',
  'Messages and events',
  'Chats and people',
  'Daemon',
  'This program',
];
const EXAMPLES = [
  ['wactl init && wactl qr', 'start, and link a phone'],
  ['wactl wait ready && wactl status', 'wait until it can send, and look'],
  ["wactl send '+55 11 90000-0002' 'hello'", 'send, and wait until WhatsApp has it'],
  ['wactl -o jsonl events --follow', 'what happens, an event a line'],
] as const;

/** `TO`, `[TEXT]`, `MORE...` */
export const shape = ({ name, required, list, rest }: Argument): string => {
  const word = list ? `${name}[,${name}...]` : rest ? `${name}...` : name;
  return required ? word : `[${word}]`;
};

const fresh = (): Argv =>
  yargs([]).scriptName('wactl').locale('en').wrap(WIDTH).help(false).version(false).exitProcess(false);

/** Only for show, so the name of an option may have its value behind it. */
function withOptions(to: Argv, options: Options, heading: string): Argv {
  for (const [name, { alias, does, value }] of Object.entries(options)) {
    const shown = value ? `${name} ${value}` : name;
    to.option(shown, { describe: does, group: heading, ...(alias ? { alias } : {}) });
  }
  return to;
}

function grouped(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return GROUPS.map((group) => {
    const rows = COMMANDS.filter((row) => row.group === group);
    return [`${group}:`, ...rows.map(({ name, does }) => `  ${name.padEnd(width)}  ${does}`)].join('\n');
  }).join('\n\n');
}

const exits = (): string =>
  ['Exit status:', ...EXITS.map(([status, when]) => `  ${String(status).padStart(3)}  ${when}`)].join('\n');

function about({ name, args, options, does, notes }: Command): string {
  const more = Object.keys(options).length > 0 ? ' [options]' : '';
  const rows = args.map((row) => `  ${row.name.padEnd(8)} ${row.does}`);
  return [
    `wactl ${[name, ...args.map(shape)].join(' ')}${more}`,
    `${does.charAt(0).toUpperCase()}${does.slice(1)}.`,
    ...(notes ? [notes] : []),
    ...(rows.length > 0 ? [`Arguments:\n${rows.join('\n')}`] : []),
  ].join('\n\n');
}

/** The help of a command, or of the program. Ends with a newline. */
export async function help(command?: Command): Promise<string> {
  const to = fresh();
  if (command) withOptions(to, command.options, 'Options:');
  withOptions(to, GLOBALS, 'Options of every command:');
  for (const [line, does] of command?.examples ?? EXAMPLES) to.example(line, does);
  const head = command
    ? about(command)
    : `wactl [options] COMMAND\n\nOperates a WhatsApp account through its daemon, wad.\n\n${grouped()}`;
  const foot = command
    ? ''
    : `\n${exits()}\n\nErrors go to stderr: a reason and a command to try; with -o json the error object of JSON-RPC on\n` +
      'one line, and nothing on stdout. `wactl COMMAND --help` says more.\n';
  return `${head}\n\n${(await to.getHelp()).trim()}\n${foot}`;
}

/** Names of files where there is nothing else to say, as the other two shells do it. yargs' own script leaves out words. */
const FISH = `function __wactl_complete
    set -l found (wactl --get-yargs-completions (commandline -opc) (commandline -ct))
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c wactl -f -a '(__wactl_complete)'
`;

/** For bash and zsh yargs' own script; each asks `wactl --get-yargs-completions` (complete.ts). */
export function completionScript(shell: string): string {
  if (shell === 'fish') return FISH;
  const before = process.env.SHELL;
  process.env.SHELL = shell;
  const lines: string[] = [];
  const log = console.log;
  console.log = (...line: unknown[]) => lines.push(line.join(' '));
  try {
    fresh().completion('completion', false).showCompletionScript();
  } finally {
    console.log = log;
    if (before === undefined) delete process.env.SHELL;
    else process.env.SHELL = before;
  }
  return `${lines.join('\n')}\n`;
}
