// The pages of several accounts become one page that Prometheus accepts, whatever an account writes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import t from 'tap';
import { merged, readPage, sample, writePage } from '../../../src/gateway/exposition.js';
import { measured, valueIn } from '../../harness/metrics.js';
import { lacks } from '../../harness/program.js';

const page = (texts: Readonly<Record<string, string>>): string =>
  writePage(merged(Object.entries(texts).map(([account, text]) => readPage(text, account))));

/** Lines of one page, and the lines that account `a` contributes to the merged page. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['a sample without labels', 'x 1', 'x{account="a"} 1\n'],
  ['a sample with labels', 'x{b="c",d="e"} 1.5e-7', 'x{account="a",b="c",d="e"} 1.5e-7\n'],
  ['empty braces', 'x{} 1', 'x{account="a"} 1\n'],
  ['a comma behind the last label', 'x{b="c",} 1', 'x{account="a",b="c"} 1\n'],
  ['a time', 'x 1 1700000000000', 'x{account="a"} 1 1700000000000\n'],
  [
    'no number',
    'x NaN\nx{b=""} +Inf\nx -Inf',
    'x{account="a"} NaN\nx{account="a",b=""} +Inf\nx{account="a"} -Inf\n',
  ],
  ['escapes', String.raw`x{b="\\\"\n"} 1`, `${String.raw`x{account="a",b="\\\"\n"} 1`}\n`],
  [
    'braces, commas and quotes in a value',
    String.raw`x{b="} 2,c=\"{"} 1`,
    `${String.raw`x{account="a",b="} 2,c=\"{"} 1`}\n`,
  ],
  ['a label account', 'x{account="b"} 1', 'x{account="a",exported_account="b"} 1\n'],
  [
    'a label account, and its new name taken',
    'x{exported_account="c",account="b"} 1',
    'x{account="a",exported_account="c",exported_exported_account="b"} 1\n',
  ],
  ['the text account= in a value', 'x{b=",account=",c="d"} 1', 'x{account="a",b=",account=",c="d"} 1\n'],
  [
    'a histogram',
    '# HELP x About x.\n# TYPE x histogram\nx_bucket{le="1"} 1\nx_bucket{le="+Inf"} 1\nx_sum 1\nx_count 1',
    '# HELP x About x.\n# TYPE x histogram\nx_bucket{account="a",le="1"} 1\nx_bucket{account="a",le="+Inf"} 1\nx_sum{account="a"} 1\nx_count{account="a"} 1\n',
  ],
  ['a sample of another metric below a description', '# TYPE x gauge\nx_sum 1', 'x_sum{account="a"} 1\n'],
  ['an unknown type', '# TYPE x info\nx 1', 'x{account="a"} 1\n'],
  ['a description with a bad escape', `${String.raw`# HELP x a\qb`}\nx 1`, 'x{account="a"} 1\n'],
  ['a description without samples', '# HELP x About x.\n# TYPE x gauge\n', ''],
  ['a comment', '# nothing\n#\nx 1', 'x{account="a"} 1\n'],
  ['a quote that does not end', 'x{b="c} 1', ''],
  ['an escape that does not exist', String.raw`x{b="\q"} 1`, ''],
  ['no comma between labels', 'x{b="c"d="e"} 1', ''],
  ['no value', 'x{b="c"}', ''],
  ['a word as a value', 'x one', ''],
  ['a name of letters outside ASCII', 'é 1', ''],
  ['text behind the value', 'x 1 2 3', ''],
  ['a carriage return', 'x 1\r', ''],
  ['HTML', '<html><body>busy</body></html>', ''],
];

for (const [what, text, expected] of CASES)
  t.test(what, async (t) => {
    t.equal(page({ a: text }), expected);
  });

t.test('a metric of several accounts is described once, and its samples stand together', async (t) => {
  const texts = {
    shop: '# HELP x Of shop.\n# TYPE x gauge\nx 1\n# TYPE y counter\ny 2\n',
    support: '# TYPE y counter\ny 3\n# HELP x Of support.\n# TYPE x counter\nx 4\nz 5\n',
  };
  t.equal(
    page(texts),
    [
      '# HELP x Of shop.\n# TYPE x gauge\nx{account="shop"} 1\nx{account="support"} 4\n',
      '# TYPE y counter\ny{account="shop"} 2\ny{account="support"} 3\n',
      'z{account="support"} 5\n',
    ].join(''),
  );
});

t.test('the name of an account is escaped', async (t) => {
  t.equal(page({ 'a"\n\\': 'x 1' }), `${String.raw`x{account="a\"\n\\"} 1`}\n`);
  t.equal(sample('x', { b: '"' }, Number.POSITIVE_INFINITY), String.raw`x{b="\""} +Inf`);
});

t.test('a long line costs no more than its length', async (t) => {
  const label = `b${'\\\\'.repeat(500_000)}`;
  const startedAt = performance.now();
  t.equal(page({ a: `x{b="${label} 1\nx{${'b="c",'.repeat(200_000)} 1` }), '');
  t.ok(performance.now() - startedAt < 5_000);
});

t.test('every sample of a daemon is on the page of each account', { skip: lacks('promtool') }, async (t) => {
  const { metrics } = await measured(t);
  const { text } = await metrics.scrape();
  const all = page({ shop: text, support: text });
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.equal(all.split('\n').filter((line) => line.includes('{account="shop"')).length, samples.length);
  t.equal(valueIn(all, 'wad_state{account="support",state="ready"}'), 1);
  const check = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = Promise.all([textOf(check.stdout), textOf(check.stderr), once(check, 'close')]);
  // Runtime counters have the names that prom-client gives them.
  const own = all.split('\n').filter((line) => /^(# \w+ )?wad_/.test(line));
  check.stdin.end(`${own.join('\n')}\n`);
  const [out, err, [code]] = await said;
  t.same({ out, err, code }, { out: '', err: '', code: 0 });
});
