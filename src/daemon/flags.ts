// Parses the command line of `wad`. The values of configuration keys are checked together with all other
// values, in config/load.ts.
import { resolve } from 'node:path';
import parser from 'yargs-parser';
import { ROWS } from '../config/keys.js';
import { isAccountName } from '../protocol/names.js';
import { nearest } from '../protocol/nearest.js';
import { EXITS } from './exit.js';

/** Flags that are configuration keys, by name without the dashes; true for one that takes no value. */
export type KeyFlags = Readonly<Record<string, string | true | undefined>>;

export interface Flags {
  /** `run` is the daemon itself. */
  readonly mode: 'run' | 'check-config' | 'doctor' | 'canary' | 'adopt' | 'export' | 'import';
  /** The directory to adopt, or the file to export to or import from; else empty. */
  readonly subject: string;
  readonly passphraseFile: string | undefined;
  readonly account: string;
  readonly config: string | undefined;
  readonly stateDir: string | undefined;
  readonly keys: KeyFlags;
  /** Of the deep canary; null: the canary ends at the QR code. */
  readonly deep: DeepFiles | null;
  /** Whether the doctor may use the network. */
  readonly network: boolean;
  /** The form of the output of every mode but `run`. */
  readonly output: 'text' | 'json';
}

/** What the deep canary writes, and where. */
export interface DeepFiles {
  readonly archive: string | undefined;
  readonly report: string | undefined;
  readonly textfile: string | undefined;
}

/** Either flags, or a text without its last newline and the exit status: 0 goes to stdout, 64 to stderr. */
export type FlagsRead = { readonly flags: Flags } | { readonly text: string; readonly exit: 0 | 64 };

type Option = readonly [value: string | null, does: string];

/** Flags that set a key of the configuration, from the table of keys. */
const KEY_OPTIONS: Readonly<Record<string, Option>> = Object.fromEntries(
  ROWS.flatMap(({ flag }) => (flag === undefined ? [] : [[flag.name, [flag.value, flag.does]]])),
);

/** Flag → placeholder of its value, or null, and what it does. --help and wad(8) are generated from it. */
export const OPTIONS: Readonly<Record<string, Option>> = {
  account: ['NAME', 'the account; letters, digits, "_" and "-" (default: $WAD_ACCOUNT, else "default")'],
  config: ['FILE', 'read this file instead of the usual ones'],
  'state-dir': ['DIR', 'outbox, journal and, by default, the session'],
  ...KEY_OPTIONS,
  'check-config': [null, 'print every value and its source, then exit'],
  doctor: [null, 'check this machine and say what to do, then exit'],
  network: [null, 'with --doctor: try the proxy of the account, too'],
  canary: [null, "check today's WhatsApp Web without an account, up to its QR code, then exit"],
  deep: [
    null,
    'with --canary: go on after the code: link the page to a WhatsApp server in this process, and try to receive, send and change; it says first what it does',
  ],
  archive: [
    'FILE',
    'with --deep: keep an entry for each build of WhatsApp Web in this file, and report what has changed since the last one',
  ],
  report: ['FILE', 'with --deep: write the findings, which contain nothing personal, for a bug report'],
  textfile: ['FILE', "with --deep: write metrics for node_exporter's textfile collector"],
  adopt: [
    'DIR',
    "copy another program's session, keep the copy if the account becomes ready with it, then exit",
  ],
  export: ['FILE', 'write the session, encrypted with a passphrase, then exit'],
  import: ['FILE', 'import an exported session, keep it if the account becomes ready with it, then exit'],
  'passphrase-file': ['FILE', 'the passphrase for --export and --import (default: asked for); - is stdin'],
  output: ['FORM', 'text or json, for the options that print and exit'],
  version: [null, 'print `wad VERSION`, then exit'],
  help: [null, 'print this, then exit'],
};

const ALIASES: Readonly<Record<string, string>> = { output: 'o', version: 'V', help: 'h' };
const MODES = ['doctor', 'canary', 'check-config', 'adopt', 'export', 'import'] as const;

const EPILOGUE = `Examples:
  # the account "default"
  wad
  # another account, with a more detailed log
  wad --account shop --log-level debug
  # an existing session, in place
  wad --data-path ./.wwebjs_auth --client-id energenie-whatsapp
  # check that this machine has everything that wad needs
  wad --doctor

Without flags the configuration files, WAD_* variables and defaults decide:
see --check-config. The daemon stays in the foreground and logs to stdout.

Exit status:
${EXITS.map(([statuses, when]) => `  ${statuses.join(', ').padEnd(13)}  ${when}`).join('\n')}`;

