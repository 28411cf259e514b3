// Prints the files of the packages that the programs need next to their bundles, one a line: the packages
// that the bundles do not contain, as package-lock.json resolves them, without optional peers and without
// files that no program reads. Nothing is downloaded: these are the files that were tested.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const json = (path) => JSON.parse(readFileSync(root + path, 'utf8'));

/**
 * Paths in a package that are left out, each with the reason why nothing needs them. The first match counts.
 */
const KEPT = /^(?:licen[cs]e|copying|notice)[^/]*$/i;
const { platform, arch } = process;
const libc =
  platform !== 'linux' ? '' : process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
const LEFT_OUT = [
  { path: /\.map$/, why: 'source maps: Node reads them with --enable-source-maps only' },
  { path: /\.(?:[cm]?ts|tsbuildinfo|flow)$/, why: 'sources and types, for compilers' },
  { path: /\.(?:c|cc|cpp|h|hpp|gyp|gypi|a|o)$/, why: 'sources of native modules' },
  { path: /\.(?:md|markdown|rst)$/i, why: 'guides for programmers' },
  { path: /\.bare$/, why: 'native modules of another run time (Bare)' },
  {
    path: /^(?:tests?|__tests__|docs?|examples?|coverage|benchmarks?|scripts|tools|\.github)\//,
    why: 'not a part of the program',
  },
  { path: /(?:^|\/)\.(?!js)[^/]*$/, why: 'settings of editors and linters' },
  { path: /^lib\/es5-iife\//, why: 'puppeteer for a page of a browser' },
  {
    path: new RegExp(`^prebuilds/(?!${platform}-${arch}/(?!.*\\.(?!${libc}\\b)(?:glibc|musl)\\.node$))`),
    why: 'native modules of other machines',
  },
];

/**
 * The packages that the bundles load at run time: the library, whose functions run in the page, its browser
 * driver, and a native module.
 */
export const BESIDE = ['whatsapp-web.js', 'puppeteer', '@photostructure/sqlite'];

/** Types are not run. The others are for a way to store sessions (RemoteAuth) that we do not use. */
const UNUSED = /^(?:@types\/.*|archiver|fs-extra|unzipper)$/;

/**
 * Each package and its files, by the path from the checkout's root. @returns {{ folder: string, files:
 * string[] }[]}
 */
export function production() {
  const { packages } = json('package-lock.json');
  const needed = new Set();

  /** Resolves a package as Node does: next to the importing package, then in each folder above. */
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
    if (!existsSync(root + path)) {
      // The lock also lists packages for other machines.
      if (optional) return;
      throw new Error(`${path} is missing: run npm ci`);
    }
    needed.add(path);
    const peers = Object.keys(peerDependencies ?? {}).filter(
      (name) => !peerDependenciesMeta?.[name]?.optional,
    );
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const found = resolve(name, path);
      if (found !== undefined && !UNUSED.test(name)) visit(found);
    }
  }

  for (const name of BESIDE) visit(resolve(name, ''));
  return [...needed].sort().map((folder) => ({ folder, files: filesOf(folder) }));
}

/** The files of a package without those of packages nested in it. */
function filesOf(folder) {
  return readdirSync(root + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${root}${folder}/`.length))
    .filter((path) => !path.startsWith('node_modules/'))
    .filter((path) => KEPT.test(path) || !LEFT_OUT.some(({ path: left }) => left.test(path)))
    .map((path) => `${folder}/${path}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { files } of production()) for (const file of files) console.log(file);
