// Parses the command line of a program that takes options only: wad-gateway and wad-agent.
import parser from 'yargs-parser';

export interface ProgramFlags {
  readonly mode: 'run' | 'check-config';
  readonly config: string | undefined;
  readonly stateDir: string | undefined;
}

/** Either flags, or a text without its last newline and the exit status: 0 goes to stdout, 64 to stderr. */
export type FlagsRead = { readonly flags: ProgramFlags } | { readonly text: string; readonly exit: 0 | 64 };

/** Flag → placeholder of its value, or null, and what it does. --help and the manual page follow from it. */
export type ProgramOptions = Readonly<Record<string, readonly [value: string | null, does: string]>>;

export interface Program {
  readonly name: string;
  readonly version: string;
  /** One line for the help. */
  readonly does: string;
  readonly options: ProgramOptions;
  /** The text below the options. */
  readonly epilog: string;
}

const ALIASES: Readonly<Record<string, string>> = { version: 'V', help: 'h' };

/** Parses the arguments after the program's name. */
export function readProgramFlags(argv: readonly string[], program: Program): FlagsRead {
  const { name, version, options } = program;
  const valued = Object.entries(options).flatMap(([flag, [value]]) => (value === null ? [] : [flag]));
  const { argv: read, error } = parser.detailed([...argv], {
    string: valued,
    boolean: Object.keys(options).filter((flag) => !valued.includes(flag)),
    narg: Object.fromEntries(valued.map((flag) => [flag, 1])),
    alias: Object.fromEntries(Object.entries(ALIASES).map(([flag, alias]) => [flag, [alias]])),
    configuration: { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false },
  });
  const wrong = error ? error.message.toLowerCase() : mistakeIn(read, program);
  if (wrong !== null) return { text: `${name}: ${wrong}\nTry: ${name} --help`, exit: 64 };
  if (read.help === true) return { text: help(program), exit: 0 };
  if (read.version === true) return { text: `${name} ${version}`, exit: 0 };
  return {
    flags: {
      mode: read['check-config'] === true ? 'check-config' : 'run',
      config: read.config as string | undefined,
      stateDir: read['state-dir'] as string | undefined,
    },
  };
}

function mistakeIn(
  read: Readonly<Record<string, unknown>>,
  { name: program, options }: Program,
): string | null {
  for (const [name, value] of Object.entries(read)) {
    if (Object.values(ALIASES).includes(name)) continue;
    if (name === '_') {
      const [first] = value as readonly unknown[];
      if (first !== undefined) return `"${String(first)}" is not understood: ${program} takes options only`;
    } else if (!(name in options)) return `there is no ${name.length > 1 ? '--' : '-'}${name}`;
    else if (Array.isArray(value)) return `--${name} is given more than once`;
    else if (value === '') return `--${name} needs a value`;
  }
  return null;
}

function help({ name: program, does, options, epilog }: Program): string {
  const names = Object.entries(options).map(([name, [value, says]]) => {
    const alias = ALIASES[name] === undefined ? '    ' : `-${ALIASES[name]}, `;
    return [`  ${alias}--${name}${value === null ? '' : ` ${value}`}`, says] as const;
  });
  const width = Math.max(...names.map(([name]) => name.length)) + 2;
  return [
    `${program}: ${does}`,
    '',
    `Usage: ${program} [options]`,
    '',
    'Options:',
    ...names.map(([name, says]) => `${name.padEnd(width)}${says}`),
    '',
    epilog,
  ].join('\n');
}
