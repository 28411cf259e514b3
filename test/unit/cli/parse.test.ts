/** A command line becomes a command with its arguments, and typed values are not reinterpreted. */
import t from 'tap';
import { matching } from '../../../src/cli/accounts.js';
import { COMMANDS } from '../../../src/cli/commands/rare.js';
import { outputOf, parse, Usage } from '../../../src/cli/parse.js';

const read = (...words: string[]) => parse(words, COMMANDS);
const wrong = (...words: string[]): string => {
  try {
    read(...words);
    return 'nothing';
  } catch (error) {
    return error instanceof Usage ? error.message : String(error);
  }
};

t.test('values that look like numbers stay texts', async (t) => {
  for (const word of ['0005', '1e3', '0x1f', '+5511900000002', '1.50', 'Infinity'])
    t.same(read('send', word, word, '--key', word), {
      ...read('send', word, word, '--key', word),
      args: [word, word],
    });
  t.match(read('send', '0005', '0x1f', '--key', '1e3'), { args: ['0005', '0x1f'], options: { key: '1e3' } });
});

t.test('nobody and no message has an empty name', async (t) => {
  for (const name of ['', ' ']) {
    t.equal(wrong('send', name, 'hi'), 'send: TO is empty');
    t.equal(wrong('edit', name, 'hi'), 'edit: MESSAGE is empty');
  }
  t.match(
    read('edit', 'AC0C1D2E3F', ''),
    { args: ['AC0C1D2E3F', ''] },
    'the command says what is wrong with its text',
  );
});

t.test('after -- nothing is an option, not even with an attached value', async (t) => {
  t.match(read('send', 'x', '--', '-oxml'), { args: ['x', '-oxml'], output: 'text' });
  t.match(read('send', '-ojson', 'x', '--', '-a'), { args: ['x', '-a'], output: 'json' });
  t.match(read('-ashop', 'send', 'x', '--', '--key'), { account: 'shop', args: ['x', '--key'] });
});

t.test('seconds are accepted within their bounds', async (t) => {
  for (const [text, ms] of [
    ['0.001', 1],
    ['1.5', 1_500],
    ['86400', 86_400_000],
  ] as const)
    t.equal(read('status', '--timeout', text).timeoutMs, ms);
  for (const text of ['0', '0.0001', '86401', '1s', '-1', '1e3'])
    t.match(wrong('status', `--timeout=${text}`), /between 0.001 and 86400/, text);
});

t.test('account names cannot be paths', async (t) => {
  t.equal(read('status', '-a', 'a'.repeat(64)).account, 'a'.repeat(64));
  for (const name of ['../x', 'a/b', 'a b', 'ä', 'a'.repeat(65)])
    t.match(wrong('status', `--account=${name}`), /letters, digits/);
});

t.test('-a takes several accounts where the command can be run for several', async (t) => {
  for (const name of ['*', 'shop-?', 'a,b', 'a*,b'])
    for (const line of [
      ['status'],
      ['wait', 'ready'],
      ['doctor'],
      ['outbox'],
      ['outbox', 'list'],
      ['events', '-f'],
    ])
      t.equal(read('-a', name, ...line).account, name);
  for (const [line, what] of [
    [['send', 'x', 'y'], 'send'],
    [['outbox', 'cancel', 'm-1'], 'outbox cancel'],
    [['events', 'consumers'], 'events consumers'],
  ] as const)
    t.equal(wrong('-a', 'a,b', ...line), `${what} works on one account, and -a "a,b" means several`);
  for (const name of ['a,', ',', '*/x', 'a b,c'])
    t.match(wrong('-a', name, 'status'), /letters, digits/, name);
  t.match(wrong('-a', '*', '--socket', '/x', 'status'), /--socket names one daemon/);
});

t.test('a pattern means the known accounts that match it, and a name itself', async (t) => {
  const known = ['shop', 'shop2', 'support'];
  t.same(matching('*', known), known);
  t.same(matching('shop?', known), ['shop2']);
  t.same(matching('s*p,new,shop', known), ['new', 'shop']);
  t.throws(() => matching('x*', known), { message: /matches "x\*"/ });
});

t.test('the output format is known even if the rest of the line is invalid', async (t) => {
  t.equal(outputOf(['nonsense', '-o', 'json']), 'json');
  t.equal(outputOf(['nonsense', '-ojsonl']), 'jsonl');
  t.equal(outputOf(['--output=json', 'x']), 'json');
  t.equal(outputOf(['-o', 'xml']), 'text');
  t.equal(outputOf([]), 'text');
});
