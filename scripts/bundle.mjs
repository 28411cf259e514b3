// Bundles wactl, after tsc:
//   dist/wactl.cjs       bin wactl, a few lines that run
//   dist/fast-HASH.cjs   the fast path, which parses, asks once and prints, with
//   dist/fast-HASH.cache V8's code cache of it: without it a call takes 2 ms longer, and Node 20 makes none by itself
//   dist/full.cjs        the rest with the whole of yargs, loaded only for help, errors, and the rarer commands
//   dist/meta.json       what went into the fast path; a test reads it
// A cache made by another Node is refused by V8 and changes nothing but the time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist/`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const words = { WACTL_VERSION: JSON.stringify(version) };
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  write: false,
};

/** Others may run what is here while it is built: a file is there whole or not at all. */
function put(name, contents) {
  const part = `${dist}.${name}.${process.pid}`;
  writeFileSync(part, contents);
  chmodSync(part, name === 'wactl.cjs' ? 0o755 : 0o644);
  renameSync(part, dist + name);
}

/** The slow half stays a file of its own; yargs-parser does without createRequire where there is none. */
const apart = {
  name: 'apart',
  setup(b) {
    b.onResolve({ filter: /\/full\.js$/ }, () => ({ path: './full.cjs', external: true }));
    b.onResolve({ filter: /^node:module$/ }, () => ({ path: 'module', namespace: 'none' }));
    b.onLoad({ filter: /./, namespace: 'none' }, () => ({
      contents: 'export const createRequire = undefined;',
    }));
  },
};
const [full, fast] = await Promise.all([
  build({
    ...common,
    entryPoints: ['src/cli/full.ts'],
    outfile: 'dist/full.cjs',
    // string-width 8 compiles a 25 ms regular expression on import; our help text is ASCII.
    alias: { 'string-width': './src/cli/width.ts' },
    define: { ...words, 'import.meta.url': '__url' },
    banner: { js: "const __url=require('node:url').pathToFileURL(__filename).href;" },
  }),
  build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/fast.cjs',
    // The package's index would bring its server as well.
    alias: { 'json-rpc-2.0': './node_modules/json-rpc-2.0/dist/client.js' },
    define: { ...words, 'import.meta.url': 'undefined' },
    banner: { js: '(function(require){' },
    footer: { js: '})' },
    metafile: true,
    // require, not import(): Node's ESM loader alone would cost 8 ms.
    supported: { 'dynamic-import': false },
    plugins: [apart],
  }),
]);
const source = fast.outputFiles[0].text;
// V8 tells a stale cache only by the length of its source; the name tells it by the contents.
const name = `fast-${createHash('sha256').update(source).digest('hex').slice(0, 12)}`;
const loader = `#!/usr/bin/env node
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const file = __dirname + '/${name}';
let cachedData;
try {
  cachedData = readFileSync(file + '.cache');
} catch {}
new Script(readFileSync(file + '.cjs', 'latin1'), { filename: file + '.cjs', cachedData }).runInThisContext()(require);
`;

mkdirSync(dist, { recursive: true });
put('full.cjs', full.outputFiles[0].contents);
put(`${name}.cjs`, source);
cache();
put('wactl.cjs', loader);
put('meta.json', JSON.stringify(fast.metafile));
// A wactl that has just started may still be about to read the last one.
for (const old of readdirSync(dist)) {
  const outdated = /^\.?fast-/.test(old) && !old.startsWith(`${name}.`);
  if (outdated && Date.now() - statSync(dist + old).mtimeMs > 60_000) rmSync(dist + old);
}

/** Runs `wactl status` against a server of its own, and keeps what V8 has compiled for it. */
function cache() {
  const run = `
    const fs = require('node:fs'), vm = require('node:vm'), net = require('node:net');
    const [file, part, example] = process.argv.slice(1);
    const home = fs.mkdtempSync(require('node:os').tmpdir() + '/wactl-cache-');
    process.env.WAD_SOCKET = home + '/s';
    process.argv.splice(2, Infinity, 'status');
    const script = new vm.Script(fs.readFileSync(file, 'latin1'), { filename: file });
    process.exit = (status) => {
      if (status === 0) fs.writeFileSync(part, script.createCachedData());
      fs.rmSync(home, { recursive: true });
      process.reallyExit(status);
    };
    net.createServer((socket) => {
      socket.setEncoding('utf8').on('data', (line) => {
        const { id } = JSON.parse(line);
        socket.write(JSON.stringify({ jsonrpc: '2.0', id, result: JSON.parse(example) }) + '\\n');
      });
    }).listen(process.env.WAD_SOCKET, () => script.runInThisContext()(require));`;
  const example = readFileSync(`${root}scripts/status.json`, 'utf8');
  const part = `${dist}.${name}.cache.${process.pid}`;
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  const { status, stderr } = spawnSync(process.execPath, ['-e', run, `${dist}${name}.cjs`, part, example], {
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status === 0) renameSync(part, `${dist}${name}.cache`);
  else console.error(`bundle: no code cache, wactl will start 2 ms slower: ${stderr}`);
}
