// Before a build: removes what was compiled from files that are no longer there, since an old test would go on
// running; and has the compiler start anew when something that it believes to have written is missing.
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
