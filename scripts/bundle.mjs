// Bundles wactl into two CommonJS files: a fast path (dist/wactl.cjs) that parses, asks once and prints,
// and the rest with the whole of yargs (dist/full.cjs), loaded only for help, errors, completion and the rarer
// commands. What went into the fast path is written to dist/meta.json; a test reads it.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // string-width 8 compiles a 25 ms regular expression on import; our help text is ASCII.
  alias: { 'string-width': './src/cli/width.ts' },
};
const words = { WACTL_VERSION: JSON.stringify(version) };
await build({
  ...common,
  entryPoints: ['src/cli/full.ts'],
  outfile: 'dist/full.cjs',
  define: { ...words, 'import.meta.url': '__url' },
  banner: { js: "const __url=require('node:url').pathToFileURL(__filename).href;" },
});
const { metafile } = await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/wactl.cjs',
  // Only yargs-parser asks, for createRequire, which takes a path as well.
  define: { ...words, 'import.meta.url': '__filename' },
  banner: { js: '#!/usr/bin/env node' },
  metafile: true,
  // require, not import(): Node's ESM loader alone would cost 8 ms.
  supported: { 'dynamic-import': false },
  plugins: [
    {
      name: 'full',
      setup: (b) => b.onResolve({ filter: /\/full\.js$/ }, () => ({ path: './full.cjs', external: true })),
    },
  ],
});
writeFileSync(`${root}dist/meta.json`, JSON.stringify(metafile));
chmodSync(`${root}dist/wactl.cjs`, 0o755);
