// Generates docs/config.md: every key of the configuration, from the table of keys.
import { BROWSER_ARGS } from '../src/config/browser-args.js';
import { DOCUMENTED, type NamedRow } from '../src/config/keys.js';
import { code, table } from './markdown.js';

const INTRO = `# Configuration

Generated from \`src/config/keys.ts\` by \`npm run docs\`; do not edit.

Every key has a default; an empty configuration is valid. A value comes from these places; a later one
has precedence:

1. the default
2. \`/etc/wad/wad.toml\`, for all accounts
3. in a fleet, the configuration that \`wactl fleet add\` gave the account (\`WAD_ACCOUNT_CONFIG\` names the file)
4. \`/etc/wad/ACCOUNT.toml\`
5. the environment
6. a flag of \`wad\`

Outside the system service the two files are in \`$XDG_CONFIG_HOME/wad/\`; \`--config FILE\` replaces both. An unknown key or a
bad value makes \`wad\` exit with 78 (a flag: 64) and print all errors, each with its file, line and the nearest key; an
unknown \`WAD_\` variable is only a warning. \`wad --check-config\` prints every value and where it comes from.`;

export function configPage(): string {
  const tables = new Map<string, NamedRow[]>();
  for (const row of DOCUMENTED) {
    const name = row.name.split('.').slice(0, -1).join('.');
    tables.set(name, [...(tables.get(name) ?? []), row]);
  }
  const parts = [...tables].map(([name, rows]) => {
    const title = name === '' ? 'Top level' : code(`[${name}]`);
    return `## ${title}\n\n${table(['key', 'expected', 'default', 'environment, flag', 'what it does'], rows.map(line))}`;
  });
  return `${[INTRO, ...parts, browserArgsPart()].join('\n\n')}\n`;
}

/** The accepted values of `browser.args`. */
function browserArgsPart(): string {
  const rows = BROWSER_ARGS.map(({ form, why }) => [code(form), why]);
  return `## Arguments in ${code('browser.args')}

Chromium has switches that open its sandbox, run another program or write what it reads into a file. So only these are
accepted; several flags in ${code('--js-flags')} are separated by blanks or commas.

${table(['argument', 'why it does no harm'], rows)}`;
}

function line(row: NamedRow): string[] {
  const given = [row.env, row.alsoEnv, row.flag && `--${row.flag.name}`].filter((name) => name !== undefined);
  return [
    code(row.name.split('.').at(-1) ?? row.name),
    row.expects,
    row.required ? 'required' : (row.defaultSays ?? code(JSON.stringify(row.default))),
    given.map(code).join(', '),
    `${row.doc}${row.restart ? '' : ' A change needs no restart.'}`,
  ];
}
