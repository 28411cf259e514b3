// Writes a bundled program into dist/ as three files, so that V8 need not compile it at each start. Node 20
// has no code cache of its own:
//   NAME.cjs              the file that people run: a few lines that load the two others
//   PART-HASH.cjs         the program
//   PART-HASH.cache       the code that V8 compiled in a first run
// V8 refuses a cache that was made by another Node, or with other flags; then only the time changes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** The wrapper of a program: a function of the variables that a module has. */
export const wrapped = { head: '(function(require,__filename){', foot: '})' };

/**
 * SIGUSR1 makes Node open its inspector on 127.0.0.1:9229, for every user of the machine. A listener for the
 * signal prevents that. Node handles the signal some 30 ms before any program runs, so an inspector that was
 * opened then is closed, unless the command line or NODE_OPTIONS requested one. This is done later, because
 * loading the module takes longer than an ordinary call of wactl. It is done in an immediate, because Node
 * starts the inspector by an interrupt and again by an event of the loop (Agent::RequestIoThreadStart in
 * src/inspector_agent.cc).
 */
const NO_INSPECTOR = `process.on('SIGUSR1', () => {});
const asked = /(^|\\s)--inspect(-brk|-wait)?(=|\\s|$)/;
if (![...process.execArgv, process.env.NODE_OPTIONS || ''].some((words) => asked.test(words)))
  setTimeout(() => setImmediate(() => require('node:inspector').close()), 100).unref();`;

/** Writes a file atomically, because the programs may be run while they are built. */
export function put(name, contents, mode = 0o644) {
  const path = dist + name;
  mkdirSync(dirname(path), { recursive: true });
  const part = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(part, contents);
  chmodSync(part, mode);
  renameSync(part, path);
}

/**
 * @param {{ name: string, part: string, source: string, warm: string, isModule?: boolean, v8?: string[] }} program
 * warm: CommonJS text that is run first. It sets process.argv and whatever else makes the program's first run
 * short. The cache is taken when that run exits with 0.
 * v8: flags of V8 that it sets when it starts. A module needs those of the program that loads it.
 * isModule: it is not run by people, but loaded by a program, which gets what its wrapper returns.
 */
export function putProgram({ name, part, source, warm, isModule = false, v8 = [] }) {
  // V8 detects a stale cache only by the length of its source; the file name depends on the contents.
  const file = `${part}-${createHash('sha256').update(source).digest('hex').slice(0, 12)}`;
  put(`${file}.cjs`, source);
  fill(file, warm, setting(v8));
  put(
    `${name}.cjs`,
    `${isModule ? '' : '#!/usr/bin/env node\n'}'use strict';
${isModule ? '' : NO_INSPECTOR}
${isModule ? '' : setting(v8)}const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const file = __dirname + '/${file}';
let cachedData;
try {
  cachedData = readFileSync(file + '.cache');
} catch {}
const script = new Script(readFileSync(file + '.cjs', 'latin1'), { filename: file + '.cjs', cachedData });
${isModule ? 'module.exports = ' : ''}script.runInThisContext()(require, file + '.cjs');
`,
    isModule ? 0o644 : 0o755,
  );
  // A program that has just started may still need the previous one.
  for (const old of readdirSync(dist)) {
    const outdated = old.replace(/^\./, '').startsWith(`${part}-`) && !old.startsWith(`${file}.`);
    if (outdated && Date.now() - statSync(dist + old).mtimeMs > 60_000) rmSync(dist + old);
  }
}

const setting = (flags) =>
  flags.map((flag) => `require('node:v8').setFlagsFromString('${flag}');\n`).join('');

function fill(file, warm, set) {
  const run = `
    ${set}const fs = require('node:fs'), vm = require('node:vm');
    const [file, part] = process.argv.splice(1);
    process.argv[1] = file;
    const script = new vm.Script(fs.readFileSync(file, 'latin1'), { filename: file });
    process.once('exit', (status) => {
      if (status === 0) fs.writeFileSync(part, script.createCachedData());
    });
    const start = () => script.runInThisContext()(require('node:module').createRequire(file), file);
    ${warm}`;
  const part = `${dist}.${file}.cache.${process.pid}`;
  const env = { ...process.env };
  delete env.NODE_OPTIONS;
  const { status, stderr } = spawnSync(process.execPath, ['-e', run, `${dist}${file}.cjs`, part], {
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status === 0) {
    chmodSync(part, 0o644); // independent of the umask of its run
    renameSync(part, `${dist}${file}.cache`);
  } else console.error(`bundle: no code cache, ${file} will start slower: ${stderr}`);
}
