// Counts the tests in tap's output (TAP 14, four spaces a level), line by line. A test is a block, `t.test`,
// without a block in it, or a file without blocks. A block that contains others, or a file that contains
// blocks, counts only when it failed and none of those did: then the failure is its own.
const RESULT = /^( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO)\b ?(.*))?$/i;
const SPACES = 4;

/** The form of a reason to skip for a program that is not installed: test/harness/program.ts. */
const LACKS = /^lacks (\S+)/;

export class TestCount {
  passed = 0;
  failed = 0;
  assertions = 0;
  /** Skipped tests, with the reason and the program that was missing, or null. */
  skipped = [];
  /** Files that ended before their first test. */
  empty = [];
  /** Open blocks, from the file inwards. */
  #open = [];

  take(line) {
    const block = /^( *)# Subtest: (.*)$/.exec(line);
    if (block) {
      this.#closeTo(block[1].length);
      this.#open.push({ indent: block[1].length, name: block[2], inner: 0, failures: 0 });
      return;
    }
    const result = RESULT.exec(line.replace(/ # time=[\d.]+ms$/, ''));
    if (!result) return;
    const [, spaces, not, name = '', directive, reason = ''] = result;
    this.#closeTo(spaces.length + SPACES);
    const closes = this.#open.at(-1)?.indent === spaces.length ? this.#open.pop() : undefined;
    const around = this.#open.at(-1);
    // An assertion in a block.
    if (!closes && !directive && around) {
      this.assertions += 1;
      return;
    }
    if (directive) this.#skip(name, reason, spaces === '');
    else if (not && !(closes?.failures > 0)) this.failed += 1;
    else if (!not && !(closes?.inner > 0)) this.passed += 1;
    if (!around) return;
    around.inner += 1;
    if (not) around.failures += 1;
  }

  #skip(name, reason, isFile) {
    if (isFile && reason === 'no tests found') {
      this.empty.push(name);
      return;
    }
    const at = [...this.#open.map((block) => block.name), name].filter(Boolean).join(': ');
    this.skipped.push({ name: at, reason, lacks: LACKS.exec(reason)?.[1] ?? null });
  }

  /** Closes blocks that ended without a result, as after the kill of a process. */
  #closeTo(indent) {
    while (this.#open.length > 0 && this.#open.at(-1).indent >= indent) {
      const lost = this.#open.pop();
      const around = this.#open.at(-1);
      if (!around) continue;
      around.inner += 1;
      around.failures += lost.failures;
    }
  }
}
