// .dockerignore keeps sessions out of the image, and the sources of the image in.
// Without this test, a rule that matches a source folder would be found only when an image is built.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The folders under version control. All others are generated or downloaded. */
const SOURCE = ['src', 'test', 'scripts', 'systemd', 'packaging', 'docs', 'web', 'bench', 'examples'];

interface Rule {
  readonly keeps: boolean;
  readonly pattern: RegExp;
}

const glob = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/^\*\*\//, '(?:.+/)?')
      .replace(/\/\*\*$/, '/.+')
      .replace(/(?<![.+])\*/g, '[^/]*')}(?:/|$)`,
  );

const RULES: readonly Rule[] = readFileSync(`${ROOT}.dockerignore`, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ keeps: line.startsWith('!'), pattern: glob(line.replace(/^!/, '')) }));

/** The last matching rule decides. */
const isLeftOut = (path: string): boolean =>
  RULES.findLast(({ pattern }) => pattern.test(path))?.keeps === false;

t.test('no source file is left out of an image', async (t) => {
  const files = SOURCE.flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  t.ok(files.length > 500);
  t.same(files.filter(isLeftOut), []);
});

t.test('sessions and build output are left out of an image', async (t) => {
  for (const path of [
    'auth/session-a/Default/x',
    'trial/state/wad.sqlite',
    '.wwebjs_auth/session/x',
    'node_modules/a',
  ])
    t.ok(isLeftOut(path), path);
});
