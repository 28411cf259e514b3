/** A report for others names no directory of the user who made it. */
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { withoutPaths } from '../../../src/canary/without-paths.js';

const PLACES = { home: '/srv/people/ada', temporary: '/srv/people/ada/tmp' };
const clean = (text: string): string => withoutPaths(text, PLACES);

t.test('home and temporary directories are replaced, and nothing else', (t) => {
  for (const [text, wanted] of [
    [
      "ENOENT: no such file or directory, open '/srv/people/ada/a.png'",
      "ENOENT: no such file or directory, open '~/a.png'",
    ],
    ['at file:///srv/people/ada/tmp/wad-canary-x1/media', 'at file://TMPDIR/wad-canary-x1/media'],
    ['in /srv/people/ada: no room', 'in ~: no room'],
    ['/srv/people/adam/x and /mnt/srv/people/ada', '/srv/people/adam/x and /mnt/srv/people/ada'],
    ['/usr/bin/chromium ended', '/usr/bin/chromium ended'],
    ['open /home/bob/x; /Users/eve', 'open ~/x; ~'],
    ['https://web.whatsapp.com/home', 'https://web.whatsapp.com/home'],
  ] as const)
    t.equal(clean(text), wanted);
  t.end();
});

t.test('in every text of a report, also under another spelling of the directory', (t) => {
  const place = realpathSync(t.testdir());
  mkdirSync(join(place, 'real'));
  symlinkSync('real', join(place, 'home'));
  const report = {
    ...{ ok: false, ms: 1, facts: null },
    steps: [{ error: `open ${place}/real/x` }, { error: `open ${place}/home/x` }],
    lost: { [`${place}/home`]: 'missing' },
  };
  t.same(withoutPaths(report, { home: join(place, 'home'), temporary: '/none' }), {
    ...{ ok: false, ms: 1, facts: null },
    steps: [{ error: 'open ~/x' }, { error: 'open ~/x' }],
    lost: { '~': 'missing' },
  });
  t.end();
});

t.test("a user without a home keeps the paths; by default they are this user's", (t) => {
  t.equal(withoutPaths('open /x/y', { home: '/', temporary: '/' }), 'open /x/y');
  if (homedir() !== '/') t.equal(withoutPaths(`${homedir()}/.cache`), '~/.cache');
  t.end();
});
