// Bundles both programs and the library, after tsc:
//   dist/wad.cjs     bin wad: the daemon; the library, its browser driver and SQLite stay packages
//   dist/library.cjs   whatsapp-web.js with its browser driver, for the daemon
//   dist/age.cjs       what encrypts profiles that leave the machine, loaded only when one does
//   dist/proxy.cjs     the forwarder to a proxy, loaded only when one is configured
//   dist/canary.cjs    the deep canary with its WhatsApp server, loaded only for `wad --canary --deep`
//   dist/nats.cjs      the client of NATS, loaded only when a fleet is configured
//   dist/wad-gateway.cjs   bin wad-gateway: one HTTP address for all accounts of a machine
//   dist/wad-agent.cjs   bin wad-agent: runs accounts of a fleet on this machine
//   dist/fleet.cjs     `wactl fleet`, loaded only for that
//   dist/wactl.cjs   bin wactl: the fast path, which parses, sends one request and prints the answer
//   dist/full.cjs    the rest of wactl with all of yargs, loaded only for help, errors, and the rarer
//                    commands
//   dist/mcp.cjs     the server for language models, loaded only for `wactl mcp`
//   dist/client.cjs  the library for programs, with its types in dist/types-cjs/
//   dist/client.js   the same as an ES module, with its types in dist/types/: one library, however often it
//                    is loaded
//   dist/waserver.cjs  a WhatsApp server for clients under test, with its types in dist/types-waserver-cjs/; no
//                    program loads it
//   dist/waserver.js   the same as an ES module, with its types in dist/types-waserver/
//   dist/waserver-main.cjs   the same as a program
//   dist/meta.json   the contents of each bundle; the list of packages next to them, notices and tests are
//                    based on it
//   dist/THIRD-PARTY-NOTICES.txt   the packages in each, and their licences
// Each has a code cache (code-cache.mjs), which saves 2 ms in a call of wactl and 100 ms in a start of wad.
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { clientTypes } from '../build/scripts/client-types.js';
import { METHODS } from '../build/src/protocol/methods/index.js';
import { dist, put, putProgram, wrapped } from './code-cache.mjs';
import { libraryApart, libraryBundle } from './library-bundle.mjs';
import { notices } from './licences.mjs';
import { BESIDE } from './production.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
/** All that wactl and the library need of the table of methods when they run. */
const METHOD_EFFECTS = JSON.stringify(
  Object.fromEntries(Object.values(METHODS).map(({ name, effect }) => [name, effect])),
);
const words = { WACTL_VERSION: JSON.stringify(version), METHOD_EFFECTS };
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  write: false,
  metafile: true,
};
const URL_OF_FILE = "const __url=require('node:url').pathToFileURL(__filename).href;";
/** require instead of import(): Node's ESM loader alone would cost 8 ms, and a script of vm has none. */
const REQUIRE_ONLY = { 'dynamic-import': false };

