/** The path of the control socket for server and client, and the paths that are refused. */
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { clientPath, serverAddress, serverPath } from '../../../src/socket/path.js';

const around = (env: Record<string, string>, more: { account?: string; explicit?: string } = {}) => ({
  account: 'default',
  uid: 1000,
  env,
  ...more,
});
const XDG = { XDG_RUNTIME_DIR: '/run/user/1000' };
const UNIT = { RUNTIME_DIRECTORY: '/run/wad/default' };
const OWN = { mode: 0o600, directoryMode: 0o700 };
const GROUP = { mode: 0o660, directoryMode: 0o750 };

t.test('a server listens at the expected path', async (t) => {
  const table = [
    ['nothing set', around({}), { path: '/tmp/wad-1000/default/control.sock', explicit: false, ...OWN }],
    [
      'a login session',
      around(XDG),
      { path: '/run/user/1000/wad/default/control.sock', explicit: false, ...OWN },
    ],
    [
      'a relative runtime directory is ignored',
      around({ XDG_RUNTIME_DIR: 'run' }),
      { path: '/tmp/wad-1000/default/control.sock', explicit: false, ...OWN },
    ],
    [
      'empty variables are ignored',
      around({ XDG_RUNTIME_DIR: '', WAD_SOCKET: '', RUNTIME_DIRECTORY: '' }),
      { path: '/tmp/wad-1000/default/control.sock', explicit: false, ...OWN },
    ],
    [
      'the system service',
      around({ ...XDG, ...UNIT }),
      { path: '/run/wad/default/control.sock', explicit: false, ...GROUP },
    ],
    [
      'a unit with several directories',
      around({ RUNTIME_DIRECTORY: '/run/wad/default:/run/other' }),
      { path: '/run/wad/default/control.sock', explicit: false, ...GROUP },
    ],
    [
      'a unit of the user manager',
      around({ ...XDG, RUNTIME_DIRECTORY: '/run/user/1000/wad/default' }),
      { path: '/run/user/1000/wad/default/control.sock', explicit: false, ...OWN },
    ],
    [
      'WAD_SOCKET',
      around({ ...XDG, WAD_SOCKET: '/x/y.sock' }),
      { path: '/x/y.sock', explicit: true, ...OWN },
    ],
    [
      '--socket takes precedence over WAD_SOCKET',
      around({ WAD_SOCKET: '/x/y.sock' }, { explicit: 'here.sock' }),
      { path: 'here.sock', explicit: true, ...OWN },
    ],
    [
      '--socket in the system service still permits the group',
      around(UNIT, { explicit: '/srv/w.sock' }),
      { path: '/srv/w.sock', explicit: true, ...GROUP },
    ],
    [
      'another account',
      around(XDG, { account: 'shop-2' }),
      { path: '/run/user/1000/wad/shop-2/control.sock', explicit: false, ...OWN },
    ],
  ] as const;
  for (const [name, given, expected] of table) t.same(serverPath(given), expected, name);
});

const client = (env: Record<string, string>, more: { account?: string; socket?: string } = {}) => ({
  uid: 1000,
  env,
  ...more,
});