const VALUED = Object.entries(OPTIONS).flatMap(([name, [value]]) => (value === null ? [] : [name]));

/** yargs' own parser. It loads at once, while all of yargs costs a start 65 ms. */
const PARSER = {
  string: VALUED,
  boolean: Object.keys(OPTIONS).filter((name) => !VALUED.includes(name)),
  narg: Object.fromEntries(VALUED.map((name) => [name, 1])),
  alias: Object.fromEntries(Object.entries(ALIASES).map(([name, alias]) => [name, [alias]])),
  configuration: {
    'boolean-negation': false,
    'camel-case-expansion': false,
    'dot-notation': false,
    'parse-numbers': false,
    'parse-positional-numbers': false,
  },
};

/** Parses the arguments after the program's name. */
export async function readFlags(
  argv: readonly string[],
  { env, version }: { env: Readonly<Record<string, string | undefined>>; version: string },
): Promise<FlagsRead> {
  const { argv: read, error } = parser.detailed([...argv], PARSER);
  if (error) return usage(error.message.toLowerCase());
  const wrong = mistakeIn(read);
  if (wrong !== null) return usage(wrong);
  if (read.help === true) return { text: await help(), exit: 0 };
  if (read.version === true) return { text: `wad ${version}`, exit: 0 };

  const text = (name: string): string | undefined => read[name] as string | undefined;
  const account = text('account') ?? (env.WAD_ACCOUNT || 'default');
  if (!isAccountName(account))
    return usage(`"${account}" is not an account name: letters, digits, "_" and "-", at most 64`);
  return {
    flags: {
      mode: MODES.find((mode) => read[mode] !== undefined && read[mode] !== false) ?? 'run',
      subject: text('adopt') ?? text('export') ?? text('import') ?? '',
      passphraseFile: text('passphrase-file'),
      account,
      config: text('config'),
      stateDir: text('state-dir'),
      keys: Object.fromEntries(
        Object.keys(KEY_OPTIONS)
          .filter((name) => read[name] !== undefined && read[name] !== false)
          .map((name) => [name, read[name] as string | true]),
      ),
      deep:
        read.deep === true
          ? { archive: text('archive'), report: text('report'), textfile: text('textfile') }
          : null,
      network: read.network === true,
      output: text('output')?.startsWith('json') ? 'json' : 'text',
    },
  };
}

async function help(): Promise<string> {
  const { default: yargs } = await import('yargs');
  let drawn = yargs()
    .scriptName('wad')
    .usage('wad: owns one WhatsApp account and serves wactl over a Unix socket\n\nUsage: $0 [options]')
    .version(false)
    .help(false)
    .epilogue(EPILOGUE)
    .wrap(80);
  // Only for display, so the name of an option may include its value.
  for (const [name, [value, describe]] of Object.entries(OPTIONS))
    drawn = drawn.option(value === null ? name : `${name} ${value}`, {
      describe,
      ...(ALIASES[name] === undefined ? {} : { alias: ALIASES[name] }),
    });
  return drawn.getHelp();
}

const usage = (says: string): FlagsRead => ({ text: `wad: ${says}\nTry: wad --help`, exit: 64 });

/** The first mistake in the arguments, or null. */
function mistakeIn(read: Readonly<Record<string, unknown>>): string | null {
  const known = Object.keys(OPTIONS);
  const aliases = Object.values(ALIASES);
  if (read.deep === true && read.canary !== true) return '--deep is for --canary';
  const files = ['archive', 'report', 'textfile'].flatMap((name) =>
    read[name] === undefined ? [] : [{ name, place: resolve(String(read[name])) }],
  );
  if (files[0] !== undefined && read.deep !== true) return `--${files[0].name} is for --canary --deep`;
  for (const { name, place } of files) {
    // The last one would replace the others, and an archive cannot be made again.
    const first = files.find((one) => one.place === place)?.name ?? name;
    if (first !== name) return `--${first} and --${name} name one file`;
  }
  for (const [name, value] of Object.entries(read)) {
    if (aliases.includes(name)) continue;
    if (name === '_') {
      const [first] = value as readonly unknown[];
      if (first !== undefined) return `"${String(first)}" is not understood: wad takes options only`;
    } else if (!known.includes(name)) {
      const near = nearest(name, known);
      const dashes = name.length > 1 ? '--' : '-';
      return `there is no ${dashes}${name}${near === null ? '' : `; did you mean --${near}?`}`;
    } else if (Array.isArray(value)) return `--${name} is given more than once`;
    else if (value === '') return `--${name} needs a value`;
    else if (name === 'output' && !['text', 'json', 'jsonl'].includes(String(value)))
      return `--output is text or json, not "${String(value)}"`;
  }
  return null;
}
