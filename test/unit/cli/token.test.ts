/** `wactl token` and `wactl gateway` against the gateway's real control socket and tokens. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openControl } from '../../../src/gateway/control.js';
import { openTokens, type Tokens } from '../../../src/gateway/tokens.js';
import { GATEWAY_METHODS } from '../../../src/protocol/gateway/index.js';
import { Client } from '../../../src/socket/client.js';
import type { SocketServer } from '../../../src/socket/server.js';
import { keepLog } from '../../harness/server.js';
import { wactl } from '../../harness/wactl.js';

const dir = mkdtempSync(join(tmpdir(), 'wactl-token-'));
const socket = join(dir, 's');
const log = keepLog();
const INFO = GATEWAY_METHODS['gateway.info'].example.result;
let tokens: Tokens;
let server: SocketServer;

t.before(async () => {
  tokens = openTokens({ stateDir: join(dir, 'state'), log });
  const at = { path: socket, explicit: true, mode: 0o600, directoryMode: 0o700 } as const;
  server = await openControl(at, log, {
    tokens: () => tokens,
    info: () => ({ ...INFO, tokens: tokens.size }),
  });
});
t.teardown(async () => {
  await server.close();
  await tokens.close();
  rmSync(dir, { recursive: true });
});

const run = (...args: string[]) => wactl(args, { env: { WAD_GATEWAY_SOCKET: socket, TZ: 'UTC' } });

t.test('a token is printed alone on stdout, and what it permits on stderr', async (t) => {
  const line = ['token', 'create', '--name', 'crm', '--scope', 'read,send', '--account', 'shop,support'];
  const made = await run(...line, '--expires', '90d');
  t.match(made, { code: 0, stdout: /^wad_[\w-]{43}\n$/ });
  t.match(
    made.stderr,
    /^wactl: crm has the scopes read, send for shop, support until 20.*it is not shown again\n$/,
  );
  const caller = tokens.identifySecret(made.stdout.trim());
  t.match(caller, { token: 'crm', scopes: ['read', 'send'], accounts: ['shop', 'support'] });
  const days = (Date.parse(caller?.expiresAt ?? '') - Date.now()) / 86_400_000;
  t.ok(days > 89.9 && days <= 90, `it expires in ${days} days`);
  t.match(await run(...line), {
    code: 1,
    stdout: '',
    stderr: /there is a token "crm" already.*\n.*wactl token list/,
  });
});

t.test('-o json prints the answer of the method', async (t) => {
  const made = await run('token', 'create', '--name', 'ops', '--scope', 'admin', '-a', '*', '-o', 'json');
  t.match(made, { code: 0, stderr: '' });
  const { secret, token } = JSON.parse(made.stdout);
  t.match(token, { name: 'ops', scopes: ['admin'], accounts: null, expiresAt: null, uses: 0 });
  t.match(tokens.identifySecret(secret), { token: 'ops', accounts: null });
});

t.test('the tokens are listed with their uses', async (t) => {
  const { code, stdout } = await run('token');
  t.equal(code, 0);
  const lines = stdout.split('\n');
  t.match(lines[0], /^NAME +SCOPES +ACCOUNTS +EXPIRES +USES +LAST USED$/);
  t.match(lines[1], /^crm +read,send +shop,support +20\d\d-.* +1 +20\d\d-/);
  t.match(lines[2], /^ops +admin +\* +never +1 +20\d\d-/);
  const listed = JSON.parse((await run('token', 'list', '-o', 'json')).stdout);
  t.same(listed, { tokens: tokens.list() });
  t.notMatch(JSON.stringify(listed), /sha256|secret/);
});

t.test('a revoked token is gone', async (t) => {
  t.match(await run('token', 'revoke', 'crm'), { code: 0, stdout: 'crm is revoked\n' });
  t.match(await run('token', 'revoke', 'crm'), { code: 7, stderr: /there is no token "crm"/ });
  await run('token', 'revoke', 'ops');
  t.match(await run('token', 'list'), {
    code: 0,
    stdout: '',
    stderr: /there are no tokens; create one with/,
  });
});

t.test('a wrong line is refused before the gateway is asked', async (t) => {
  const good = ['token', 'create', '--name', 'x', '--scope', 'read', '--account', 'shop'];
  const without = (option: string) => good.filter((_, at) => good[at] !== option && good[at - 1] !== option);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [without('--name'), /needs --name/],
    [without('--scope'), /needs --scope: read, send, operate, admin/],
    [without('--account'), /needs --account: .*'\*' for every account/],
    [[...without('--scope'), '--scope', 'write'], /"write" is none of read, send, operate, admin/],
    [[...without('--account'), '--account', 'sh*'], /write each name/],
    [[...without('--account'), '--account', 'shop,*'], /stands alone/],
    [[...without('--account'), '--account', '../x'], /letters, digits/],
    [[...without('--name'), '--name', 'a b'], /the name "a b"/],
    [[...good, '--expires', 'tomorrow'], /not a time/],
    [[...good, '--expires', '2020-01-01'], /has passed/],
    [['token', 'create', 'crm'], /give its name with --name crm/],
    [['token', 'revoke'], /needs the NAME/],
    [['token', 'revoke', 'x', '-a', 'shop'], /revoke takes no --account/],
    [['token', 'list', '--scope', 'read'], /list takes no --scope/],
    [['token', 'list', 'crm'], /takes no NAME/],
    [['token', 'lst'], /none of create, list, revoke/],
  ];
  for (const [args, says] of cases)
    t.match(await run(...args), { code: 2, stdout: '', stderr: says }, args.join(' '));
  t.same(tokens.list(), []);
});

t.test('the gateway is described', async (t) => {
  const { code, stdout } = await run('gateway');
  t.equal(code, 0);
  t.match(
    stdout,
    /^address +http:\/\/127\.0\.0\.1:3080\nrunning +shop\nnot running +support\nconnections +3\n/,
  );
  t.match(stdout, /tokens +none; create one with: wactl token create --help\nmemory +70 MB\n/);
  t.same(JSON.parse((await run('gateway', '-o', 'json')).stdout), { ...INFO, tokens: 0 });
});

t.test('without a gateway the command that starts it is suggested', async (t) => {
  const env = { XDG_RUNTIME_DIR: dir };
  for (const args of [['gateway'], ['token', 'list']]) {
    const { code, stderr } = await wactl(args, { env });
    t.equal(code, 3);
    t.match(stderr, /^wactl: no gateway is running: there is no .*wad-gateway\/control\.sock\n {2}try: /);
    t.match(stderr, /try: ((sudo )?systemctl (--user )?start wad-gateway|wad-gateway)\n$/);
  }
  const { code, stderr } = await wactl(['token', 'revoke', 'x', '--socket', socket]);
  t.equal(code, 7, '--socket names the control socket');
  t.match(stderr, `try: wactl --socket ${socket} token list`);
});

t.test('the control socket refuses what is for a daemon, and describes every wrong parameter', async (t) => {
  await using client = await Client.connect(socket);
  const fault = (method: string, params: object) =>
    client.call(method, params).catch((error: unknown) => error);
  t.match(await fault('session.status', {}), { kind: 'method_not_found' });
  t.match(await fault('token.list', { account: 'shop' }), {
    kind: 'wrong_account',
    message: /not the daemon/,
  });
  const params = { name: 'x', scopes: ['read'], accounts: null };
  for (const [wrong, path] of [
    [{ name: '../x' }, 'name'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['read', 'root'] }, 'scopes[1]'],
    [{ accounts: [] }, 'accounts'],
    [{ accounts: ['a/b'] }, 'accounts[0]'],
    [{ accounts: undefined }, 'accounts'],
    [{ expiresAt: 'soon' }, 'expiresAt'],
    [{ expiresAt: '2020-01-01T00:00:00.000Z' }, 'expiresAt'],
    [{ sha256: 'x' }, 'sha256'],
  ] as const)
    t.match(
      await fault('token.create', { ...params, ...wrong }),
      { kind: 'invalid_params', message: new RegExp(path.replace(/[[\]]/g, '\\$&')) },
      JSON.stringify(wrong),
    );
  t.same(tokens.list(), []);
  t.same(
    log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});
