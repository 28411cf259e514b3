import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { DOCS, pages, stale } from '../../scripts/docs.js';
import { ROWS } from '../../src/config/keys.js';
import { FAULTS } from '../../src/protocol/fault-table.js';
import { METHODS } from '../../src/protocol/methods/index.js';

t.test('the generated pages are what the tables say', async (t) => {
  // The tests run from build/test/unit, the script from build/scripts: the same docs/ for both.
  t.same(await stale(DOCS), [], 'else: npm run docs');
  t.same(await stale(new URL('nowhere/', DOCS)), [...pages().keys()], 'a page that is not there is stale');
});

t.test('--check says so by its exit status', async (t) => {
  const script = fileURLToPath(new URL('../../scripts/docs.js', import.meta.url));
  t.doesNotThrow(() => execFileSync(process.execPath, [script, '--check']));
});

t.test('every method, fault and key has its place, and every link leads somewhere', async (t) => {
  const all = pages();
  const headings = new Map(
    [...all].map(([name, text]) => [
      name,
      new Set([...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1])),
    ]),
  );
  for (const name of Object.keys(METHODS)) t.ok(headings.get('rpc.md')?.has(name), name);
  for (const kind of Object.keys(FAULTS)) t.ok(headings.get('faults.md')?.has(kind), kind);
  for (const { name } of ROWS)
    t.ok(all.get('config.md')?.includes(`| \`${name.split('.').at(-1)}\` |`), name);
  const anchors = new Map(
    [...headings].map(([name, titles]) => [
      name,
      new Set(
        [...titles].map((title) =>
          title
            ?.toLowerCase()
            .replace(/[^\w\- ]/g, '')
            .replaceAll(' ', '-'),
        ),
      ),
    ]),
  );
  for (const [name, text] of all) {
    t.notMatch(text, /undefined|\[object|NaN/, `${name} has no holes`);
    for (const [, page, heading] of text.matchAll(/\]\(([\w.]*)(?:#([\w-]+))?\)/g)) {
      const target = page || name;
      t.ok(
        all.has(target) && (!heading || anchors.get(target)?.has(heading)),
        `${name} → ${target}#${heading}`,
      );
    }
  }
});

t.test('docs/sending.md has every error that sending has', async (t) => {
  const text = await readFile(new URL('sending.md', DOCS), 'utf8');
  const kinds = [
    ...METHODS['message.send'].faults,
    ...METHODS['media.put'].faults,
    'outcome_unknown',
    'send_failed',
  ];
  for (const kind of kinds) {
    const row = new RegExp(`^\\| \`${kind}\` \\| (\\d+) \\| `, 'm').exec(text);
    t.equal(Number(row?.[1]), FAULTS[kind as keyof typeof FAULTS].exit, kind);
  }
});
