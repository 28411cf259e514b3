// Run before a build. Removes the output of source files that no longer exist, because an old test would
// still be run. Makes the compiler start from scratch when a file that it should have written is missing.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = ['src', 'test', 'scripts', 'bench'];

const files = (dir) =>
  existsSync(root + dir)
    ? readdirSync(root + dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
    : [];

for (const room of ROOMS) {
  for (const file of files(`build/${room}`)) {
    const source = file.replace(/^build\//, '').replace(/\.js(\.map)?$/, '.ts');
    if (!existsSync(root + source)) rmSync(root + file);
  }
}
const missing = ROOMS.flatMap(files)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .some((file) => !existsSync(`${root}build/${file.replace(/\.ts$/, '.js')}`));
if (missing) rmSync(`${root}build/.tsbuildinfo`, { force: true });
