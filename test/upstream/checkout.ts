/**
 * Finds the suite in a checkout of whatsapp-web.js, and places it next to the installed library. The suite
 * imports `..` and `../src`, which then lead to the library under test instead of the checkout's own. The
 * checkout is not changed.
 */
import { cp, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Packages that only the suite needs, in the major versions for which it is written. */
const TOOLS: Readonly<Record<string, string>> = {
  mocha: 'mocha',
  chai: 'chai@4',
  'chai-as-promised': 'chai-as-promised@7',
  sinon: 'sinon',
};

export class UsageError extends Error {}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

/** The folder with the suite's helper.js. Throws UsageError. */
export async function suiteIn(folder: string): Promise<string> {
  for (const candidate of [folder, path.join(folder, 'tests')])
    if (await isThere(path.join(candidate, 'helper.js'))) return path.resolve(candidate);
  throw new UsageError(`${folder} has no tests/helper.js; give a checkout of whatsapp-web.js`);
}

/** Finds the folders of the suite's tools in the checkout, else in this project. Throws UsageError. */
async function findTools(suite: string): Promise<Map<string, string>> {
  const roots = [path.join(suite, '..', 'node_modules'), path.resolve('node_modules')];
  const found = new Map<string, string>();
  for (const name of Object.keys(TOOLS))
    for (const root of roots) {
      const folder = path.join(root, name);
      if (!found.has(name) && (await isThere(folder))) found.set(name, folder);
    }
  const lacking = Object.keys(TOOLS).filter((name) => !found.has(name));
  if (lacking.length > 0)
    throw new UsageError(
      `${lacking.join(', ')} not installed; try: npm install --no-save ${Object.values(TOOLS).join(' ')}`,
    );
  return found;
}

/** Fills an empty folder. Returns the path of mocha's folder. */
export async function layOut(suite: string, place: string): Promise<string> {
  const tools = await findTools(suite);
  const library = path.dirname(createRequire(import.meta.url).resolve('whatsapp-web.js/package.json'));
  await cp(suite, path.join(place, 'tests'), { recursive: true });
  for (const name of ['index.js', 'src', 'package.json'])
    await symlink(path.join(library, name), path.join(place, name));
  const modules = path.join(place, 'node_modules');
  await mkdir(path.join(modules, 'dotenv'), { recursive: true });
  // The suite uses it to read its variables from a .env file; here they are in the environment.
  await writeFile(path.join(modules, 'dotenv', 'index.js'), 'exports.config = () => ({});\n');
  for (const [name, folder] of tools) await symlink(folder, path.join(modules, name));
  return tools.get('mocha') ?? '';
}
