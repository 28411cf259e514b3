/** The path of the gateway's control socket for server and client: both find the same one. */
import t from 'tap';
import { Fault } from '../../../src/protocol/fault.js';
import { gatewayClientPath, gatewayServerPath } from '../../../src/socket/gateway-path.js';

const around = (env: Record<string, string>, explicit?: string) => ({ env, uid: 1000, explicit });
const XDG = { XDG_RUNTIME_DIR: '/run/user/1000' };
const UNIT = { RUNTIME_DIRECTORY: '/run/wad-gateway' };
const OWN = { explicit: false, mode: 0o600, directoryMode: 0o700 };
const GROUP = { explicit: false, mode: 0o660, directoryMode: 0o750 };

t.test('the gateway listens at the expected path', async (t) => {
  const table = [
    ['nothing set', around({}), { path: '/tmp/wad-gateway-1000/control.sock', ...OWN }],
    ['a login session', around(XDG), { path: '/run/user/1000/wad-gateway/control.sock', ...OWN }],
    ['the system service', around({ ...XDG, ...UNIT }), { path: '/run/wad-gateway/control.sock', ...GROUP }],
    [
      'a unit of the user manager',
      around({ ...XDG, RUNTIME_DIRECTORY: '/run/user/1000/wad-gateway' }),
      { path: '/run/user/1000/wad-gateway/control.sock', ...OWN },
    ],
    ['the socket of a daemon is another one', around({ WAD_SOCKET: '/x/y' }), OWN],
    [
      'WAD_GATEWAY_SOCKET',
      around({ ...XDG, WAD_GATEWAY_SOCKET: '/x/y' }),
      { path: '/x/y', ...OWN, explicit: true },
    ],
    ['an option', around({ WAD_GATEWAY_SOCKET: '/x/y' }, '/x/z'), { path: '/x/z', ...OWN, explicit: true }],
  ] as const;
  for (const [name, given, wanted] of table) t.match(gatewayServerPath(given), wanted, name);
});

t.test("a client finds the system's gateway while it runs, else that of its user", async (t) => {
  const path = (given: ReturnType<typeof around>, lives: boolean) =>
    gatewayClientPath(given, () => lives).path;
  t.equal(path(around(XDG), true), '/run/wad-gateway/control.sock');
  for (const env of [XDG, {}]) t.equal(path(around(env), false), gatewayServerPath(around(env)).path);
  t.equal(path(around({ WAD_GATEWAY_SOCKET: '/x/y' }), true), '/x/y');
  const chosen = gatewayClientPath(around({ WAD_GATEWAY_SOCKET: '/x/y' }, '/x/z'), () => true);
  t.match(chosen, { path: '/x/z', explicit: true, gateway: true, address: ['--socket', '/x/z'] });
  t.match(gatewayClientPath(around({ ...XDG, WAD_SOCKET_OWNER: 'ana' })), { owner: 'ana', address: [] });
  t.match(
    gatewayClientPath(around({ WAD_ACCOUNT: 'shop', WAD_SOCKET: '/x/y' }), () => true),
    {
      path: '/run/wad-gateway/control.sock',
      named: false,
    },
  );
});

t.test('a path that is too long is refused', async (t) => {
  const long = around({ WAD_GATEWAY_SOCKET: `/${'x'.repeat(120)}` });
  const reason = `the socket's path has 121 bytes, and Linux allows 107: /${'x'.repeat(120)}`;
  for (const path of [gatewayServerPath, gatewayClientPath])
    t.throws(() => path(long), new Fault('usage', { reason }));
});
