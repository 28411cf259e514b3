// Bundles whatsapp-web.js with the browser driver that it uses, as a file of its own next to the daemon's: loading their 300
// files takes a third of a start. The packages stay in node_modules as well, for the doctor and for other loads of
// puppeteer. The functions that run in the page stay as they are: nothing is minified, and no syntax is lowered.
import { build } from 'esbuild';

/**
 * Packages of which nothing is called in the daemon, each with the reason. They load when the library does, so an
 * object without functions takes their place, and a call would throw.
 */
const UNUSED = {
  'proxy-agent': 'for downloads of browsers (@puppeteer/browsers)',
  yargs: 'the command line of @puppeteer/browsers',
  'chromium-bidi': "WebDriver BiDi, which drives Firefox; Chromium's DevTools protocol is used",
  'tar-fs': 'archives of downloaded browsers',
  'extract-zip': 'the same',
  semver: 'the order of their versions',
  'node-fetch': 'MessageMedia.fromUrl; the daemon downloads nothing for a message',
};

const unused = {
  name: 'unused',
  setup(b) {
    const filter = new RegExp(`^(?:${Object.keys(UNUSED).join('|')})(?:/|$)`);
    b.onResolve({ filter }, ({ path }) => ({ path, namespace: 'unused' }));
    b.onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** In the daemon's bundle: the file that stands for the library is loaded from its own bundle. */
export const libraryApart = {
  name: 'library-apart',
  setup(b) {
    b.onResolve({ filter: /\/library-files\.js$/ }, () => ({ path: './library.cjs', external: true }));
  },
};

/** @param {object} options of esbuild that all bundles have */
export const libraryBundle = (options) =>
  build({
    ...options,
    minifyWhitespace: true,
    entryPoints: ['src/whatsapp/library/library-files.ts'],
    outfile: 'dist/library.cjs',
    // The package named puppeteer adds a search for configuration files from the working directory upward, and YAML and
    // TypeScript parsers for them.
    alias: { puppeteer: './node_modules/puppeteer-core/lib/cjs/puppeteer/puppeteer-core.js' },
    plugins: [unused],
  });
