// Writes to stderr what a program reports before it has a log.
import { isatty } from 'node:tty';

/**
 * Whether a journal reads this descriptor. A terminal that was started by a service has the variable as well.
 */
export const isJournal = (env: Readonly<Record<string, string | undefined>>, fd: number): boolean =>
  Boolean(env.JOURNAL_STREAM) && !isatty(fd);

/** Writes lines to stderr. A journal reads the priority in front of each, for `journalctl -p err`. */
export function complain(text: string): void {
  const lines = isJournal(process.env, process.stderr.fd) ? text.replace(/^/gm, '<3>') : text;
  process.stderr.write(`${lines}\n`);
}
