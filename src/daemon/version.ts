// Versions that people ask for, read from the packages themselves.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const versionIn = (url: URL | string): string =>
  (JSON.parse(readFileSync(url, 'utf8')) as { version: string }).version;

export const WAD_VERSION = versionIn(new URL('../../../package.json', import.meta.url));
export const LIBRARY_VERSION = versionIn(require.resolve('whatsapp-web.js/package.json'));
export const NODE_VERSION = process.versions.node;
