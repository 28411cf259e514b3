// Writes docs/rpc.md, events.md, http.md, compat.md, mcp.md, metrics.md, faults.md, config.md and the pages of docs/man/
// from the tables that the programs themselves use. `--check` writes nothing and exits with 1 when a page
// differs from the tables. Another directory than docs/ may be given. Importing this file does nothing.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compatPage } from './docs-compat.js';
import { configPage } from './docs-config.js';
import { eventsPage } from './docs-events.js';
import { faultsPage } from './docs-faults.js';
import { httpPage } from './docs-http.js';
import { agentPage, gatewayPage, wactlPage, wadPage, wadTomlPage } from './docs-man.js';
import { mcpPage } from './docs-mcp.js';
import { metricsPage } from './docs-metrics.js';
import { rpcPage } from './docs-rpc.js';

/** File name below docs/ → its text. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map([
    ['rpc.md', rpcPage()],
    ['events.md', eventsPage()],
    ['http.md', httpPage()],
    ['compat.md', compatPage()],
    ['mcp.md', mcpPage()],
    ['metrics.md', metricsPage()],
    ['faults.md', faultsPage()],
    ['config.md', configPage()],
    ['man/wactl.1', wactlPage()],
    ['man/wad.8', wadPage()],
    ['man/wad-gateway.8', gatewayPage()],
    ['man/wad-agent.8', agentPage()],
    ['man/wad.toml.5', wadTomlPage()],
  ]);

/** The names of the pages that differ from those in `directory`. */
export async function stale(directory: URL): Promise<string[]> {
  const names: string[] = [];
  for (const [name, text] of pages()) {
    const written = await readFile(new URL(name, directory), 'utf8').catch(() => '');
    if (written !== text) names.push(name);
  }
  return names;
}

/** Relative to build/scripts/ in the checkout. */
export const DOCS = new URL('../../docs/', import.meta.url);

async function main(args: readonly string[]): Promise<number> {
  const [named] = args.filter((arg) => !arg.startsWith('--'));
  const directory = named === undefined ? DOCS : pathToFileURL(`${named}/`);
  const names = await stale(directory);
  if (args.includes('--check')) {
    for (const name of names) console.error(`docs/${name} is stale: npm run docs`);
    return names.length === 0 ? 0 : 1;
  }
  await mkdir(new URL('man/', directory), { recursive: true });
  const all = pages();
  for (const name of names) {
    await writeFile(new URL(name, directory), all.get(name) ?? '');
    console.log(`docs/${name} written`);
  }
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
