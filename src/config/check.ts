// Prints `wad --check-config`: every key with its value and source, in the form of a configuration file.
import { originText, shown } from './error.js';
import { rowsOf, SWITCHES } from './keys.js';
import type { Loaded } from './load.js';

const valueAt = (config: object, name: string): unknown =>
  name.split('.').reduce<unknown>((tree, word) => (tree as Record<string, unknown>)[word], config);

/** Program → the tables that it reads, besides [log]; the daemon reads those that are not another program's own. */
const TABLES_OF: Readonly<Record<'gateway' | 'agent', readonly string[]>> = {
  gateway: ['gateway', 'fleet'],
  agent: ['fleet', 'agent'],
};
const NOT_OF_DAEMON: readonly string[] = ['gateway', 'agent'];

function isReadBy(program: 'daemon' | 'gateway' | 'agent', name: string): boolean {
  const [table = ''] = name.split('.');
  if (table === 'log') return true;
  return program === 'daemon' ? !NOT_OF_DAEMON.includes(table) : TABLES_OF[program].includes(table);
}

/**
 * The text to print. Warnings are comments at the end.
 * @param program whose keys are shown
 */
export function renderCheck(
  { config, origins, files, warnings }: Loaded,
  program: 'daemon' | 'gateway' | 'agent' = 'daemon',
): string {
  const out = [files.length === 0 ? '# files read: none' : `# files read: ${files.join(', ')}`];
  const rows = rowsOf(config).filter(({ name }) => isReadBy(program, name));
  const width = Math.max(...rows.map(({ name }) => name.length - name.lastIndexOf('.') - 1));
  let table = '';
  for (const row of rows) {
    const dot = row.name.lastIndexOf('.');
    const within = dot < 0 ? '' : row.name.slice(0, dot);
    // If the output were used as a file, the header alone would switch the table on.
    const off = within in SWITCHES && valueAt(config, `${within}.${SWITCHES[within]}`) === null;
    if (within !== table) out.push('', `${off ? '# ' : ''}[${within}]`);
    table = within;
    const value = valueAt(config, row.name);
    const origin = originText(origins.get(row.name) ?? { from: 'default' });
    const line = `${row.name.slice(dot + 1).padEnd(width)} = ${value === null ? '""' : shown(value)}`;
    // TOML has no null: such a key is shown as a comment, with the default in words.
    out.push(
      value === null || off
        ? `# ${line.replace('""', row.defaultSays ?? 'none')}`
        : `${line.padEnd(44)}  # ${origin}`,
    );
  }
  if (warnings.length > 0) out.push('', ...warnings.map((warning) => `# warning: ${warning}`));
  return `${out.join('\n')}\n`;
}
