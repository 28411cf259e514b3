// The content of a bug report: facts about this run, for a reader who does not know the account. Numbers and
// texts are blanked here, so that they never leave the daemon.

import { maskNumbers } from '../../log/redact.js';
import type { Result } from '../../protocol/method.js';
import type { daemonMethods } from '../../protocol/methods/daemon.js';
import type { Status } from '../../protocol/methods/session.js';
import { isoTime } from '../../protocol/time.js';
import type { Account } from '../account.js';

type Report = Result<(typeof daemonMethods)['daemon.report']>;

/**
 * Blanks every run of digits of a number's length, except builds of WhatsApp Web, and every
 * text that somebody wrote.
 */
export const blank = (text: string): string =>
  maskNumbers(text)
    .replace(/"[^"]{3,}"/g, '"…"')
    .replace(/(?<![\d.])\d{7,}(?![\d.])/g, '#');

export async function reportOf(account: Account, status: Status): Promise<Report> {
  const { session, versions, hint: _, account: __, ...rest } = status;
  const { hasSession, connected, platform } = session;
  const picture = await account.slot.picture();
  return {
    timestamp: new Date().toISOString(),
    versions: { ...versions },
    // The report does not disclose who is linked.
    status: { ...rest, session: { hasSession, connected, platform, phone: session.phone && '#' } },
    states: account.history.entries.map(({ atMs, ...more }) => ({
      time: isoTime(atMs),
      ...more,
    })),
    pageErrors: account.slot.pageErrors.map(({ atMs, error, modules, build }) => ({
      time: isoTime(atMs),
      error: blank(error),
      modules: [...modules],
      whatsappWeb: build,
    })),
    picture: picture && Buffer.from(picture).toString('base64'),
  };
}
