// Parses a command line into a command with its arguments and options, or throws a Usage error with the reason. yargs'
// parser leaves every value a string: +55…, 0005…, 1e3 and 0x1f stay as typed. Values are checked against the table of
// commands.
import parser from 'yargs-parser';
import { isAccountName } from '../protocol/names.js';
import { isPattern } from './accounts.js';
import type { Command, Globals, Option, Options } from './command.js';
import { GLOBALS } from './globals.js';
import { OUTPUTS, type Output } from './output.js';

/** An invalid command line, with the wrong word and the words that would have been valid. */
export class Usage extends Error {
  constructor(
    reason: string,
    readonly word?: string,
    readonly known?: readonly string[],
    readonly command?: Command,
  ) {
    super(reason);
    this.name = 'Usage';
  }
}

export interface Line extends Globals {
  /** Missing only when help or version was requested. */
  readonly command: Command | undefined;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly help: boolean;
  readonly version: boolean;
}

type Parsed = Readonly<Record<string, unknown>> & { readonly _: readonly string[] };

/** Splits `-aNAME` and `-ojson`, which the parser would read as several flags. */
const unglued = (argv: readonly string[]): string[] => {
  const end = argv.indexOf('--');
  return argv.flatMap((arg, i) =>
    (end === -1 || i < end) && /^-[ao][^=]/.test(arg) ? [arg.slice(0, 2), arg.slice(2)] : [arg],
  );
};

function raw(argv: readonly string[], options: Options): Parsed {
  if (!argv.some((arg) => arg.startsWith('-') && arg !== '-')) return { _: argv }; // nothing to parse
  const names = (type: Option['type']) => Object.keys(options).filter((name) => options[name]?.type === type);
  const valued = [...names('text'), ...names('list')];
  const { argv: parsed, error } = parser.detailed(unglued(argv), {
    string: valued,
    boolean: names('flag'),
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    alias: Object.fromEntries(
      Object.entries(options).map(([name, { alias }]) => [name, alias ? [alias] : []]),
    ),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'strip-aliased': true,
    },
  });
  if (error) {
    const name = /following: (.*)/.exec(error.message)?.[1];
    throw new Usage(name ? `${dashed(name)} needs a value` : error.message);
  }
  return parsed as Parsed;
}

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
const last = (value: unknown): unknown => (Array.isArray(value) ? value.at(-1) : value);

function checked(name: string, option: Option, given: unknown): unknown {
  if (option.type === 'flag') return last(given);
  const values = [given].flat().map(String);
  const listed =
    option.type === 'list' && !option.whole
      ? values.flatMap((value) => value.split(','))
      : option.type === 'list'
        ? values
        : values.slice(-1);
  for (const value of listed) {
    if (value === '') throw new Usage(`${dashed(name)} needs a value`);
    if (option.choices && !option.choices.includes(value)) {
      throw new Usage(
        `${dashed(name)}: "${value}" is none of ${option.choices.join(', ')}`,
        value,
        option.choices,
      );
    }
  }
  return option.type === 'list' ? listed : listed[0];
}

function seconds(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(String(text)) ? Number(text) : 0;
  if (value < 0.001 || value > 86_400) {
    throw new Usage(`--timeout: "${text}" is not a number of seconds between 0.001 and 86400`);
  }
  return Math.round(value * 1000);
}

function checkArguments(command: Command, args: readonly string[]): void {
  const { args: rows } = command;
  const missing = rows.find((row, i) => row.required && args[i] === undefined);
  if (missing) throw new Usage(`${command.name}: ${missing.name} is missing`, undefined, undefined, command);
  // The texts of a message have words of their own; no chat, message or person has an empty name.
  const [first] = rows;
  if (first?.required && args[0]?.trim() === '')
    throw new Usage(`${command.name}: ${first.name} is empty`, undefined, undefined, command);
  if (args.length > rows.length && !rows.at(-1)?.rest) {
    const why =
      rows.length === 0 ? 'takes no argument' : `takes no more than ${rows.map((r) => r.name).join(' ')}`;
    throw new Usage(
      `${command.name} ${why}; quote a value that contains spaces`,
      undefined,
      undefined,
      command,
    );
  }
  rows.forEach((row, i) => {
    const given = args[i];
    for (const value of given === undefined ? [] : row.list ? given.split(',') : [given]) {
      if (row.choices && !row.choices.includes(value)) {
        const reason = `${command.name}: ${row.name} "${value}" is none of ${row.choices.join(', ')}`;
        throw new Usage(reason, value, row.choices, command);
      }
    }
  });
}

