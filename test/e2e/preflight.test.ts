/** The check before the start: a working browser passes it, and each cause of a failure is recognised. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { findBrowser } from '../../src/config/browser.js';
import { findBrowsers } from '../../src/session-dir/leftovers.js';
import { tryBrowser } from '../../src/whatsapp/browser/preflight.js';

const found = findBrowser({
  browser: { path: null },
  env: process.env,
  home: process.env.HOME ?? '/',
});
const executablePath = found.found ? found.path : '/usr/bin/chromium';
const root = process.geteuid?.() === 0;
const chrome = { executablePath, sandbox: !root, headed: false, args: [] };

function place(t: { teardown(end: () => void): unknown }): string {
  const dir = mkdtempSync(join(tmpdir(), 'wad-preflight-test-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

t.test(
  "this machine's browser starts, answers, calls back and closes, and leaves nothing behind",
  async (t) => {
    const tmpRoot = place(t);
    const result = await tryBrowser({ chrome, tmpRoot });
    t.match(result, { ok: true, version: /^Chrome\/\d+\./, stderr: '' });
    t.same(readdirSync(tmpRoot), []);
  },
);

t.test('each cause of a failed browser start is distinguished', async (t) => {
  const tmpRoot = place(t);
  const script = (name: string, text: string, first = '#!/bin/sh') => {
    writeFileSync(join(tmpRoot, name), `${first}\n${text}\n`);
    chmodSync(join(tmpRoot, name), 0o755);
    return join(tmpRoot, name);
  };
  writeFileSync(join(tmpRoot, 'plain'), '');
  for (const [path, trouble] of [
    ['/nowhere/chrome', 'not_found'],
    [join(tmpRoot, 'plain'), 'not_executable'],
    [script('interpreter', 'exit 0', '#!/nowhere/sh'), 'not_found'],
    [
      script('libs', 'echo "chrome: error while loading shared libraries: libnss3.so" >&2; exit 127'),
      'missing_libs',
    ],
    [script('crash', 'kill -11 $$'), 'other'],
  ] as const)
    t.match(
      await tryBrowser({ chrome: { ...chrome, executablePath: path }, tmpRoot }),
      { ok: false, trouble, version: null },
      path,
    );
  t.same(readdirSync(tmpRoot).sort(), ['crash', 'interpreter', 'libs', 'plain']);
  t.match(await tryBrowser({ chrome, tmpRoot: join(tmpRoot, 'nowhere') }), {
    ok: false,
    trouble: 'read_only_tmp',
  });
});

t.test('root with the sandbox on is reported', { skip: root ? false : 'not root' }, async (t) => {
  const result = await tryBrowser({ chrome: { ...chrome, sandbox: true }, tmpRoot: place(t) });
  t.match(result, { ok: false, trouble: 'root', stderr: /Running as root/ });
});

t.test('a hanging browser is ended in time', async (t) => {
  const tmpRoot = place(t);
  const path = join(tmpRoot, 'hang');
  writeFileSync(path, '#!/bin/sh\nexec sleep 1000\n');
  chmodSync(path, 0o755);
  const result = await tryBrowser({ chrome: { ...chrome, executablePath: path }, tmpRoot, timeoutMs: 1_000 });
  t.match(result, { ok: false, trouble: 'timeout' });
  t.ok(result.ms < 15_000, `${result.ms} ms`);
  t.same(await findBrowsers(tmpRoot), []);
  t.same(readdirSync(tmpRoot), ['hang']);
});

t.test('an abort ends the check before and during the start of the browser', async (t) => {
  const tmpRoot = place(t);
  const started = join(tmpRoot, 'started');
  const path = join(tmpRoot, 'hang');
  // The first run, with --version, only shows that the program can be executed.
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] || touch ${started}\nexec sleep 1000\n`);
  chmodSync(path, 0o755);
  const hanging = { chrome: { ...chrome, executablePath: path }, tmpRoot, timeoutMs: 600_000 };
  t.match(await tryBrowser({ ...hanging, signal: AbortSignal.abort() }), { ok: false });
  const stop = new AbortController();
  const watcher = watch(tmpRoot, (_, name) => {
    if (name === 'started') stop.abort();
  });
  const result = await tryBrowser({ ...hanging, signal: stop.signal });
  watcher.close();
  t.match(result, { ok: false, stderr: '' }, 'the browser is not started again for its output');
  t.ok(stop.signal.aborted, 'the browser was started before the abort');
  t.same(await findBrowsers(tmpRoot), []);
  t.same(readdirSync(tmpRoot).sort(), ['hang', 'started']);
});
