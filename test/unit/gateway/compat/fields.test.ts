/** Fields of foreign bodies: what counts as left out, what is converted, and what is refused by its name. */
import t from 'tap';
import { Fields } from '../../../../src/gateway/compat/fields.js';
import { decoded } from '../../../../src/gateway/compat/file.js';

const fields = new Fields({
  text: 'a',
  number: 15550002222,
  none: null,
  empty: '',
  yes: 'true',
  no: false,
  list: ['a', 1],
  nested: { text: 'b', list: [{}] },
});

t.test('null, an empty text and an absent field are left out', async (t) => {
  for (const name of ['none', 'empty', 'absent', 'constructor', '__proto__', 'toString']) {
    t.equal(fields.optional(name), undefined, name);
    t.notOk(fields.has(name));
    t.throws(() => fields.text(name), { message: `"${name}" must be a text` });
  }
});

t.test('the first name with a value counts', async (t) => {
  t.equal(fields.text('none', 'text'), 'a');
});

t.test('numbers, flags and lists in other forms are accepted', async (t) => {
  t.equal(fields.text('number'), '15550002222');
  t.equal(new Fields({ limit: '10' }).count('limit'), 10);
  t.equal(fields.flag('yes'), true);
  t.equal(fields.flag('no'), false);
  t.same(fields.texts('list'), ['a', '1']);
  t.same(fields.texts('text'), ['a']);
});

t.test('a value that does not fit is named by its path', async (t) => {
  t.throws(() => fields.optional('nested'), { message: '"nested" must be a text' });
  t.throws(() => fields.object('nested').text('list'), { message: '"nested.list" must be a text' });
  t.throws(() => fields.object('nested').objects('list')[0]?.text('x'), {
    message: /"nested\.list\[0\]\.x"/,
  });
  t.throws(() => fields.count('text'), { message: '"text" must be a number' });
  t.throws(() => new Fields({ limit: 'Infinity' }).count('limit'), { message: /number/ });
  t.throws(() => fields.flag('text'), { message: /true or false/ });
  t.throws(() => fields.object('list'), { message: /"list" must be an object/ });
});

t.test('base64 is read with line breaks, URL-safe, and as a data URL', async (t) => {
  const bytes = Buffer.from([0xfb, 0xff, 0xfe]);
  for (const text of [
    '+//+',
    '-__-',
    '+//\r\n+',
    'data:image/png;base64,+//+',
    'data:image/png;name=a.png;base64,+//+',
  ])
    t.same(decoded(text), bytes, text);
  for (const text of ['', '<svg/>', 'data:image/svg+xml,<svg/>', 'a=b', '=', 'ä'])
    t.throws(() => decoded(text), { message: /base64/ }, text);
});
