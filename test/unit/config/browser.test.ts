/** The browser is found: the configured one, else the first suitable one on this machine. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { findBrowser } from '../../../src/config/browser.js';

const place = (teardown: (f: () => void) => void, files: Record<string, string>) => {
  const dir = mkdtempSync(join(tmpdir(), 'wad-browser-'));
  teardown(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
    chmodSync(join(dir, name), 0o755);
  }
  return dir;
};

t.test('the first name in PATH is used, and a snap only if there is no other', (t) => {
  const dir = place((f) => t.teardown(f), {
    'bin/chromium': '#!/bin/sh\nexec /snap/bin/chromium "$@"\n',
    'bin/google-chrome': '#!/bin/sh\n',
  });
  const env = { PATH: join(dir, 'bin') };
  t.match(findBrowser({ browser: { path: null }, env, home: dir }), {
    path: join(dir, 'bin/google-chrome'),
    snap: null,
  });
  t.match(findBrowser({ browser: { path: 'chromium' }, env, home: dir }), {
    path: join(dir, 'bin/chromium'),
    snap: /snap/,
  });
  t.end();
});

t.test('a headless shell is used only if it is configured', (t) => {
  const dir = place((f) => t.teardown(f), {
    'bin/chromium': '#!/bin/sh\nexec /usr/lib/chromium/chromium "$@"\n',
    'lib/shell': '',
  });
  writeFileSync(
    join(dir, 'bin/chromium-headless-shell'),
    `#!/bin/sh -e\n\n${join(dir, 'lib/shell')} "$@"\n`,
    { mode: 0o755 },
  );
  const found = (path: string | null) =>
    findBrowser({ browser: { path }, env: { PATH: join(dir, 'bin') }, home: dir });
  t.match(found(null), { path: join(dir, 'bin/chromium') });
  t.match(
    found('chromium-headless-shell'),
    { path: join(dir, 'lib/shell') },
    'the program itself, because the script would stay as its parent',
  );
  rmSync(join(dir, 'bin/chromium'));
  t.match(found(null), { found: false, says: /chromium-headless-shell exists.*browser\.path names it/ });
  t.end();
});

t.test('the newest downloaded Chrome for Testing is found', (t) => {
  const dir = place((f) => t.teardown(f), {
    '.cache/puppeteer/chrome/linux-99.0.1/chrome-linux64/chrome': '',
    '.cache/puppeteer/chrome/linux-146.0.2/chrome-linux64/chrome': '',
  });
  t.match(findBrowser({ browser: { path: null }, env: { PATH: dir }, home: dir }), {
    path: /linux-146/,
  });
  t.end();
});

t.test('a configured browser that cannot be run is reported, and no other one is used', (t) => {
  const dir = place((f) => t.teardown(f), {
    'bin/chromium': '',
    'bin/plain': '',
    'bin/script': '#!/nowhere/sh\n',
  });
  chmodSync(join(dir, 'bin/plain'), 0o644);
  const find = (path: string) =>
    findBrowser({ browser: { path }, env: { PATH: join(dir, 'bin') }, home: dir });
  t.match(find(join(dir, 'nowhere')), {
    found: false,
    says: /no browser at/,
    remedy: /apt-get install chromium/,
  });
  t.match(find(join(dir, 'bin/plain')), {
    found: false,
    says: /not an executable file/,
    remedy: /chmod \+x/,
  });
  t.match(find(join(dir, 'bin/script')), { found: false, says: /without its interpreter/ });
  t.match(find('vivaldi'), { found: false, remedy: /apt-get install chromium/ });
  t.match(find('chromium'), { found: true, path: join(dir, 'bin/chromium') });
  t.end();
});
