/** A stop is explicit only if root's helper wrote a fresh, readable verdict. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { stopReason } from '../../../src/systemd/stop-reason.js';

const RUN = '0123456789abcdef0123456789abcdef';
const OTHER_RUN = 'f'.repeat(32);
const owner = process.getuid?.() ?? 0;
const line = (invocation: string, explicit: string, why: string) =>
  `invocation=${invocation} explicit=${explicit} why=${why}\n`;

const ROWS: readonly [says: string, text: string | null, explicit: boolean, why: RegExp][] = [
  ['an explicit stop', line(RUN, 'yes', 'job:stop'), true, /^job:stop$/],
  ['a restart', line(RUN, 'no', 'job:restart'), false, /^job:restart$/],
  ['a shutdown', line(RUN, 'no', 'system:stopping'), false, /^system:stopping$/],
  ['no file', null, false, /^no verdict$/],
  ['the verdict of an earlier run', line(OTHER_RUN, 'yes', 'job:stop'), false, /earlier run/],
  ['an empty file', '', false, /understood/],
  ['an incomplete line', line(RUN, 'yes', 'job:stop').trimEnd(), false, /understood/],
  ['more than one line', `${line(RUN, 'yes', 'job:stop')}x`, false, /understood/],
  ['another value than yes or no', line(RUN, 'maybe', 'job:stop'), false, /understood/],
  ['no invocation id', line('', 'yes', 'job:stop'), false, /understood/],
  ['control characters', line(RUN, 'yes', 'job\u001b[2J'), false, /understood/],
  [
    'a line that is too long',
    line(RUN, 'yes', 'x'.repeat(100_000)),
    false,
    /trusted: has more than 512 bytes/,
  ],
];

for (const [says, text, explicit, why] of ROWS)
  t.test(says, (t) => {
    const directory = t.testdir(text === null ? {} : { shop: text });
    if (text !== null) chmodSync(join(directory, 'shop'), 0o644);
    const reason = stopReason({ account: 'shop', invocation: RUN, directory, owner });
    t.equal(reason.explicit, explicit);
    t.match(reason.why, why);
    t.end();
  });

t.test('outside systemd no file is read', (t) => {
  const directory = t.testdir({ shop: line(RUN, 'yes', 'job:stop') });
  t.same(stopReason({ account: 'shop', invocation: undefined, directory, owner }), {
    explicit: false,
    why: 'not under systemd',
  });
  t.end();
});

t.test('a file that another user may have written is ignored', (t) => {
  const directory = t.testdir({});
  const path = join(directory, 'shop');
  const ask = (as = owner) => stopReason({ account: 'shop', invocation: RUN, directory, owner: as });
  writeFileSync(path, line(RUN, 'yes', 'job:stop'), { mode: 0o644 });
  t.equal(ask().explicit, true);
  t.match(ask(owner + 1), { explicit: false, why: /owned by user/ });
  for (const mode of [0o664, 0o646]) {
    chmodSync(path, mode);
    t.match(ask(), { explicit: false, why: /others can write it/ });
  }
  chmodSync(path, 0o644);
  symlinkSync(path, join(directory, 'link'));
  t.match(stopReason({ account: 'link', invocation: RUN, directory, owner }), {
    explicit: false,
    why: /ELOOP/,
  });
  mkdirSync(join(directory, 'dir'));
  t.match(stopReason({ account: 'dir', invocation: RUN, directory, owner }), {
    explicit: false,
    why: /is a directory, not a regular file/,
  });
  execFileSync('mkfifo', [join(directory, 'fifo')]);
  t.match(stopReason({ account: 'fifo', invocation: RUN, directory, owner }), {
    explicit: false,
    why: /is a pipe, not a regular file/,
  });
  t.end();
});
