// The place in the stream of all accounts, as the id of an event.
import t from 'tap';
import { CursorVector } from '../../../src/gateway/cursor-vector.js';

t.test('an id that was written is read as the same place', async (t) => {
  const vector = CursorVector.startingAt(1_767_225_600_000);
  t.equal(vector.isNew, true);
  t.equal(String(vector), '*:1767225600000');
  vector.set('shop', 12);
  vector.set('__proto__', 7);
  vector.set('shop', 13);
  t.equal(String(vector), 'shop:13,__proto__:7,*:1767225600000');
  const again = CursorVector.parse(String(vector));
  t.equal(again.isNew, false);
  t.equal(String(again), String(vector));
  t.equal(again.get('shop'), 13);
  t.equal(again.get('__proto__'), 7);
  t.equal(again.get('constructor'), null);
  t.equal(again.sinceMs, 1_767_225_600_000);
});

const WRONG: Readonly<Record<string, string>> = {
  nothing: '',
  'a cursor of one account': '12',
  'no time for the others': 'shop:12',
  'a name twice': 'shop:1,shop:2,*:0',
  'the time twice': '*:1,*:2',
  'an empty part': 'shop:1,,*:0',
  'a comma at the end': '*:0,',
  'no cursor': 'shop:,*:0',
  'a negative cursor': 'shop:-1,*:0',
  'a fraction': 'shop:1.5,*:0',
  'an exponent': 'shop:1e3,*:0',
  'a cursor beyond the largest number': 'shop:9999999999999999,*:0',
  'a cursor of a thousand digits': `shop:${'9'.repeat(1_000)},*:0`,
  'a name that is no account': '../shop:1,*:0',
  'a name with a line break': 'shop\n:1,*:0',
  'a name that is too long': `${'x'.repeat(65)}:1,*:0`,
  'more than any id': `${'a:1,'.repeat(20_000)}*:0`,
};

t.test('anything else is refused, and not repeated', async (t) => {
  for (const [name, text] of Object.entries(WRONG))
    t.throws(
      () => CursorVector.parse(text),
      { kind: 'invalid_params', message: /^after: not the id of an event of this stream: [^\n]{1,60}$/ },
      name,
    );
});

t.test('as many accounts as fit are read', async (t) => {
  const names = Array.from({ length: 5_000 }, (_, n) => `a${n}:${n}`);
  const vector = CursorVector.parse(`${names.join(',')},*:0`);
  t.equal(vector.get('a4999'), 4999);
});
