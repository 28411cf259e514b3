/** The cause of a failed start is found in the texts of browser and kernel; the most specific one wins. */
import t from 'tap';
import { diagnose } from '../../../../src/whatsapp/browser/launch-errors.js';
import { TimedOut } from '../../../../src/whatsapp/failures/deadline.js';

const ZYGOTE = '[1:1:ERROR:content/browser/zygote_host/zygote_communication_linux.cc(290)] Failed';
for (const [trouble, ...texts] of [
  ['not_found', 'Browser was not found at the configured executablePath', 'spawn /x ENOENT', 'spawn ENOTDIR'],
  ['not_executable', 'spawn /x EACCES', 'spawn ENOEXEC', 'sh: 1: /x: Permission denied'],
  ['missing_libs', 'x: error while loading shared libraries: libnss3.so: cannot open shared object file'],
  ['no_proc', 'The hardware on this system lacks support for the sse3 instruction set.'],
  ['root', 'Running as root without --no-sandbox is not supported.'],
  ['no_userns', 'FATAL: No usable sandbox!', 'Failed to move to new namespace: EPERM', ZYGOTE],
  ['read_only_tmp', 'Failed to create socket directory.', 'mkdir: Read-only file system'],
  ['no_space', 'write: No space left on device', 'ENOSPC'],
  ['profile_locked', 'The profile appears to be in use by another Chromium process'],
  ['no_display', 'Missing X server or $DISPLAY', 'ERROR:ozone_platform_x11.cc'],
  ['timeout', 'Timed out after 30000 ms: timed out', 'TimeoutError: x'],
  ['other', 'Segmentation fault', ''],
] as const)
  t.test(`${trouble}: ${texts.length} texts`, (t) => {
    for (const text of texts) t.equal(diagnose(text).trouble, trouble, text);
    t.end();
  });

t.test('of two causes the one that explains the other is named', (t) => {
  const inUse = 'The profile appears to be in use by another process';
  t.equal(diagnose(`${inUse}\nFailed to create socket directory.`).trouble, 'read_only_tmp');
  t.equal(diagnose(`${ZYGOTE}\n${inUse}`).trouble, 'profile_locked');
  t.equal(diagnose(`${ZYGOTE}\nMissing X server or $DISPLAY`).trouble, 'no_display');
  t.equal(diagnose(`${ZYGOTE}\nran out of time`, new TimedOut('ran out of time')).trouble, 'no_userns');
  t.end();
});

t.test('our own time limit is a timeout by its class, not by its text', (t) => {
  t.equal(diagnose('ran out of time', new TimedOut('ran out of time')).trouble, 'timeout');
  t.equal(diagnose('ran out of time', new Error('ran out of time')).trouble, 'other');
  t.end();
});