t.test('a client finds the path, the expected account, and the options that select them', async (t) => {
  const there = () => true;
  const absent = () => false;
  const X = { WAD_SOCKET: '/x' };
  const own = (account: string) => `/tmp/wad-1000/${account}/control.sock`;
  const table = [
    ['the system service is up', client(XDG), there, '/run/wad/default/control.sock', null, ''],
    ['the system service is down', client(XDG), absent, '/run/user/1000/wad/default/control.sock', null, ''],
    ['without a login session', client({}), absent, own('default'), null, ''],
    ['the daemon’s RUNTIME_DIRECTORY is ignored by clients', client(UNIT), absent, own('default'), null, ''],
    ['-a', client({}, { account: 'shop' }), absent, own('shop'), 'shop', '-a shop'],
    ['-a default', client({}, { account: 'default' }), absent, own('default'), 'default', ''],
    ['WAD_ACCOUNT', client({ WAD_ACCOUNT: 'shop' }), absent, own('shop'), 'shop', '-a shop'],
    ['WAD_SOCKET', client(X), there, '/x', null, '--socket /x'],
    [
      'WAD_SOCKET and WAD_ACCOUNT',
      client({ ...X, WAD_ACCOUNT: 'shop' }),
      there,
      '/x',
      'shop',
      '-a shop --socket /x',
    ],
    [
      '-a takes precedence over WAD_SOCKET',
      client(X, { account: 'shop' }),
      absent,
      own('shop'),
      'shop',
      '-a shop',
    ],
    [
      '-a default takes precedence over both',
      client(X, { account: 'default' }),
      absent,
      own('default'),
      'default',
      '-a default',
    ],
    [
      '--socket takes precedence over WAD_SOCKET',
      client(X, { socket: '/y' }),
      there,
      '/y',
      null,
      '--socket /y',
    ],
    [
      '--socket takes precedence over WAD_ACCOUNT',
      client({ WAD_ACCOUNT: 'shop' }, { socket: '/y' }),
      there,
      '/y',
      null,
      '--socket /y',
    ],
    [
      '--socket and -a',
      client(X, { socket: '/y', account: 'shop' }),
      there,
      '/y',
      'shop',
      '-a shop --socket /y',
    ],
    ['a path with a space', client({}, { socket: '/a b' }), there, '/a b', null, "--socket '/a b'"],
  ] as const;
  for (const [name, given, lives, path, expects, address] of table) {
    const found = clientPath(given, lives);
    t.equal(found.path, path, name);
    t.equal(found.named ? found.account : null, expects, `${name}: the account`);
    t.equal(found.address.join(' '), address, `${name}: the address`);
    t.equal(found.explicit, path.length < 6, `${name}: explicit`);
  }
  const asked: string[] = [];
  clientPath(client(XDG, { account: 'shop' }), (directory) => asked.push(directory) > 1);
  t.same(asked, ['/run/wad/shop'], 'the directory of the account is checked');
  t.equal(clientPath(client({}, { account: 'none-such' })).path, own('none-such'), 'on a disk');
});

t.test('the options that lead another client to this daemon', async (t) => {
  for (const [given, address] of [
    [around(XDG), ''],
    [around(UNIT), ''],
    [around({}, { account: 'shop' }), '-a shop'],
    [around({ WAD_SOCKET: '/x' }), '--socket /x'],
    [around({ RUNTIME_DIRECTORY: '/run/other' }), '--socket /run/other/control.sock'],
    [around(UNIT, { explicit: '/srv/w.sock', account: 'shop' }), '-a shop --socket /srv/w.sock'],
  ] as const)
    t.equal(serverAddress(serverPath(given), given).join(' '), address);
});

t.test('an invalid path is refused with its reason', async (t) => {
  const longest = `/${'d'.repeat(94)}/control.sock`;
  t.equal(longest.length, 108);
  const refusals = [
    ['108 bytes', around({}, { explicit: longest }), /108 bytes.*107.*\/ddd/],
    ['54 letters of two bytes each', around({}, { explicit: 'é'.repeat(54) }), /108 bytes/],
    ['a long XDG_RUNTIME_DIR', around({ XDG_RUNTIME_DIR: `/${'r'.repeat(120)}` }), /107.*\/rrr/],
    ['NUL', around({ WAD_SOCKET: '/x\0y' }), /NUL/],
    ['an account name with a parent directory', around({}, { account: '../root' }), /not an account name/],
    ['an empty account name', around({}, { account: '' }), /not an account name/],
  ] as const;
  for (const [name, given, says] of refusals) {
    const { explicit, ...asked } = { explicit: undefined, ...given };
    const client = { ...asked, socket: explicit, ...(given.account === 'default' && { account: undefined }) };
    for (const find of [() => serverPath(given), () => clientPath(client, () => false)]) {
      const fault = t.throws(find, Fault, name) as Fault;
      t.equal(fault.kind, 'usage');
      t.match(fault.message, says);
    }
  }
  t.equal(serverPath(around({}, { explicit: longest.slice(1) })).path.length, 107, '107 bytes are accepted');
});
