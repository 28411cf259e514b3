import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { clientPath, serverPath } from '../../../src/socket/path.js';

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

t.test('where a server listens', async (t) => {
  const table = [
    ['nothing set', around({}), { path: '/tmp/wad-1000/default/control.sock', explicit: false, ...OWN }],
    ['a session', around(XDG), { path: '/run/user/1000/wad/default/control.sock', explicit: false, ...OWN }],
    [
      'a runtime directory that is relative does not count',
      around({ XDG_RUNTIME_DIR: 'run' }),
      { path: '/tmp/wad-1000/default/control.sock', explicit: false, ...OWN },
    ],
    [
      'an empty one does not count',
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
      '--socket goes before it',
      around({ WAD_SOCKET: '/x/y.sock' }, { explicit: 'here.sock' }),
      { path: 'here.sock', explicit: true, ...OWN },
    ],
    [
      '--socket in the system service: the group is still let in',
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

t.test('where a client looks', async (t) => {
  const there = () => true;
  const absent = () => false;
  const table = [
    ['the system service is up', around(XDG), there, '/run/wad/default/control.sock'],
    ['it is not', around(XDG), absent, '/run/user/1000/wad/default/control.sock'],
    ['no session either', around({}), absent, '/tmp/wad-1000/default/control.sock'],
    ['WAD_SOCKET', around({ WAD_SOCKET: '/x' }), there, '/x'],
    ['--socket', around({ WAD_SOCKET: '/x' }, { explicit: '/y' }), there, '/y'],
    [
      'RUNTIME_DIRECTORY is the daemon’s, not ours',
      around(UNIT),
      absent,
      '/tmp/wad-1000/default/control.sock',
    ],
  ] as const;
  for (const [name, given, lives, expected] of table) t.equal(clientPath(given, lives), expected, name);
  const asked: string[] = [];
  clientPath(around(XDG, { account: 'shop' }), (directory) => asked.push(directory) > 1);
  t.same(asked, ['/run/wad/shop'], 'the directory of the account is looked at');
  t.equal(
    clientPath(around({}, { account: 'none-such' })),
    '/tmp/wad-1000/none-such/control.sock',
    'on a real disk',
  );
});

t.test('what cannot be a path is refused by name', async (t) => {
  const longest = `/${'d'.repeat(94)}/control.sock`;
  t.equal(longest.length, 108);
  const refusals = [
    ['108 bytes', around({}, { explicit: longest }), /108 bytes.*107.*\/ddd/],
    ['54 letters of two bytes', around({}, { explicit: 'é'.repeat(54) }), /108 bytes/],
    ['a long XDG_RUNTIME_DIR', around({ XDG_RUNTIME_DIR: `/${'r'.repeat(120)}` }), /107.*\/rrr/],
    ['NUL', around({ WAD_SOCKET: '/x\0y' }), /NUL/],
    ['an account that climbs', around({}, { account: '../root' }), /no account's name/],
    ['an empty account', around({}, { account: '' }), /no account's name/],
  ] as const;
  for (const [name, given, says] of refusals) {
    for (const find of [() => serverPath(given), () => clientPath(given, () => false)]) {
      const fault = t.throws(find, Fault, name) as Fault;
      t.equal(fault.kind, 'usage');
      t.match(fault.message, says);
    }
  }
  t.equal(serverPath(around({}, { explicit: longest.slice(1) })).path.length, 107, '107 bytes are fine');
});
