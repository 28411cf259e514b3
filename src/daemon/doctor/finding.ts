// The types of a check: what it finds, and the facts that it examines. Shared by all
// checks; knows none of them.
import type { Browser } from '../../config/browser.js';
import type { ConfigError } from '../../config/error.js';
import type { Config } from '../../config/keys.js';
import type { Loaded } from '../../config/load.js';
import type { Paths } from '../../config/paths.js';
import type { SessionDir } from '../../session-dir/layout.js';
import type { Preflight, PreflightOptions } from '../../whatsapp/browser/preflight.js';
import type { Running } from './running.js';

export interface Finding {
  /** `fail` prevents the daemon from working; `warn` may do so. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** A command that helps, or null. */
  readonly remedy: string | null;
}

export const ok = (says: string): Finding => ({ status: 'ok', says, remedy: null });
export const warn = (says: string, remedy: string | null = null): Finding => ({
  status: 'warn',
  says,
  remedy,
});
export const fail = (says: string, remedy: string | null = null): Finding => ({
  status: 'fail',
  says,
  remedy,
});

/** The facts that checks may use. */
export interface About {
  readonly account: string;
  readonly uid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
  readonly paths: Paths;
  /** The loaded configuration, or what is wrong with it; `config` has the defaults then. */
  readonly loaded: Loaded | ConfigError;
  readonly config: Config;
  readonly dir: SessionDir;
  readonly browser: Browser;
  /** Whether checks may use the network. */
  readonly network: boolean;
  /** The daemon that answers at the socket; paths and browser are its own then. */
  readonly running: Running | null;
  /** Starts a browser on an empty profile: whatsapp/browser/preflight.ts, or a test's. */
  readonly tryBrowser: (options: PreflightOptions) => Promise<Preflight>;
}

export interface Check {
  readonly name: string;
  readonly run: (about: About) => Finding | Promise<Finding>;
}
