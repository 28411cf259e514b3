// Builds the answer of `daemon.info`: facts about this process.

import type { DaemonLog } from '../log/log.js';
import type { Result } from '../protocol/method.js';
import type { daemonMethods } from '../protocol/methods/daemon.js';
import type { Account } from './account.js';
import type { Doors } from './doors.js';
import type { OwnBrowser } from './own-browser.js';
import type { Settings } from './settings.js';
import { NODE_VERSION, WAD_VERSION } from './version.js';

export interface InfoParts {
  readonly settings: Settings;
  readonly startedAtMs: number;
  readonly log: DaemonLog;
  readonly browser: OwnBrowser;
  readonly account: Account;
  readonly doors: Doors;
}

export function daemonInfo(parts: InfoParts): Result<(typeof daemonMethods)['daemon.info']> {
  const { settings, startedAtMs, log, account, doors } = parts;
  const { config, dir, paths, socket, files } = settings;
  const browser = parts.browser.find();
  return {
    pid: process.pid,
    account: account.name,
    version: WAD_VERSION,
    node: NODE_VERSION,
    startedAt: new Date(startedAtMs).toISOString(),
    uptimeMs: Date.now() - startedAtMs,
    rssBytes: process.memoryUsage.rss(),
    socket: socket.path,
    http: doors.http?.address ?? null,
    stateDir: paths.stateDir,
    configFiles: [...files],
    profileDir: dir.profile,
    browser: {
      path: browser.found ? browser.path : null,
      pid: account.slot.browser.pid,
      sandbox: config.browser.sandbox,
      memoryBytes: account.supervision.browserBytes,
    },
    connections: doors.socket?.connections ?? 0,
    logLevel: log.level,
  };
}
