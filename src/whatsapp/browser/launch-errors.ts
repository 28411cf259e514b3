// Determines why a browser does not start from the messages of Chromium 156 and puppeteer 24.38. Each cause
// has one row with its remedy. If a message changes, only the diagnosis is lost.
import { TimedOut } from '../failures/deadline.js';

export type Trouble = (typeof ROWS)[number]['trouble'] | 'other';

export interface Diagnosis {
  readonly trouble: Trouble;
  readonly says: string;
  /** A command, or null. */
  readonly remedy: string | null;
}

const NO_USERNS = {
  trouble: 'no_userns',
  says: 'the kernel or the service (RestrictNamespaces=, SystemCallFilter=) forbids user namespaces, and Chromium needs them for its sandbox',
  remedy: 'sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000',
} as const;

// The order matters: a browser that cannot create its socket directory also reports that its profile is in use (H16).
const ROWS = [
  {
    trouble: 'not_found',
    when: /Browser was not found|ENOENT|ENOTDIR/,
    says: 'there is no browser at this path',
    remedy: 'sudo apt-get install chromium',
  },
  {
    trouble: 'not_executable',
    when: /EACCES|ENOEXEC|Exec format error|Permission denied/,
    says: 'the browser may not be executed, or is not a program for this machine',
    remedy: null,
  },
  {
    trouble: 'missing_libs',
    when: /error while loading shared libraries|cannot open shared object file/,
    says: 'the browser lacks libraries',
    remedy: 'sudo apt-get install chromium',
  },
  {
    trouble: 'no_proc',
    when: /lacks support for the (sse3|SSE3)|\/proc\/cpuinfo/,
    says: 'the service hides /proc/cpuinfo, which the start script of the browser reads; take ProcSubset=pid out of the unit',
    remedy: "systemctl cat 'wad@*'",
  },
  {
    trouble: 'root',
    when: /Running as root without --no-sandbox/,
    says: 'Chromium does not run as root with its sandbox on',
    remedy: 'sudo -u wad wad --doctor',
  },
  {
    when: /No usable sandbox|move to new namespace|setuid sandbox is not running as root/,
    ...NO_USERNS,
  },
  {
    trouble: 'read_only_tmp',
    when: /Failed to create socket directory|Read-only file system|EROFS/,
    says: 'the browser cannot write to its temporary directory; under systemd, PrivateTmp=yes gives it one',
    remedy: 'export TMPDIR=$HOME/.cache',
  },
  {
    trouble: 'no_space',
    when: /No space left on device|ENOSPC/,
    says: 'the disk is full',
    remedy: 'df -h',
  },
  {
    trouble: 'profile_locked',
    when: /profile appears to be in use|already running for|ProcessSingleton/,
    says: 'the profile is in use by another browser, or its lock file is from another machine',
    remedy: 'pgrep -af -- --user-data-dir',
  },
  {
    trouble: 'no_display',
    when: /Missing X server|cannot open display|ozone_platform_x11|Unable to open X display/,
    says: 'there is no display to show the browser on',
    remedy: 'xvfb-run wad --headed',
  },
  // Near the end, because a zygote also reports errors when the browser ended for one of the reasons above.
  {
    when: /communicate with zygote|hello message from zygote|content\/(browser\/)?zygote/,
    ...NO_USERNS,
  },
  {
    trouble: 'timeout',
    when: /timed out|TimeoutError/,
    says: 'the browser started but did not answer in time',
    remedy: null,
  },
] as const satisfies readonly { trouble: string; when: RegExp; says: string; remedy: string | null }[];

/**
 * Returns the cause of a failed start.
 * @param said error messages and stderr together
 * @param error the thrown error: our own time limit counts like puppeteer's
 */
export function diagnose(said: string, error?: unknown): Diagnosis {
  const isLate = error instanceof TimedOut;
  const row = ROWS.find(({ trouble, when }) => when.test(said) || (trouble === 'timeout' && isLate));
  if (row === undefined)
    return {
      trouble: 'other',
      says: 'the browser did not start, for an unknown reason',
      remedy: null,
    };
  const { trouble, says, remedy } = row;
  return { trouble, says, remedy };
}
