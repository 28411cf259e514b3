/** The shapes of the page's modules, read as they are read in the page. */
import t from 'tap';
import { readShapes } from '../../../src/canary/page-facts.js';

const MODULES: Record<string, unknown> = {
  WAWebMsgKey: Object.assign((_id: string) => undefined, { newId: () => '' }),
  WAWebFrozen: Object.freeze({ send: (_one: string, _two: string) => undefined, text: 'a' }),
  WAWebEmpty: {},
};

t.test('a function has its number of parameters, and what cannot be replaced is frozen', async (t) => {
  const page = {
    require: (name: string) => {
      if (name === 'WAWebBroken') throw new TypeError('e is undefined');
      if (!(name in MODULES)) throw new Error(`Requiring unknown module "${name}"`);
      return MODULES[name];
    },
  };
  Object.assign(globalThis, { window: page });
  t.teardown(() => Reflect.deleteProperty(globalThis, 'window'));
  const names = [
    'WAWebMsgKey',
    'WAWebMsgKey.newId',
    'WAWebFrozen.send',
    'WAWebFrozen.text',
    'WAWebEmpty.gone',
  ];
  t.same(await readShapes([...names, 'WAWebAbsent.member', 'WAWebBroken']), {
    shapes: {
      WAWebMsgKey: 'function/1',
      'WAWebMsgKey.newId': 'function/0',
      'WAWebFrozen.send': 'function/2 frozen',
      'WAWebFrozen.text': 'string frozen',
      'WAWebEmpty.gone': 'missing',
      'WAWebAbsent.member': 'not loaded',
      WAWebBroken: 'throws',
    },
    exports: { WAWebMsgKey: ['newId'], WAWebFrozen: ['send', 'text'], WAWebEmpty: [] },
  });
});
