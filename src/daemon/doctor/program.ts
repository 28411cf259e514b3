// Checks the program itself: is Node new enough, and do the pinned packages have their pinned versions?
import { join } from 'node:path';
import { above, MANIFEST, manifestIn, PACKAGE } from '../../local/package.js';
import { type Check, type Finding, fail, ok, warn } from './finding.js';

/** Compares number by number, as far as both have them. */
const atLeast = (version: string, least: string): boolean => {
  const numbers = (text: string) => text.split('.').map(Number);
  const [a, b] = [numbers(version), numbers(least)];
  for (const [i, want] of b.entries()) if ((a[i] ?? 0) !== want) return (a[i] ?? 0) > want;
  return true;
};

export const node: Check = {
  name: 'node',
  run: () => {
    const running = process.versions.node;
    const least = MANIFEST.engines?.node?.replace(/^\D*/, '') ?? '20.19';
    return atLeast(running, least)
      ? ok(`Node ${running}`)
      : fail(`Node ${running} is too old, ${least} or newer is needed`, 'sudo apt-get install nodejs');
  },
};

/** Page scripts and our patches fit one version of each (H1, H27). */
const PINNED = ['whatsapp-web.js', 'puppeteer'];

export const packages: Check = {
  name: 'packages',
  run: (): Finding => {
    const { dependencies = {} } = MANIFEST;
    const found = PINNED.map((name) => {
      const path = above(PACKAGE, join('node_modules', name, 'package.json'));
      return {
        name,
        pinned: dependencies[name] ?? '?',
        installed: path === null ? null : manifestIn(path).version,
      };
    });
    const missing = found.filter(({ installed }) => installed === null);
    if (missing.length > 0)
      return fail(`not installed: ${missing.map(({ name }) => name).join(', ')}`, 'npm ci');
    const moved = found.filter(({ pinned, installed }) => pinned !== installed);
    if (moved.length > 0)
      return warn(
        moved
          .map(({ name, pinned, installed }) => `${name} is ${installed}, tested with ${pinned}`)
          .join('; '),
        'npm ci',
      );
    return ok(found.map(({ name, installed }) => `${name} ${installed}`).join(', '));
  },
};
