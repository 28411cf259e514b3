// Bundles wactl into two CommonJS files: a fast path (dist/wactl.cjs) that parses, asks once and prints,
// and the whole of yargs (dist/full.cjs), loaded only for help, errors, completion and the rarer commands.
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

const url = "const __url=require('node:url').pathToFileURL(__filename).href;";
const common = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  define: { 'import.meta.url': '__url' },
  // string-width 8 compiles a 25 ms regular expression on import; our help text is ASCII.
  alias: { 'string-width': './src/cli/width.ts' },
};
await build({ ...common, entryPoints: ['src/cli/full.ts'], outfile: 'dist/full.cjs', banner: { js: url } });
await build({
  ...common,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/wactl.cjs',
  banner: { js: `#!/usr/bin/env node\n${url}` },
  plugins: [
    {
      name: 'full',
      setup: (b) => b.onResolve({ filter: /\/full\.js$/ }, () => ({ path: './full.cjs', external: true })),
    },
  ],
});
chmodSync('dist/wactl.cjs', 0o755);
