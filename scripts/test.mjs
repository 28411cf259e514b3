// Runs lint, types, build and tests, and counts tests; assertions are counted on a separate line. The last
// line is "N passed, N failed", with ", N skipped" if any were. A run that dies, or runs no test, has failed.
// With --all, a test that was skipped for lack of an installable program has failed, too. With --real-page DIR, the
// tests of test/real-page run on the modules in DIR. Usage: see scripts/test.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TestCount } from './test-count.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const words = process.argv.slice(2);
const all = words.includes('--all');
const at = words.indexOf('--real-page');
const [, realPage] = at < 0 ? [] : words.splice(at, 2);
if (at >= 0) {
  if (!realPage || !existsSync(realPage)) {
    console.error(
      `scripts/test: --real-page needs the folder of WhatsApp Web's modules; there is no ${realPage ?? 'name'}`,
    );
    process.exit(64);
  }
  process.env.WAD_REAL_PAGE = realPage;
}
const given = words.filter((word) => word !== '--all');
if (at >= 0 && given.length === words.length && !given.some((word) => !word.startsWith('-')))
  given.push('test/real-page', '--jobs=1');
const QUICK = ['unit', 'simulator', 'hostile', 'e2e'];
const LONG = ['waserver', 'real-page', 'tools', 'faults', 'fleet', 'systemd', 'soak', 'torture'];

/** How many lines of a failed test are repeated at the end, where they are easy to find. */
const SAID_LINES = 200;

const count = new TestCount();
/** Failures other than of tests: a step, a file without tests, a missing program. */
let besides = 0;
const reasons = [];
const said = [];
const fail = (reason) => {
  besides += 1;
  reasons.push(reason);
};
let child;
let interrupted = 0;
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
]) {
  process.on(signal, () => {
    // The terminal has signalled the other processes as well; tap ends its own children.
    if (interrupted === 0) child?.kill(signal);
    interrupted = 128 + number;
  });
}

/** The test files below build/ for an argument: a file or a folder, compiled or not. */
function testFiles(path) {
  const built = path.replace(/^(?:\.\/)?(?:build\/)?test\//, 'build/test/').replace(/\.ts$/, '.js');
  if (!existsSync(built)) return [];
  if (!statSync(built).isDirectory()) return [built];
  return readdirSync(built, { recursive: true })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => `${built.replace(/\/$/, '')}/${name}`)
    .sort();
}

/** The output of a test file about its failures, without that about successes. */
function failures(lines) {
  const kept = [];
  let depth = -1;
  for (const line of lines) {
    const indent = line.search(/\S/);
    if (/^ *not ok /.test(line)) {
      depth = indent;
      kept.push(line);
    } else if (/^ *(?:ok \d|# Subtest|\d+\.\.\d+)/.test(line)) {
      depth = -1;
      if (/^ *# Subtest/.test(line)) kept.push(line);
    } else if (depth >= 0 && indent >= depth) kept.push(line);
  }
  // Subtests without a failure are left out, from the innermost on.
  const told = [];
  for (const line of kept.reverse())
    if (!/^ *# Subtest/.test(line) || (told.at(-1) ?? '').search(/\S/) > line.search(/\S/)) told.push(line);
  return told.reverse().slice(0, SAID_LINES);
}

function step(says, file, ...args) {
  console.log(`==> ${says}`);
  const { status, error, signal } = spawnSync(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (signal === 'SIGINT' || signal === 'SIGTERM') interrupted ||= signal === 'SIGINT' ? 130 : 143;
  if (status === 0) return true;
  fail(`${says}: ${error?.message ?? `exit status ${status ?? signal}`}`);
  return false;
}

/** Runs tap, shows its output, and reads its counts from its last lines. */
function tap(args) {
  console.log('==> tests');
  const env = { ...process.env, ...(all && !process.env.WAD_ROUNDS ? { WAD_ROUNDS: '20' } : {}) };
  child = spawn(process.execPath, ['node_modules/tap/dist/esm/run.mjs', 'run', '--reporter=tap', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let rest = '';
  let ofFile = [];
  let summary = false;
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    process.stdout.write(chunk);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      count.take(line);
      // Lines about a file also follow its own line: how it ended.
      if (/^# Subtest|^ok|^# \{/.test(line)) {
        if (ofFile.some((before) => before.startsWith('not ok'))) said.push(...failures(ofFile));
        ofFile = [];
      }
      ofFile.push(line);
      if (/^# \{ total: /.test(line)) {
        summary = true;
      } else if (/^not ok .*# time=/.test(line) || /^not ok \d+ - build\//.test(line)) {
        reasons.push(line.replace(/^not ok \d+ - /, '').replace(/ # time=.*/, ''));
      }
    }
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      child = undefined;
      for (const file of count.empty) fail(`${file}: no test ran`);
      if (!summary) fail('tests: tap died');
      else if (count.passed + count.failed + count.skipped.length + count.empty.length === 0)
        fail('tests: none ran');
      else if (code !== 0 && count.failed + count.empty.length === 0) fail(`tests: tap ended with ${code}`);
      resolve();
    });
  });
}

if (given.length === 0) step('lint', 'node_modules/.bin/biome', 'check', '--error-on-warnings', '.');
const built =
  interrupted === 0 &&
  step('prune', process.execPath, 'scripts/prune.mjs') &&
  step('types and build', 'npm', 'run', '--silent', 'build');
if (built && interrupted === 0) {
  const files = given.flatMap((word) => {
    const found = /^(\.\/)?(build\/)?test\//.test(word) ? testFiles(word) : [];
    return found.length > 0 ? found : [word];
  });
  const named = files.some((word) => !word.startsWith('-'));
  const folders = named ? [] : all ? [...QUICK, ...LONG] : QUICK;
  await tap([...files, ...folders.flatMap((folder) => testFiles(`build/test/${folder}`))]);
}
const avoidable = all ? count.skipped.filter(({ lacks }) => lacks !== null) : [];
for (const { name, lacks } of avoidable) fail(`${name}: would run with ${lacks} installed`);
const skips = count.skipped.filter((skip) => !avoidable.includes(skip));
for (const line of said) console.log(line);
for (const { name, reason } of skips) console.log(`skipped: ${name}${reason && ` (${reason})`}`);
for (const reason of reasons) console.log(`failed: ${reason}`);
if (interrupted !== 0) console.log('interrupted');
const failed = count.failed + besides;
console.log(`\n${count.assertions} assertions`);
console.log(`${count.passed} passed, ${failed} failed${skips.length > 0 ? `, ${skips.length} skipped` : ''}`);
process.exitCode = interrupted || (failed > 0 ? 1 : 0);
