// Attacks on wactl and the library by another user of the machine: a false daemon at the path of the true
// one, and an account that is not the requested one.
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { Fault } from '../../src/protocol/fault.js';
import { checkSafePath, rootHere } from '../../src/socket/safe-path.js';
import { connect, failure } from '../harness/library.js';
import { startServer } from '../harness/server.js';
import { WACTL, wactl } from '../harness/wactl.js';

// For a slow machine; it usually takes a twentieth of this.
t.setTimeout(300_000);

const asRoot = process.getuid?.() === 0 ? {} : { skip: 'needs root, to become two other users' };
/** User ids that are not in use on this machine. */
const ME = 61_000 + (process.pid % 4_000);
const EVE = ME + 1;

/** Makes a directory that is removed at the end. */
function scratch(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'wad-hostile-'));
  chmodSync(dir, 0o755);
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function make(path: string, { uid = ME, mode = 0o700, link = '' } = {}): void {
  if (link !== '') symlinkSync(link, path);
  else if (path.endsWith('.sock')) writeFileSync(path, '');
  else mkdirSync(path);
  lchownSync(path, uid, uid);
  if (link === '') chmodSync(path, mode);
}

/** A false daemon that accepts connections at a path and never answers. */
async function falseDaemon(t: Test, path: string, owner: number): Promise<{ connections: number }> {
  const met = { connections: 0 };
  const server = createServer((socket) => {
    met.connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  chmodSync(path, 0o666);
  chownSync(path, owner, owner);
  t.teardown(() => server.close());
  return met;
}

t.test('a client refuses a socket that another user could create or replace', asRoot, (t) => {
  type Step = Parameters<typeof make>[1];
  const rows: readonly [name: string, parent: Step, directory: Step, socket: Step, refused: RegExp | null][] =
    [
      ['as the daemon makes it', {}, {}, { mode: 0o600 }, null],
      ["root's", { uid: 0, mode: 0o755 }, { uid: 0, mode: 0o755 }, { uid: 0 }, null],
      ['a parent of another user', { uid: EVE, mode: 0o755 }, {}, {}, /parent belongs to another user/],
      ['a directory of another user', {}, { uid: EVE, mode: 0o777 }, {}, /dir belongs to another user/],
      ['a socket of another user', {}, {}, { uid: EVE }, /s\.sock belongs to another user/],
      ['a parent that everybody may write', { mode: 0o777 }, {}, {}, /parent can be written by everybody/],
      ['a directory that a group may write', {}, { mode: 0o770 }, {}, /dir can be written by a group/],
      ['a directory that everybody may write', {}, { mode: 0o703 }, {}, /dir can be written by everybody/],
      ['a parent that is a link', { link: 'elsewhere' }, {}, {}, /parent is a symbolic link/],
      ['a directory that is a link', {}, { link: '../elsewhere' }, {}, /dir is a symbolic link/],
      ['a socket that is a link', {}, {}, { link: '../../elsewhere.sock' }, /s\.sock is a symbolic link/],
    ];
  for (const [name, parent, directory, socket, refused] of rows) {
    const root = scratch(t);
    make(join(root, 'elsewhere'));
    make(join(root, 'elsewhere.sock'));
    const path = join(root, 'parent', 'dir', 's.sock');
    make(join(root, 'parent'), parent);
    make(join(root, 'parent', 'dir'), directory);
    make(path, socket);
    const check = () => checkSafePath({ path, explicit: false }, { uid: ME });
    if (refused === null) t.doesNotThrow(check, name);
    else {
      const fault = t.throws(check, Fault, name) as Fault;
      t.match(fault, { kind: 'unsafe_socket', message: refused, hint: /./ }, name);
    }
  }
  t.end();
});

t.test('a path that the user has chosen is checked, too', asRoot, (t) => {
  const root = scratch(t);
  chmodSync(root, 0o1777); // like /tmp
  const path = join(root, 'parent', 's.sock');
  const check = (path: string, uid = ME, owner?: number) => {
    try {
      checkSafePath({ path, explicit: true }, { uid, owner });
      return null;
    } catch (error) {
      return error instanceof Fault ? `${error.message}; ${error.hint}` : error;
    }
  };
  make(join(root, 'parent'), { mode: 0o775 });
  make(path);
  t.equal(check(path), null, 'a path in a directory that a group may write is accepted');
  chmodSync(join(root, 'parent'), 0o777);
  t.match(check(path), /can be written by everybody/, 'a directory that everybody may write is refused');
  chmodSync(join(root, 'parent'), 0o755);
  make(join(root, 'mine'), { link: 'parent' });
  t.equal(check(join(root, 'mine', 's.sock')), null, "the user's own symbolic link is followed");
  make(join(root, 'hers'), { link: 'parent', uid: EVE });
  t.match(
    check(join(root, 'hers', 's.sock')),
    /hers belongs to another user/,
    'a symbolic link of another user is refused, because it could be changed later',
  );
  make(join(root, 'far'), { uid: EVE, mode: 0o755 });
  make(join(root, 'far', 's.sock'), { uid: EVE });
  make(join(root, 'lured'), { link: 'far' });
  t.match(check(join(root, 'lured', 's.sock')), /belongs to another user/, 'the target of a link is checked');
  t.match(
    check(path, 0),
    /; sudo -u '#\d+' wactl --socket \/.*s\.sock status$/,
    'the hint for root names the command as that user',
  );
  t.equal(check(path, 0, ME), null, 'the path is accepted when root names the owner');
  for (const owner of [String(ME), 'nobody'])
    t[owner === 'nobody' ? 'throws' : 'doesNotThrow'](
      () => checkSafePath({ path, explicit: true, owner }, { uid: 0 }),
      `WAD_SOCKET_OWNER=${owner}`,
    );
  make(join(root, 'alone.sock'), { uid: EVE });
  t.match(
    check(join(root, 'alone.sock')),
    /alone.sock belongs to another user/,
    "another user's socket in a directory that everybody may write is refused",
  );
  t.end();
});

t.test('root is the overflow user in a namespace without a mapping for root', (t) => {
  const files = (map: string) => (file: string) => (file.endsWith('uid_map') ? map : '65534\n');
  t.equal(rootHere(files('         0          0 4294967295\n')), 0);
  t.equal(rootHere(files('         0     100000      65536\n')), 0);
  t.equal(rootHere(files('      1000       1000          1\n')), 65_534);
  t.equal(rootHere(files('')), 65_534);
  t.end();
});

t.test('the user of the service is the owner of its directory in /run/wad', asRoot, async (t) => {
  const fresh = !existsSync('/run/wad');
  const account = `hostile-${process.pid}`;
  const directory = join('/run/wad', account);
  if (fresh) mkdirSync('/run/wad', { mode: 0o755 });
  mkdirSync(directory);
  chmodSync(directory, 0o755);
  chownSync(directory, EVE, EVE);
  t.teardown(() => {
    rmSync(directory, { recursive: true, force: true });
    if (fresh) rmdirSync('/run/wad');
  });
  const path = join(directory, 'control.sock');
  const met = await falseDaemon(t, path, EVE);
  t.doesNotThrow(() => checkSafePath({ path, explicit: false }, { uid: ME }));
  const end = await wactl(['-a', account, 'status'], { uid: ME, env: { WAD_SOCKET: undefined } });
  t.match(end, { code: 3, stderr: /connection to the daemon was lost/ });
  t.equal(met.connections, 1, 'the daemon was reached');
  chownSync(path, ME + 2, ME + 2);
  t.match(
    t.throws(() => checkSafePath({ path, explicit: false }, { uid: ME })),
    { kind: 'unsafe_socket' },
  );
});

t.test('a false daemon at /tmp/wad-UID gets no connection from any client', asRoot, async (t) => {
  const base = `/tmp/wad-${ME}`;
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  mkdirSync(join(base, 'default'), { recursive: true });
  for (const path of [base, join(base, 'default')]) {
    chmodSync(path, 0o755);
    chownSync(path, EVE, EVE);
  }
  const path = join(base, 'default', 'control.sock');
  const met = await falseDaemon(t, path, EVE);
  const env = { WAD_SOCKET: undefined, XDG_RUNTIME_DIR: undefined, HOME: '/nonexistent' };
  const library = `import { connect } from ${JSON.stringify(pathToFileURL(join(dirname(WACTL), 'client.js')).href)};
    await connect().catch((fault) => { process.stderr.write(fault.message); process.exit(3) });`;
  for (const args of [
    ['status'],
    ['qr', '--raw'],
    ['send', '15550002222', 'a secret'],
    ['-o', 'json', 'events', '--follow'],
    ['mcp'],
    ['--socket', path, 'status'],
  ]) {
    const end = await wactl(args, { uid: ME, env });
    t.match(end, { code: 3, stdout: '', stderr: /belongs to another user/ }, args.join(' '));
  }
  const byEnv = await wactl(['status'], { uid: ME, env: { ...env, WAD_SOCKET: path } });
  t.match(byEnv, { code: 3, stdout: '', stderr: /belongs to another user/ }, 'WAD_SOCKET is refused');
  const file = join(scratch(t), 'library.mjs');
  writeFileSync(file, library);
  const end = await wactl([], { uid: ME, env, program: file });
  t.match(end, { code: 3, stderr: /belongs to another user/ }, 'the library refuses');
  const completed = await wactl(['--get-yargs-completions', 'wactl', '-a', ''], { uid: ME, env });
  t.match(completed, { code: 0, stdout: '' }, 'completion reads no account names from there');
  t.equal(met.connections, 0);
});

t.test('a command for one account never reaches another', async (t) => {
  let asked = 0;
  await using running = await startServer({
    'session.disconnect': () => {
      asked += 1;
      throw new Fault('internal');
    },
    'session.status': () => {
      asked += 1;
      throw new Fault('internal');
    },
  });
  const { path } = running;
  const byName = await wactl(['-a', 'shop', 'disconnect'], { socket: path });
  t.match(
    byName,
    { code: 3, stdout: '', stderr: /no daemon is running/ },
    '-a takes precedence over WAD_SOCKET',
  );
  for (const command of ['disconnect', 'status'] as const) {
    const both = await wactl(['-a', 'shop', '--socket', path, command]);
    t.match(both, {
      code: 3,
      stdout: '',
      stderr: /serves the account "default", not "shop"; nothing was done/,
    });
  }
  const inEnvironment = await wactl(['disconnect'], { socket: path, env: { WAD_ACCOUNT: 'shop' } });
  t.match(
    inEnvironment,
    { code: 3, stderr: /not "shop"/ },
    'WAD_ACCOUNT and WAD_SOCKET of different accounts are refused',
  );
  t.match(await failure(connect({ account: 'shop', socket: path })), { kind: 'wrong_account' });
  await using account = await connect({ account: 'default', socket: path });
  t.match(await account.daemon.ping(), { pong: true }, 'the right account is served');
  t.equal(asked, 0);
});
