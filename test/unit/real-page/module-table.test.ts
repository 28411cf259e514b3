/** The module system for WhatsApp Web's modules: what a factory is given, and what the ways to require return. */
import t from 'tap';
import { type Exports, type Loader, ModuleTable } from '../../real-page/page/module-table.js';

const ES = 64;
const SEVEN = 32;
const silent: Loader = { loadNow() {}, load: async () => {} };

function tableWith(loader: Loader = silent, conditional: Record<string, string | null> = {}): ModuleTable {
  const table = new ModuleTable(globalThis, conditional);
  table.loader = loader;
  return table;
}

t.test('a factory is given what its flags say, once', async (t) => {
  const table = tableWith();
  const given: Record<string, unknown[]> = {};
  let runs = 0;
  table.define('dep', [], (_g: unknown, _r: unknown, _d: unknown, _l: unknown, module: Exports) => {
    runs += 1;
    module.exports = 'the dependency';
  });
  table.define('six', [], (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown) => {
    given.six = [a, b, c, d, e, f];
  });
  const seven = (a: unknown, b: unknown, c: unknown, d: unknown, e: unknown, f: unknown, g: unknown) => {
    given.seven = [a, b, c, d, e, f, g];
  };
  table.define('seven', [], seven, SEVEN);
  const more = (_a: unknown, _b: unknown, _c: unknown, _d: unknown, _e: unknown, _f: unknown, g: unknown) => {
    given.more = [g];
  };
  table.define('more', ['dep'], more, 0);
  for (const name of ['six', 'seven', 'more', 'more', 'dep']) table.require(name);
  t.same(given.six?.slice(0, 4), [globalThis, table.require, table.importDefault, table.requireLazy]);
  t.same(given.seven?.slice(2, 5), [table.importDefault, table.importNamespace, table.requireLazy]);
  t.same(given.more, ['the dependency'], 'a parameter beyond its own is the first dependency');
  t.equal(runs, 1);
});

t.test('of an ES module with nothing but a default, require returns that default', async (t) => {
  const table = tableWith();
  const put =
    (values: object) =>
    (_a: unknown, _b: unknown, _c: unknown, _d: unknown, _e: unknown, _f: unknown, exports: Exports) => {
      Object.assign(exports, values);
    };
  table.define('default', [], put({ default: 'it' }), ES | SEVEN);
  table.define('both', [], put({ default: 'it', other: 1 }), ES | SEVEN);
  table.provide('plain', { a: 1 });
  t.equal(table.require('default'), 'it');
  t.same(table.require('both'), { default: 'it', other: 1 });
  t.equal(table.importDefault('both'), 'it');
  t.same(table.importDefault('plain'), { a: 1 });
  t.same(table.importNamespace('plain').default, { a: 1 });
  t.equal(table.importNamespace('plain'), table.importNamespace('plain'));
});

t.test('modules that require each other see what is exported so far', async (t) => {
  const table = tableWith();
  table.define('one', [], (_g: unknown, require: Exports, _d: unknown, _l: unknown, module: Exports) => {
    module.exports.name = 'one';
    module.exports.seen = require('two').seen;
  });
  table.define('two', [], (_g: unknown, require: Exports, _d: unknown, _l: unknown, module: Exports) => {
    module.exports.seen = require('one').name;
  });
  t.equal(table.require('one').seen, 'one');
});

t.test('a module that throws throws again, and is noted; one that nobody has is missing', async (t) => {
  const table = tableWith();
  table.define('bad', [], () => {
    throw new Error('broken');
  });
  t.throws(() => table.require('bad'), /broken/);
  t.throws(() => table.require('bad'), /broken/);
  t.same([...table.failed], [['bad', 'Error: broken']]);
  t.throws(() => table.require('none'), /Requiring unknown module "none"/);
  t.same([...table.missing], ['none']);
});

t.test('a conditional module is the chosen one, or null', async (t) => {
  const table = tableWith(silent, { 1: 'chosen', 2: null });
  table.provide('chosen', { is: 'chosen' });
  t.same(table.require('cr:1'), { is: 'chosen' });
  t.equal(table.require('cr:2'), null);
  t.equal(table.require('cr:3'), null);
});

t.test('what is not here is loaded: at once by require, later by requireLazy', async (t) => {
  const asked: string[] = [];
  const table: ModuleTable = tableWith({
    loadNow: (name) => table.define(name, [], () => `${name} now`),
    load: async (names) => {
      asked.push(...names);
      for (const name of names) table.define(name, [], () => `${name} later`);
    },
  });
  t.equal(table.require('a'), 'a now');
  const all = await new Promise<unknown[]>((resolve) =>
    table.requireLazy(['a', 'b'], (...got) => resolve(got)),
  );
  t.same(all, ['a now', 'b later']);
  t.same(asked, ['b']);
});

t.test('exports can be changed once a module has run, before others have them', async (t) => {
  const table = tableWith();
  table.after('verify', (exports) => {
    exports.check = () => 'ours';
  });
  table.define('verify', [], (_g: unknown, _r: unknown, _d: unknown, _l: unknown, module: Exports) => {
    module.exports.check = () => 'theirs';
  });
  t.equal(table.require('verify').check(), 'ours');
});
