/** The accounts of a machine are found by the files of their daemons and their configuration. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { knownAccounts } from '../../../src/socket/known-accounts.js';

const uid = process.getuid?.() ?? 0;
const root = '/nowhere';

t.test('sockets, state and configuration files name accounts, and other files do not', (t) => {
  const home = t.testdir({
    run: { wad: { shop: {}, 'not a name': {}, file: '' } },
    '.local': { state: { wad: { old: {}, shop: {} } } },
    '.config': { wad: { 'wad.toml': '', 'new.toml': '', 'note.txt': '', '.toml': '' } },
  });
  t.same(knownAccounts({ env: { XDG_RUNTIME_DIR: join(home, 'run') }, uid, home, root }), [
    'new',
    'old',
    'shop',
  ]);
  t.end();
});

t.test(
  'accounts of the system are found too, and ones that do not run are found by state or configuration',
  (t) => {
    const root = t.testdir({
      run: { wad: { shop: {} } },
      var: { lib: { wad: { old: {} } } },
      etc: { wad: { 'wad.toml': '', 'new.toml': '' } },
    });
    t.same(knownAccounts({ env: {}, uid, home: '/nowhere', root }), ['new', 'old', 'shop']);
    t.end();
  },
);

t.test('the XDG directories are used if they are absolute', (t) => {
  const home = t.testdir({ a: { wad: { one: {} } }, b: { wad: { 'two.toml': '' } } });
  const env = { XDG_STATE_HOME: join(home, 'a'), XDG_CONFIG_HOME: join(home, 'b'), XDG_RUNTIME_DIR: 'run' };
  t.same(knownAccounts({ env, uid, home, root }), ['one', 'two']);
  t.same(knownAccounts({ env: { XDG_STATE_HOME: 'a' }, uid, home, root }), []);
  t.end();
});

t.test('sockets in a directory that others can replace do not count as accounts', (t) => {
  const home = t.testdir({ real: { shop: {} } });
  mkdirSync(join(home, 'run'));
  symlinkSync(join(home, 'real'), join(home, 'run', 'wad'));
  t.same(knownAccounts({ env: { XDG_RUNTIME_DIR: join(home, 'run') }, uid, home, root }), []);
  writeFileSync(join(home, 'x'), '');
  t.same(knownAccounts({ env: { XDG_RUNTIME_DIR: join(home, 'x') }, uid, home, root }), []);
  t.end();
});
