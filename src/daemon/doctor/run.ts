// `wad --doctor` as the program runs it: the real machine, the real browser, a report
// on stdout, an exit status.
import { homedir } from 'node:os';
import { findBrowser } from '../../config/browser.js';
import { tryBrowser } from '../../whatsapp/browser/preflight.js';
import type { Flags } from '../flags.js';
import type { Settings } from '../settings.js';
import { check, examine, type Report, renderReport } from './doctor.js';

/**
 * Examines this machine and prints the findings.
 * @param of the flags, so that a configuration that cannot be used is a finding; or complete settings
 * @returns 0 when nothing fails, else 1
 */
export async function runDoctor(of: Flags | Settings, output: 'text' | 'json'): Promise<0 | 1> {
  const machine = {
    env: process.env,
    uid: process.geteuid?.() ?? 0,
    home: homedir(),
    cwd: process.cwd(),
    nowMs: Date.now(),
    tryBrowser,
  };
  const report: Report =
    'mode' in of
      ? await examine({ ...machine, flags: of })
      : await check({
          ...of,
          ...machine,
          loaded: of,
          browser: findBrowser({ browser: of.config.browser, ...machine }),
          network: false,
          running: null,
        });
  process.stdout.write(renderReport(report, output));
  return report.ok ? 0 : 1;
}
