/** The width of a text on a terminal, and tables with non-ASCII names. */
import t from 'tap';
import { displayWidth } from '../../../src/cli/render/display-width.js';
import { table } from '../../../src/cli/render/table.js';

t.test('width is counted in terminal columns, not in UTF-16 units', async (t) => {
  for (const [text, width] of [
    ['', 0],
    ['Ana', 3],
    ['Müller', 6],
    ['Mu\u0308ller', 6],
    ['田中さん', 8],
    ['김철수', 6],
    ['ｶﾞ', 2],
    ['Ａ', 2],
    ['👍', 2],
    ['👍🏽', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['❤️', 2],
    ['1️⃣', 2],
    ['‐', 1],
    ['\u200b', 0],
    ['آنا', 3],
    ['𝒜', 1],
  ] as const)
    t.equal(displayWidth(text), width, JSON.stringify(text));
});

t.test('a long name is measured in linear time', async (t) => {
  const startedAt = performance.now();
  t.equal(displayWidth('漢'.repeat(20_000)), 40_000);
  t.ok(performance.now() - startedAt < 2_000);
});

t.test('table columns are aligned whatever they contain', async (t) => {
  const names = ['Ana', '田中さん', '👩‍👩‍👧 Family', 'Mu\u0308ller'];
  const [, ...lines] = table(
    ['NAME', 'CHAT'],
    names.map((name) => [name, '+1 555 000 2222']),
  )
    .trimEnd()
    .split('\n');
  const starts = lines.map((line) => displayWidth(line.slice(0, line.indexOf('+1'))));
  t.same(new Set(starts), new Set([11]));
});