/** zod's texts in forty languages, of which English is used: a fifth of its size. */
const englishOnly = {
  name: 'english-only',
  setup(b) {
    b.onLoad({ filter: /node_modules\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** The slow half stays a separate file. yargs-parser works without createRequire where it does not exist. */
const apart = {
  name: 'apart',
  setup(b) {
    b.onResolve({ filter: /\/(?:full|progress)\.js$/ }, () => ({ path: './full.cjs', external: true }));
    b.onResolve({ filter: /^node:module$/ }, () => ({ path: 'module', namespace: 'none' }));
    b.onLoad({ filter: /./, namespace: 'none' }, () => ({
      contents: 'export const createRequire = undefined;',
    }));
  },
};
/**
 * A bundle of its own for the packages that a file exports.
 * @param file its path; the files of its room import it by its name
 */
const bundledApart = (file, bundle) => ({
  entry: `src/${file}.ts`,
  bundle,
  plugin: {
    name: `${bundle} apart`,
    setup(b) {
      const [room, name] = file.split('/');
      b.onResolve({ filter: new RegExp(`/${name}\\.js$`) }, ({ importer }) =>
        importer.includes(`/src/${room}/`) ? { path: `./${bundle}`, external: true } : undefined,
      );
    },
  },
});
const AGE = bundledApart('archive/age', 'age.cjs');
const NATS = bundledApart('fleet/nats', 'nats.cjs');
const PROXY = bundledApart('proxy/chain', 'proxy.cjs');
/** For the daemon's bundle: its import of the room `canary` is a bundle of its own. */
const CANARY = {
  name: 'canary.cjs apart',
  setup(b) {
    b.onResolve({ filter: /\/canary\/index\.js$/ }, () => ({ path: './canary.cjs', external: true }));
  },
};
const buildApart = ({ entry, bundle }) =>
  build({ ...common, minify: true, entryPoints: [entry], outfile: `dist/${bundle}` });
/** A file of types, and all files that it imports, directly or not. */
function reached(file, files = new Set()) {
  if (files.has(file)) return files;
  files.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)\.js'/g))
    reached(join(dirname(file), `${path}.d.ts`), files);
  return files;
}
/** Compiles the types of a library; the compiler prints its errors to stdout otherwise. */
async function compileTypes(room, folder) {
  rmSync(`${dist}${folder}`, { recursive: true, force: true });
  const tsc = [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}src/${room}`];
  await promisify(execFile)(process.execPath, tsc).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}
async function waserverTypes() {
  await compileTypes('waserver', 'types-waserver');
  const needed = reached(`${dist}types-waserver/index.d.ts`);
  for (const { parentPath, name } of readdirSync(`${dist}types-waserver`, {
    recursive: true,
    withFileTypes: true,
  }))
    if (name.endsWith('.d.ts') && !needed.has(join(parentPath, name))) rmSync(join(parentPath, name));
  forCommonJs('types-waserver', 'types-waserver-cjs');
}
/** The compiler learns from the nearest package.json which kind of module a file of types describes. */
function forCommonJs(from, to) {
  rmSync(`${dist}${to}`, { recursive: true, force: true });
  cpSync(`${dist}${from}`, `${dist}${to}`, { recursive: true });
  writeFileSync(`${dist}${to}/package.json`, '{"type":"commonjs"}\n');
}
async function types() {
  await compileTypes('client', 'types');
  // Written out with the texts of the fields. Then neither the files from which the compiler derived them nor
  // zod are needed.
  writeFileSync(`${dist}types/protocol/types.d.ts`, clientTypes());
  const needed = reached(`${dist}types/client/index.d.ts`);
  for (const { parentPath, name } of readdirSync(`${dist}types`, { recursive: true, withFileTypes: true }))
    if (name.endsWith('.d.ts') && !needed.has(join(parentPath, name))) rmSync(join(parentPath, name));
  for (const empty of ['methods', 'events']) rmdirSync(`${dist}types/protocol/${empty}`);
  forCommonJs('types', 'types-cjs');
}
/** The scope of each method, so that the console offers only what its token may do. */
const METHOD_SCOPES = JSON.stringify(
  Object.fromEntries(Object.values(METHODS).map(({ name, scope }) => [name, scope])),
);
const [
  full,
  fast,
  daemon,
  library,
  age,
  nats,
  proxy,
  canary,
  gateway,
  agent,
  fleet,
  client,
  mcp,
  waserver,
  main,
  page,
] = await Promise.all([
  build({
    ...common,
    minify: true,
    entryPoints: ['src/cli/full.ts'],
    outfile: 'dist/full.cjs',
    // string-width 8 compiles a 25 ms regular expression on import; our help text is ASCII.
    alias: { 'string-width': './src/cli/width.ts' },
    define: { ...words, 'import.meta.url': '__url' },
    banner: { js: URL_OF_FILE },
  }),
  build({
    ...common,
    minify: true,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/fast.cjs',
    // The package's index would include its server.
    alias: { 'json-rpc-2.0': './node_modules/json-rpc-2.0/dist/client.js' },
    define: { ...words, 'import.meta.url': 'undefined' },
    banner: { js: wrapped.head },
    footer: { js: wrapped.foot },
    supported: REQUIRE_ONLY,
    plugins: [apart],
  }),
  // Not minified: its stack traces appear in logs, and its functions run in the page.
  build({
    ...common,
    entryPoints: ['src/daemon/main.ts'],
    outfile: 'dist/daemon.cjs',
    external: BESIDE,
    define: { 'import.meta.url': '__url' },
    banner: { js: wrapped.head + URL_OF_FILE },
    footer: { js: wrapped.foot },
    supported: REQUIRE_ONLY,
    plugins: [libraryApart, AGE.plugin, NATS.plugin, PROXY.plugin, CANARY, englishOnly],
  }),
  libraryBundle({
    ...common,
    banner: {
      js: `${wrapped.head}const module={exports:{}},__dirname=require('node:path').dirname(__filename);`,
    },
    footer: { js: `return module.exports;${wrapped.foot}` },
    supported: REQUIRE_ONLY,
  }),
  buildApart(AGE),
  buildApart(NATS),
  buildApart(PROXY),
  // Not minified: two of its functions run in the page, and its stack traces are for bug reports.
  build({ ...common, entryPoints: ['src/canary/index.ts'], outfile: 'dist/canary.cjs' }),
  // As the daemon's.
  ...['gateway', 'agent'].map((name) =>
    build({
      ...common,
      entryPoints: [`src/${name}/main.ts`],
      outfile: `dist/${name}.cjs`,
      define: { 'import.meta.url': '__url' },
      banner: { js: wrapped.head + URL_OF_FILE },
      footer: { js: wrapped.foot },
      supported: REQUIRE_ONLY,
      plugins: [AGE.plugin, NATS.plugin, englishOnly],
    }),
  ),
  build({
    ...common,
    minify: true,
    entryPoints: ['src/fleet/operator.ts'],
    outfile: 'dist/fleet.cjs',
    define: { 'import.meta.url': '__url' },
    banner: { js: URL_OF_FILE },
    plugins: [AGE.plugin, NATS.plugin, englishOnly],
  }),
  // Not minified: debuggers of other programs step into it.
  build({
    ...common,
    entryPoints: ['src/client/index.ts'],
    outfile: 'dist/client.cjs',
    alias: { 'json-rpc-2.0': './node_modules/json-rpc-2.0/dist/client.js' },
    define: { METHOD_EFFECTS },
  }),
  build({
    ...common,
    minify: true,
    entryPoints: ['src/mcp/serve.ts'],
    outfile: 'dist/mcp.cjs',
    alias: { 'json-rpc-2.0': './node_modules/json-rpc-2.0/dist/client.js' },
    define: { METHOD_EFFECTS },
  }),
  // Not minified: who tests with it steps into it.
  build({ ...common, entryPoints: ['src/waserver/index.ts'], outfile: 'dist/waserver.cjs' }),
  build({
    ...common,
    entryPoints: ['src/waserver/control/main.ts'],
    outfile: 'dist/waserver-main.cjs',
    plugins: [
      {
        name: 'the library apart',
        setup(b) {
          b.onResolve({ filter: /index\.js$/ }, () => ({ path: './waserver.cjs', external: true }));
        },
      },
    ],
  }),
  // The console: browsers that are still maintained, and no source map, which nothing would serve.
  build({
    ...common,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: ['chrome115', 'firefox115', 'safari17'],
    entryPoints: { console: 'web/console/main.tsx', style: 'web/console/console.css' },
    outdir: 'dist/console',
    define: { METHOD_SCOPES },
  }),
  types(),
  waserverTypes(),
]);
put('full.cjs', full.outputFiles[0].contents);
put('age.cjs', age.outputFiles[0].contents);
put('nats.cjs', nats.outputFiles[0].contents);
put('proxy.cjs', proxy.outputFiles[0].contents);
put('canary.cjs', canary.outputFiles[0].contents);
put('fleet.cjs', fleet.outputFiles[0].contents);
put('mcp.cjs', mcp.outputFiles[0].contents);
put('client.cjs', client.outputFiles[0].contents);
for (const { path, contents } of page.outputFiles)
  put(path.endsWith('.css') ? 'console/console.css' : 'console/console.js', contents);
put('console/index.html', readFileSync(`${root}web/console/index.html`));
put('waserver.cjs', waserver.outputFiles[0].contents);
put('waserver-main.cjs', main.outputFiles[0].contents);
for (const name of ['client', 'waserver']) {
  const names = Object.keys(createRequire(import.meta.url)(`${dist}${name}.cjs`)).join(', ');
  put(`${name}.js`, `import library from './${name}.cjs';\nexport const { ${names} } = library;\n`);
}
const meta = {
  ...{
    'wad.cjs': daemon.metafile,
    'library.cjs': library.metafile,
    'age.cjs': age.metafile,
    'nats.cjs': nats.metafile,
    'proxy.cjs': proxy.metafile,
    'canary.cjs': canary.metafile,
    'wad-gateway.cjs': gateway.metafile,
    'wad-agent.cjs': agent.metafile,
    'fleet.cjs': fleet.metafile,
    'wactl.cjs': fast.metafile,
    'full.cjs': full.metafile,
  },
  ...{ 'mcp.cjs': mcp.metafile, 'client.cjs': client.metafile, 'waserver.cjs': waserver.metafile },
  'console/console.js': page.metafile,
};
put('meta.json', JSON.stringify(meta));
put('THIRD-PARTY-NOTICES.txt', notices(meta));
putProgram({
  name: 'wactl',
  part: 'fast',
  source: fast.outputFiles[0].text,
  // Runs `wactl status` against a small server in the same script.
  warm: `
    const home = fs.mkdtempSync(require('node:os').tmpdir() + '/wactl-cache-');
    process.env.WAD_SOCKET = home + '/s';
    process.argv.splice(2, Infinity, 'status');
    process.once('exit', () => fs.rmSync(home, { recursive: true }));
    const example = ${readFileSync(`${root}scripts/status.json`, 'utf8')};
    require('node:net').createServer((socket) => {
      socket.setEncoding('utf8').on('data', (line) => {
        const { id } = JSON.parse(line);
        socket.write(JSON.stringify({ jsonrpc: '2.0', id, result: example }) + '\\n');
      });
    }).listen(process.env.WAD_SOCKET, start);`,
});
/** Space for young objects keeps its first size until the account's start is over (`Heap.grow`). */
const SMALL_HEAP = ['--semi-space-growth-factor=1'];
// The daemon's cache is made by a run that loads it.
putProgram({
  name: 'library',
  part: 'whatsapp-web.js',
  isModule: true,
  source: library.outputFiles[0].text,
  v8: SMALL_HEAP,
  warm: 'start();',
});
for (const [name, part, bundle, v8] of [
  ['wad', 'daemon', daemon, SMALL_HEAP],
  ['wad-gateway', 'gateway', gateway],
  ['wad-agent', 'agent', agent],
])
  putProgram({
    name,
    part,
    source: bundle.outputFiles[0].text,
    v8,
    // Loads all of it, and reads its configuration.
    warm: `
      process.argv.splice(2, Infinity, '--check-config', '--config', '/dev/null');
      start();`,
  });
