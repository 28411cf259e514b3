// A copy of the build in which one change at a time is made and tested. The checkout is not changed.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { End, Mutant } from './mutant.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Everything that a test reads. node_modules is linked. */
const COPIED = [
  'build',
  'dist',
  'docs',
  'scripts',
  'src',
  'systemd',
  'test',
  'web',
  'package.json',
  '.taprc',
];
/** For a slow machine. */
const LONGEST_MS = 600_000;
/** A change that makes a test hang is noticed after this multiple of the test's normal time, plus a start. */
const PATIENCE = 5;
const SPARE_MS = 20_000;

export interface Ran {
  readonly passed: boolean;
  /** The end of its output. */
  readonly tail: string;
}

export class Workshop implements AsyncDisposable {
  readonly #place = mkdtempSync(join(tmpdir(), 'wad-mutants-'));
  readonly #running = new Set<ChildProcess>();
  /** How long each test file took without a change. */
  readonly #tookMs = new Map<string, number>();

  constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#place, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#place, 'node_modules'));
  }

  /** Makes the change, runs its tests until one fails, and undoes the change. */
  async try(mutant: Mutant): Promise<End> {
    const source = join(this.#place, 'src', `${mutant.file}.ts`);
    const built = join(this.#place, 'build/src', `${mutant.file}.js`);
    const text = read(source);
    if (text === null || text.split(mutant.from).length !== 2) return { end: 'gone' };
    const compiled = readFileSync(built);
    const changed = text.replace(mutant.from, () => mutant.to);
    const mutated = compile(changed);
    writeFileSync(source, changed);
    writeFileSync(built, mutated);
    try {
      for (const test of mutant.tests) {
        const { passed } = await this.#run(test, true);
        if (!passed) return { end: 'noticed', by: test };
      }
      return { end: 'survived' };
    } finally {
      writeFileSync(source, text);
      writeFileSync(built, compiled);
    }
  }

  /** Runs one test file without any change. */
  async run(test: string): Promise<Ran> {
    const startedAt = performance.now();
    const ran = await this.#run(test, false);
    this.#tookMs.set(test, performance.now() - startedAt);
    return ran;
  }

  async #run(test: string, changed: boolean): Promise<Ran> {
    if (changed && this.#runsPrograms(test)) {
      const bundled = await this.#node(['scripts/bundle.mjs'], LONGEST_MS);
      if (!bundled.passed) return bundled;
    }
    const took = this.#tookMs.get(test);
    const limitMs = took === undefined ? LONGEST_MS : SPARE_MS + PATIENCE * took;
    const env = { TAP_BAIL: '1', TAP_TIMEOUT: String(Math.ceil(LONGEST_MS / 1_000)) };
    return await this.#node([`build/test/${test}.test.js`], limitMs, env);
  }

  /**
   * True for tests that run the programs or the library from the bundles, which must then be built with the
   * change.
   */
  #runsPrograms(test: string): boolean {
    if (!test.startsWith('unit/')) return true;
    return /harness\/(?:wactl|wad|library)\.js/.test(
      read(join(this.#place, `build/test/${test}.test.js`)) ?? '',
    );
  }

  #node(args: readonly string[], limitMs: number, more: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn(process.execPath, args, {
      cwd: this.#place,
      env: { ...process.env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#running.add(child);
    let tail = '';
    const keep = (chunk: string): void => {
      tail = (tail + chunk).slice(-4_000);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const late = setTimeout(() => end(child), limitMs);
    return new Promise((resolve) => {
      child.once('exit', (code) => {
        clearTimeout(late);
        this.#running.delete(child);
        // A test that was killed leaves its own child processes.
        end(child);
        resolve({ passed: code === 0, tail });
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) end(child);
    rmSync(this.#place, { recursive: true, force: true });
  }
}

/** Kills a child with its whole process group. */
function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has exited.
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/**
 * Types are not checked, because the tests are under test. @throws for a syntax error, which any test would
 * notice
 */
function compile(text: string): string {
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  const [wrong] = diagnostics;
  if (wrong) throw new Error(`no TypeScript: ${ts.flattenDiagnosticMessageText(wrong.messageText, ' ')}`);
  return outputText;
}
