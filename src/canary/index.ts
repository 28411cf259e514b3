/** What `wad --canary --deep` loads; nothing else of wad loads it. */
import type { CanaryFailed } from './report.js';
import { withoutPaths } from './without-paths.js';

export { changesBetween, entryOf, newest, renderArchive, withEntry } from './builds.js';
export { runDeep } from './deep.js';
export { readArchive } from './known-builds.js';
export { DEEP_EXIT, deepMetrics, exitOfDeep, isFailed, renderDeep, withChanges } from './report.js';
export { refusedSwitch } from './switches.js';

/** The result where there is no browser. @param why a sentence */
export const NO_BROWSER = (why: string): CanaryFailed =>
  withoutPaths({ failed: true, says: `The canary could not be run: ${why}` });
