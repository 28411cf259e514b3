// Prints the folders of the packages that the program needs at run time, one a line, as package-lock.json resolves
// them from `dependencies`: what `npm ci --omit=dev` would fetch, less what is only an optional peer (TypeScript).
import { existsSync, readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const needed = new Set();

/** As Node looks for it: beside the one who asks, then in each folder above. */
function resolve(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules') - 1))) {
    const path = `${at}${at && '/'}node_modules/${name}`;
    if (path in packages) return path;
    if (at === '') return undefined;
  }
}

function visit(path) {
  if (needed.has(path)) return;
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta, optional } =
    packages[path];
  if (!existsSync(path)) {
    // Those for other machines are in the lock, too.
    if (optional) return;
    throw new Error(`${path} is missing: run npm ci`);
  }
  needed.add(path);
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
    const found = resolve(name, path);
    if (found !== undefined) visit(found);
  }
}

for (const name of Object.keys(packages[''].dependencies)) visit(resolve(name, ''));
// A folder brings what is nested in it along.
for (const path of needed) if (!/\/node_modules\//.test(path)) console.log(path);
