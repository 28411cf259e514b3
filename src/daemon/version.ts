// The versions of the program, the library and Node, read from the packages themselves.
import { createRequire } from 'node:module';
import { MANIFEST, manifestIn } from '../local/package.js';

const require = createRequire(import.meta.url);

export const WAD_VERSION = MANIFEST.version;
export const LIBRARY_VERSION = manifestIn(require.resolve('whatsapp-web.js/package.json')).version;
export const NODE_VERSION = process.versions.node;