/** The output format of a line, even if the line is otherwise invalid. */
export function outputOf(argv: readonly string[]): Output {
  const text = /(?:^|\0)(?:-o|--output)[=\0]?(json|jsonl|text)(?:\0|$)/.exec(argv.join('\0'))?.[1];
  return OUTPUTS.find((output) => output === text) ?? 'text';
}

/** @throws Usage */
export function parse(argv: readonly string[], commands: readonly Command[]): Line {
  const all: Options = Object.assign({}, ...commands.map((row) => row.options), GLOBALS);
  const parsed = raw(argv, all);
  const { _: words, '--': after = [], ...given } = parsed;
  const [name, ...args] = [...words, ...(after as string[])].map(String);
  const command = commands.find((row) => row.name === name);
  const help = last(given.help) === true || name === 'help';
  const version = last(given.version) === true;

  if (name === 'help' || (!command && name === undefined && (help || version))) {
    const about = commands.find((row) => row.name === args[0]);
    if (args[0] !== undefined && !about) throw unknownCommand(args[0], commands);
    return { ...globalsOf({}), command: about, args: [], options: {}, help, version };
  }
  if (name === undefined) throw new Usage('a command is needed');
  if (!command) throw unknownCommand(name, commands);

  const allowed: Options = { ...command.options, ...GLOBALS };
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const option = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
    if (!option) throw unknownOption(key, command, allowed);
    options[key] = checked(key, option, value);
  }
  const globals = globalsOf(options);
  if (options.fleet === true && globals.socket !== undefined)
    throw new Usage(
      '--socket names a daemon of this machine, and --fleet any',
      undefined,
      undefined,
      command,
    );
  if (!help && !version) {
    checkArguments(command, args);
    if (globals.named && isPattern(globals.account) && !command.takesAccounts)
      checkMany(command, args, globals);
  }
  return { ...globals, command, args, options, help, version };
}

/** Whether the command can be run for several accounts at once. */
function checkMany(command: Command, [verb]: readonly string[], { account, socket }: Globals): void {
  const { name, many } = command;
  if (many === undefined || (verb !== undefined && many.verbs && !many.verbs.includes(verb))) {
    const what = many === undefined ? name : `${name} ${verb}`;
    throw new Usage(
      `${what} works on one account, and -a "${account}" means several`,
      undefined,
      undefined,
      command,
    );
  }
  if (socket !== undefined)
    throw new Usage('--socket names one daemon, and -a several', undefined, undefined, command);
}

function globalsOf(options: Readonly<Record<string, unknown>>): Globals {
  const account = (options.account as string | undefined) ?? (process.env.WAD_ACCOUNT || 'default');
  const names = options.account === undefined ? [account] : account.split(',');
  if (!names.every((name) => isAccountName(name.replace(/[*?]/g, '-')))) {
    throw new Usage(`--account: "${account}" may contain only letters, digits, _ and -`);
  }
  return {
    account,
    named: options.account !== undefined,
    socket: options.socket as string | undefined,
    fleet: options.fleet === true || process.env.WAD_FLEET === '1',
    output: (options.output as Output | undefined) ?? 'text',
    timeoutMs: seconds(options.timeout),
  };
}

const unknownCommand = (name: string, commands: readonly Command[]): Usage =>
  new Usage(
    `there is no command "${name}"`,
    name,
    commands.map((row) => row.name),
  );

const unknownOption = (key: string, command: Command, allowed: Options): Usage =>
  new Usage(
    `${command.name} has no option ${dashed(key)}`,
    dashed(key),
    Object.keys(allowed).map(dashed),
    command,
  );
