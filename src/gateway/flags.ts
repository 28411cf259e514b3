// Parses the command line of `wad-gateway`.
import parser from 'yargs-parser';

export interface GatewayFlags {
  readonly mode: 'run' | 'check-config';
  readonly config: string | undefined;
  readonly stateDir: string | undefined;
}

/** Either flags, or a text without its last newline and the exit status: 0 goes to stdout, 64 to stderr. */
export type FlagsRead = { readonly flags: GatewayFlags } | { readonly text: string; readonly exit: 0 | 64 };

/** Flag → placeholder of its value, or null, and what it does. --help and wad-gateway(8) follow from it. */
export const GATEWAY_OPTIONS: Readonly<Record<string, readonly [value: string | null, does: string]>> = {
  config: ['FILE', 'read this file instead of /etc/wad/wad.toml or ~/.config/wad/wad.toml'],
  'state-dir': ['DIR', 'the directory of the tokens'],
  'check-config': [null, 'print every value of [gateway] and its source, then exit'],
  version: [null, 'print `wad-gateway VERSION`, then exit'],
  help: [null, 'print this, then exit'],
};

const ALIASES: Readonly<Record<string, string>> = { version: 'V', help: 'h' };

const EPILOG = `Examples:
  # serve every account of this machine at http://127.0.0.1:3080
  wad-gateway
  # create a token for it
  wactl token create --name me --scope admin --account '*'

The table [gateway] of wad.toml and WAD_GATEWAY_* variables configure it.
It stays in the foreground and logs to stdout. Exit status: 0 clean stop,
64 usage, 70 internal, 75 another gateway runs, 77 permissions, 78 configuration.`;

/** Parses the arguments after the program's name. */
export function readFlags(argv: readonly string[], version: string): FlagsRead {
  const valued = Object.entries(GATEWAY_OPTIONS).flatMap(([name, [value]]) => (value === null ? [] : [name]));
  const { argv: read, error } = parser.detailed([...argv], {
    string: valued,
    boolean: Object.keys(GATEWAY_OPTIONS).filter((name) => !valued.includes(name)),
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
    alias: Object.fromEntries(Object.entries(ALIASES).map(([name, alias]) => [name, [alias]])),
    configuration: { 'boolean-negation': false, 'camel-case-expansion': false, 'dot-notation': false },
  });
  const wrong = error ? error.message.toLowerCase() : mistakeIn(read);
  if (wrong !== null) return { text: `wad-gateway: ${wrong}\nTry: wad-gateway --help`, exit: 64 };
  if (read.help === true) return { text: help(), exit: 0 };
  if (read.version === true) return { text: `wad-gateway ${version}`, exit: 0 };
  return {
    flags: {
      mode: read['check-config'] === true ? 'check-config' : 'run',
      config: read.config as string | undefined,
      stateDir: read['state-dir'] as string | undefined,
    },
  };
}

function mistakeIn(read: Readonly<Record<string, unknown>>): string | null {
  for (const [name, value] of Object.entries(read)) {
    if (Object.values(ALIASES).includes(name)) continue;
    if (name === '_') {
      const [first] = value as readonly unknown[];
      if (first !== undefined) return `"${String(first)}" is not understood: wad-gateway takes options only`;
    } else if (!(name in GATEWAY_OPTIONS)) return `there is no ${name.length > 1 ? '--' : '-'}${name}`;
    else if (Array.isArray(value)) return `--${name} is given more than once`;
    else if (value === '') return `--${name} needs a value`;
  }
  return null;
}

function help(): string {
  const names = Object.entries(GATEWAY_OPTIONS).map(([name, [value, does]]) => {
    const alias = ALIASES[name] === undefined ? '    ' : `-${ALIASES[name]}, `;
    return [`  ${alias}--${name}${value === null ? '' : ` ${value}`}`, does] as const;
  });
  const width = Math.max(...names.map(([name]) => name.length)) + 2;
  return [
    'wad-gateway: serves every account of this machine over one HTTP address',
    '',
    'Usage: wad-gateway [options]',
    '',
    'Options:',
    ...names.map(([name, does]) => `${name.padEnd(width)}${does}`),
    '',
    EPILOG,
  ].join('\n');
}
