/** Chunks of a socket are split into lines, with a size limit, in linear time. */
import { performance } from 'node:perf_hooks';
import t from 'tap';
import { type Line, LineSplitter } from '../../../src/socket/line.js';

const say = (line: Line): string => ('text' in line ? line.text : `<${line.fault.kind}>`);

/** Feeds the chunks, then ends. */
function split(chunks: readonly (string | readonly number[])[], maxBytes = 100): string[] {
  const splitter = new LineSplitter(maxBytes);
  const lines = chunks.flatMap((chunk) => [
    ...splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk)),
  ]);
  return [...lines, ...splitter.end()].map(say);
}

t.test('chunks are split into lines', async (t) => {
  const table = [
    ['nothing', [], []],
    ['one line', ['a\n'], ['a']],
    ['several lines in a chunk', ['a\nb\nc\n'], ['a', 'b', 'c']],
    ['one line in several chunks', ['a', 'b', 'c\n'], ['abc']],
    ['the end of a line and the start of the next in one chunk', ['a\nb', 'c\nd'], ['a', 'bc', 'd']],
    ['the newline by itself', ['a', '\n', 'b', '\n'], ['a', 'b']],
    ['half a line at the end', ['a\nb'], ['a', 'b']],
    ['CRLF', ['a\r\nb\r\n'], ['a', 'b']],
    ['CRLF cut in two', ['a\r', '\nb'], ['a', 'b']],
    ['a carriage return inside stays', ['a\rb\n'], ['a\rb']],
    ['a carriage return at the very end', ['a\r'], ['a']],
    ['empty lines', ['\n\n\r\n', '\n', 'a\n\n'], ['a']],
    ['a line of spaces', [' \n'], [' ']],
    ['NUL is a character', [[0x61, 0, 0x62, 0x0a]], ['a\0b']],
    [
      'a character split between two chunks',
      [
        [0xe2, 0x82],
        [0xac, 0x0a],
      ],
      ['€'],
    ],
    ['a byte order mark stays', [[0xef, 0xbb, 0xbf, 0x61, 0x0a]], ['\ufeffa']],
    ['invalid UTF-8 followed by a valid line', [[0xff, 0x0a, 0x61, 0x0a]], ['<parse_error>', 'a']],
    ['half a character at the end', [[0xe2, 0x82]], ['<parse_error>']],
    ['the longest line', ['x'.repeat(100), '\na\n'], ['x'.repeat(100), 'a']],
    [
      'one byte too many, with its newline in the next chunk',
      ['x'.repeat(101), '\na\n'],
      ['<line_too_long>'],
    ],
    ['one byte too many, with its newline', [`${'x'.repeat(101)}\na\n`], ['<line_too_long>']],
    ['one byte too many, in the second chunk', ['x'.repeat(100), 'y\n', 'a\n'], ['<line_too_long>']],
    ['the limit counts bytes, not characters', ['é'.repeat(51)], ['<line_too_long>']],
    ['lines before a too long one are returned', ['a\n', 'x'.repeat(101)], ['a', '<line_too_long>']],
  ] as const;
  for (const [name, chunks, expected] of table) t.same(split(chunks), expected, name);
});

t.test('lines stay intact when the buffer of their chunk is reused', async (t) => {
  const splitter = new LineSplitter(100);
  const chunk = Buffer.from('abc');
  t.same([...splitter.push(chunk)], []);
  chunk.fill('x');
  t.same([...splitter.push(Buffer.from('\n'))].map(say), ['abc']);
});

t.test('a line over the limit is not kept in memory', async (t) => {
  const splitter = new LineSplitter(1024);
  t.same([...splitter.push(Buffer.alloc(1000))], []);
  t.equal(splitter.heldBytes, 1000);
  t.same([...splitter.push(Buffer.alloc(1000))].map(say), ['<line_too_long>']);
  t.equal(splitter.heldBytes, 0);
  t.same([...splitter.push(Buffer.alloc(1000)), ...splitter.end()], []);
  t.equal(splitter.heldBytes, 0);
});

t.test('a megabyte that arrives byte by byte takes linear time', async (t) => {
  const byte = Buffer.from('x');
  const took = (length: number): number => {
    const splitter = new LineSplitter(length);
    const start = performance.now();
    for (let n = 0; n < length; n += 1) for (const _ of splitter.push(byte)) t.fail('no line yet');
    t.equal([...splitter.push(Buffer.from('\n'))].map(say)[0]?.length, length);
    return performance.now() - start;
  };
  took(50_000);
  // Quadratic work would take minutes here. The bound is wide enough for any machine.
  t.ok(took(1024 * 1024) < 10_000);
});
