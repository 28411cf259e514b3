/** Hints name a working command, for a daemon of another account on a custom socket, over every interface. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { METHODS, type MethodName } from '../../src/protocol/methods/index.js';
import { connect, Fault, failure } from '../harness/library.js';
import { WACTL } from '../harness/wactl.js';
import { WAD } from '../harness/wad.js';

// For slow machines. It usually takes a tenth of this.
t.setTimeout(600_000);

interface Running {
  readonly directory: string;
  readonly socket: string;
  readonly state: string;
  readonly http: string;
  readonly child: ChildProcess;
}

/** The environment of a shell of the same user. Nothing in it names the account or its socket. */
const clean = (directory: string) => ({ PATH: process.env.PATH, HOME: directory, NO_COLOR: '1' });

/** Starts a stopped daemon of the account `shop`. Its browser does not exist, so nothing can be linked. */
async function daemon(t: Test): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), 'wad-hints-'));
  const socket = join(directory, 'a socket', 's');
  mkdirSync(join(directory, 'a socket'), { mode: 0o700 });
  const state = join(directory, 'state');
  const http = join(directory, 'http.sock');
  const config = join(directory, 'wad.toml');
  writeFileSync(config, `[http]\nlisten = "${http}"\n`);
  const child = spawn(
    process.execPath,
    [
      ...[WAD, '--account', 'shop', '--socket', socket, '--state-dir', state, '--config', config],
      ...['--no-auto-init', '--no-sandbox', '--browser', '/bin/false'],
    ],
    { env: clean(directory), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });
  for (const end = performance.now() + 60_000; !existsSync(socket) || !existsSync(http); await pause(50))
    if (performance.now() > end || child.exitCode !== null)
      throw new Error(`the daemon does not listen: ${said}`);
  return { directory, socket, state, http, child };
}

interface Wire {
  readonly kind?: string;
  readonly hint?: string | null;
}

/** Methods that start a browser, wait, belong to one connection, or answer differently the second time. */
const LEFT_OUT: readonly MethodName[] = [
  ...([
    'session.wait',
    'message.wait',
    'events.subscribe',
    'events.unsubscribe',
    'media.put',
    'events.ack',
  ] as const),
  ...(['daemon.report', 'session.initialize'] as const),
];
const methods = (Object.keys(METHODS) as MethodName[]).filter((name) => !LEFT_OUT.includes(name));

/** Calls a method over the socket, by `wactl -o json`. */
function bySocket({ directory, socket }: Running, method: string, params: object): Wire {
  const line = ['-a', 'shop', '--socket', socket, '-o', 'json', 'call', method, JSON.stringify(params)];
  const { status, stderr, stdout } = spawnSync(process.execPath, [WACTL, ...line], {
    ...{ encoding: 'utf8', env: clean(directory), timeout: 60_000 },
  });
  return status === 0 ? hintIn(stdout) : (JSON.parse(stderr.trim().split('\n').at(-1) ?? '').data as Wire);
}

function byHttp({ http, state }: Running, method: string, params: object): Wire {
  const token = readFileSync(join(state, 'http-token'), 'utf8').trim();
  const answer = execFileSync(
    'curl',
    [
      ...['-sS', '--unix-socket', http, '-H', `Authorization: Bearer ${token}`],
      ...['-H', 'Content-Type: application/json', '-d', JSON.stringify(params)],
      `http://localhost/api/rpc/${method}`,
    ],
    { encoding: 'utf8' },
  );
  const { error, data, ...rest } = JSON.parse(answer);
  return error === undefined ? hintIn(answer) : ((error.data ?? data ?? error ?? rest) as Wire);
}

const hintIn = (text: string): Wire => {
  const { hint } = JSON.parse(text || 'null') ?? {};
  return hint === undefined ? {} : { hint };
};

/** Values for the placeholders of a hint. */
const FILLED: Readonly<Record<string, string>> = {
  NUMBER: '+15550002222',
  ID: 'm-1',
  FILE: 'f',
  NAME: 'crm',
};

