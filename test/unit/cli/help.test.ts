// Every command has a help text that fits a terminal of 80 columns.
import t from 'tap';
import { COMMANDS } from '../../../src/cli/commands/rare.js';
import { help } from '../../../src/cli/help.js';
import { columns, paragraphs, wrap } from '../../../src/cli/wrap.js';
import { readFlags } from '../../../src/daemon/flags.js';
import { wactl } from '../../harness/wactl.js';

const tooLong = (text: string): string[] => text.split('\n').filter((line) => [...line].length > 80);

t.test('every help text fits 80 columns', async (t) => {
  t.same(tooLong(help()), [], 'wactl --help');
  for (const command of COMMANDS) {
    const text = help(command);
    t.same(tooLong(text), [], `wactl ${command.name} --help`);
    for (const [line] of command.examples)
      t.ok(
        text.includes(`\n  ${line}\n`),
        `${command.name}: an example is a line that can be copied: ${line}`,
      );
    for (const option of Object.keys(command.options)) t.ok(text.includes(`--${option}`), option);
  }
  const wad = await readFlags(['--help'], { env: {}, version: '1.2.3' });
  const text = 'text' in wad ? wad.text : 'no help';
  t.same(tooLong(text), [], 'wad --help');
  for (const status of ['0', '1', '64', '69', '70', '73', '75', '77', '78', '129, 130, 143'])
    t.match(text, new RegExp(`^  ${status} +\\S`, 'm'), `wad --help: exit ${status}`);
});

t.test('-V prints the version of both programs', async (t) => {
  t.match(await wactl(['-V']), { code: 0, stdout: /^wactl \d/, stderr: '' });
  t.match(await wactl(['status', '-V']), { code: 0, stdout: /^wactl \d/, stderr: '' });
  t.same(await readFlags(['-V'], { env: {}, version: '1.2.3' }), { text: 'wad 1.2.3', exit: 0 });
});

t.test('every described verb exists', async (t) => {
  for (const { name, verbs = [], args } of COMMANDS) {
    if (verbs.length === 0) continue;
    const said = verbs.flatMap(([form]) => (form.split(/ [A-Z[-]/)[0] ?? '').split(/[|,] ?/));
    t.same(said.sort(), [...(args[0]?.choices ?? [])].sort(), name);
  }
});

t.test('text is wrapped between words', async (t) => {
  t.same(wrap('a bb ccc', 4), ['a bb', 'ccc']);
  t.same(wrap('longer', 3), ['longer']);
  t.equal(paragraphs('a\nb\n\nc'), 'a b\n\nc');
  t.equal(
    columns([
      ['x', 'one'],
      ['yy', 'two'],
    ]),
    '  x   one\n  yy  two',
  );
});
