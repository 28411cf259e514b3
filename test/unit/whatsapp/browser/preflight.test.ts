/** The check before the start never rejects, removes what it made, and starts the program again only for its output. */
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { tryBrowser } from '../../../../src/whatsapp/browser/preflight.js';

type Life = { teardown(undo: () => void): unknown };

/** A program in the place of the browser, which notes each start but the first, with --version. */
function place(t: Life, script: string) {
  const dir = mkdtempSync(join(tmpdir(), 'wad-preflight-unit-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const [tmpRoot, starts, executablePath] = [join(dir, 'tmp'), join(dir, 'starts'), join(dir, 'browser')];
  writeFileSync(
    executablePath,
    `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "$*" >> ${starts}\n${script}\n`,
  );
  chmodSync(executablePath, 0o755);
  appendFileSync(starts, '');
  return {
    chrome: { executablePath, sandbox: true, headed: false, args: ['--lang=de'] },
    tmpRoot: dir,
    left: () => readdirSync(dir).filter((name) => name.startsWith('wad-')),
    starts: () => readFileSync(starts, 'utf8').split('\n').filter(Boolean),
    nowhere: join(tmpRoot, 'none'),
  };
}

t.test('a path through a file, which the kernel refuses at once, is reported as no browser', async (t) => {
  const { chrome, tmpRoot, left } = place(t, 'exit 0');
  const inFile = { ...chrome, executablePath: join(chrome.executablePath, 'chrome') };
  t.match(await tryBrowser({ chrome: inFile, tmpRoot }), { ok: false, trouble: 'not_found', version: null });
  t.same(left(), []);
});

t.test('an unknown crash is started twice more for its output; a known cause once', async (t) => {
  const unknown = place(t, 'exit 3');
  t.match(await tryBrowser(unknown), { ok: false, trouble: 'other', stderr: '' });
  t.equal(unknown.starts().length, 3);
  t.match(unknown.starts()[1], /--headless .*--user-data-dir=\S+-2 --lang=de --dump-dom about:blank$/);
  t.match(unknown.starts()[2], /--user-data-dir=\S+-3 /);
  const known = place(t, 'echo "No usable sandbox!" >&2; exit 1');
  t.match(await tryBrowser(known), { ok: false, trouble: 'no_userns', stderr: 'No usable sandbox!' });
  t.equal(known.starts().length, 2);
  t.same([...unknown.left(), ...known.left()], []);
});

t.test('the output is bounded to its end, without the harmless line of the start script', async (t) => {
  const noise = '/usr/bin/chromium: 12: [: /: unexpected operator';
  const long = place(
    t,
    `echo "${noise}" >&2; head -c 20000 /dev/zero | tr '\\0' a >&2; echo >&2; echo "${noise}" >&2; echo No usable sandbox >&2; exit 1`,
  );
  const { stderr } = await tryBrowser(long);
  t.equal(stderr.length, 4_000);
  t.match(stderr, /a\nNo usable sandbox$/);
  t.notMatch(stderr, /unexpected operator/);
});

t.test('a given profile is tried once, because each start may change it', async (t) => {
  const given = place(t, 'exit 3');
  const profile = mkdtempSync(join(given.tmpRoot, 'profile-'));
  t.match(await tryBrowser({ ...given, profile }), { ok: false, stderr: '' });
  t.equal(given.starts().length, 1);
  t.ok(given.starts()[0]?.includes(`--user-data-dir=${profile}`));
  t.same(readdirSync(profile), [], 'it is kept');
});

t.test('an aborted check starts nothing for its output', async (t) => {
  const aborted = place(t, 'exit 3');
  t.match(await tryBrowser({ ...aborted, signal: AbortSignal.abort() }), { ok: false, stderr: '' });
  t.ok(aborted.starts().length <= 1);
  t.same(aborted.left(), []);
});

t.test('a temporary directory that is missing is named', async (t) => {
  const { chrome, nowhere, starts } = place(t, 'exit 0');
  const says = `no profile can be created in ${nowhere}: ENOENT`;
  t.match(await tryBrowser({ chrome, tmpRoot: nowhere }), { ok: false, trouble: 'read_only_tmp', says });
  t.same(starts(), []);
});