t.test('every hint of every method, over socket, HTTP and library, is a command that works', async (t) => {
  const running = await daemon(t);
  const account = await connect({ account: 'shop', socket: running.socket });
  t.teardown(() => account.close());
  const hints = new Set<string>();
  for (const method of methods) {
    const params = METHODS[method].example.params as object;
    const found = bySocket(running, method, params);
    const http = byHttp(running, method, params);
    const error = await failure(account.call(method, params));
    const result = error === null ? ((await account.call(method, params)) as Wire | null) : null;
    const library = error instanceof Fault ? error : (result ?? {});
    t.equal(http.kind, found.kind, `${method}: over HTTP`);
    t.equal(http.hint, found.hint, `${method}: over HTTP`);
    t.equal(library.hint, found.hint, `${method}: in the library`);
    if (found.hint) hints.add(found.hint);
  }
  t.ok(
    [...hints].some((hint) => hint.startsWith('wactl')),
    [...hints].join('\n'),
  );
  for (const hint of hints) {
    if (!/^(wactl|wad) /.test(hint)) continue;
    t.match(hint, `-a shop --socket '${running.socket}'`, hint);
    const command = hint.replace(/\b[A-Z]{2,}\b/g, (word) => FILLED[word] ?? word);
    // Runs it in a shell with an empty environment, with wactl as installed.
    const script = `wactl() { '${process.execPath}' '${WACTL}' "$@"; }\n${command}`;
    const { status, stderr } = spawnSync('sh', ['-c', script], {
      ...{ encoding: 'utf8', env: clean(running.directory), timeout: 120_000, input: '' },
    });
    t.notOk([2, 3, 127, null].includes(status), `${command} ends with ${status}: ${stderr}`);
  }
});

t.test('a session is not moved while a daemon uses it, for any caller and any socket', async (t) => {
  const running = await daemon(t);
  const { directory, socket, state, child } = running;
  writeFileSync(join(directory, 'words'), 'correct horse battery staple', { mode: 0o600 });
  const archive = join(directory, 'account.age');
  writeFileSync(archive, 'age-encryption.org/v1\n--- x\n');
  const moves = [
    ['--export', join(directory, 'out.age')],
    ['--import', archive],
    ['--adopt', join(directory, 'elsewhere')],
  ];
  const refused = (line: readonly string[], more: readonly string[], env = {}) =>
    spawnSync(process.execPath, [WAD, '--account', 'shop', '--state-dir', state, ...more, ...line], {
      ...{ encoding: 'utf8', timeout: 120_000, env: { ...clean(directory), ...env } },
    });
  const words = ['--passphrase-file', join(directory, 'words')];
  for (const line of moves) {
    for (const [what, more, env] of [
      ['its socket named', ['--socket', socket], {}],
      ['its socket in the environment', [], { WAD_SOCKET: socket }],
    ] as const) {
      const { status, stdout, stderr } = refused([...line, ...words], more, env);
      t.not(status, 0, `${line[0]}, ${what}`);
      t.equal(stdout, '', `${line[0]}, ${what}`);
      t.match(stderr, new RegExp(`shop is run by wad, process ${child.pid}`), `${line[0]}, ${what}`);
      t.match(stderr, `kill ${child.pid}`, 'the error names the command that stops it');
      t.notMatch(stderr, /sandbox/, 'the error is not one of Chromium');
    }
  }
  for (const line of moves.slice(0, 2)) {
    // Nothing listens on the other socket, so the lock on the session decides.
    const { status, stderr } = refused(
      [...line, ...words, '--no-sandbox'],
      ['--socket', join(directory, 'none')],
    );
    t.not(status, 0, `${line[0]}, another socket`);
    t.match(stderr, `process ${child.pid}`, `${line[0]}, another socket`);
  }
  if (process.geteuid?.() === 0) {
    // Root's own directories are not those of the service. The socket determines the account.
    const own = ['--export', join(directory, 'out.age'), '--data-path', join(directory, 'of root')];
    t.match(
      refused([...own, ...words], ['--socket', socket]).stderr,
      `run by wad, process ${child.pid} of user 0`,
    );
  }
  t.notOk(existsSync(join(directory, 'out.age')), 'nothing is written');
  t.equal(child.exitCode, null, 'the daemon keeps running');
});
