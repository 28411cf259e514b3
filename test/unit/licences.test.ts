/** Our programs and packages contain the licences of everything that is bundled in them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const BUNDLES = [
  'wad.cjs',
  'library.cjs',
  'age.cjs',
  'nats.cjs',
  'proxy.cjs',
  'canary.cjs',
  'wad-gateway.cjs',
  'wad-agent.cjs',
  'fleet.cjs',
  'wactl.cjs',
  'full.cjs',
  'mcp.cjs',
  'client.cjs',
  'waserver.cjs',
  'console/console.js',
];
const META = JSON.parse(read('dist/meta.json')) as Record<string, { inputs: Record<string, unknown> }>;

const named = (folder: string): string => {
  const { name, version } = JSON.parse(read(`${folder}/package.json`)) as { name: string; version: string };
  return `${name} ${version}`;
};
const packagesIn = (paths: readonly string[]): string[] => [
  ...new Set(paths.flatMap((path) => path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []).map(named)),
];
/** The program that the launcher starts. */
const daemonFile = (): string => `${/'\/(daemon-\w+)'/.exec(read('dist/wad.cjs'))?.[1]}.cjs`;
const notices = read('dist/THIRD-PARTY-NOTICES.txt');
const copyright = execFileSync(process.execPath, [`${ROOT}scripts/licences.mjs`, '--debian'], {
  encoding: 'utf8',
});

t.test('every package in a bundle is named there, and its licence is in the notices', (t) => {
  t.same(Object.keys(META).sort(), [...BUNDLES].sort());
  for (const [bundle, { inputs }] of Object.entries(META)) {
    const packages = packagesIn(Object.keys(inputs));
    t.ok(packages.length > 0, bundle);
    const list = notices.split(/-{80}/).find((part) => part.trim().startsWith(`${bundle}\n`)) ?? '';
    for (const one of packages) {
      t.ok(list.split('\n').includes(`  ${one}`), `${bundle}: ${one}`);
      t.ok(notices.includes(`\n${one}: `), `the licence of ${one}`);
    }
  }
  t.match(notices, /\n@modelcontextprotocol\/sdk [\d.]+: MIT\n\n[\s\S]*?Copyright \(c\) 2024 Anthropic/);
  t.end();
});

t.test("esbuild's own notices in the programs are included", (t) => {
  // The unminified bundles name the path of each file in a comment.
  for (const text of [read(`dist/${daemonFile()}`), read('dist/client.cjs')])
    for (const one of packagesIn(
      [...text.matchAll(/^\s*\/\/ (node_modules\/\S+)$/gm)].map(([, path = '']) => path),
    ))
      t.ok(notices.includes(`\n${one}: `), one);
  t.end();
});

t.test(
  "Debian's copyright names every package in the bundles and next to them, in the machine-readable form",
  (t) => {
    const paragraphs = copyright.trim().split('\n\n');
    t.match(
      paragraphs[0],
      /^Format: https:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format\/1\.0\/\n/,
    );
    const files = paragraphs.filter((text) => text.startsWith('Files: '));
    const texts = new Set(paragraphs.flatMap((text) => /^License: (.+)\n \S/.exec(text)?.[1] ?? []));
    for (const text of files) {
      t.match(text, /^Files: .+\nCopyright: [\s\S]+?\nLicense: .+(\nComment: [\s\S]+)?$/);
      for (const licence of /^License: (.+)$/m.exec(text)?.[1]?.split(' and ') ?? [])
        t.ok(texts.has(licence), `the text of ${licence}`);
    }
    const vendored = execFileSync(process.execPath, ['scripts/production.mjs'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const bundled = Object.entries(META)
      // The server for tests is not installed.
      .filter(([bundle]) => bundle !== 'waserver.cjs')
      .flatMap(([, { inputs }]) => Object.keys(inputs));
    for (const one of packagesIn([...vendored.trim().split('\n'), ...bundled]))
      t.match(copyright, new RegExp(`^(?:Comment:)? ${one.replace(/[.+/]/g, '\\$&')}: `, 'm'), one);
    t.end();
  },
);

t.test('the packages have no source maps, foreign types or native sources, and one native module', (t) => {
  const vendored = execFileSync(process.execPath, ['scripts/production.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  t.same(
    vendored.filter(
      (path) => /\.(?:map|ts|mts|cts|c|h|cpp|bare|md)$|\/coverage\//.test(path) && !/licen[cs]e/i.test(path),
    ),
    [],
  );
  t.equal(vendored.filter((path) => path.endsWith('.node')).length, 1);
  t.ok(vendored.includes('node_modules/whatsapp-web.js/LICENSE'));
  t.same(
    vendored.filter((path) => /^node_modules\/(?:zod|pino|yargs|qrcode)\//.test(path)),
    [],
    'what the bundles already contain',
  );
  t.end();
});

t.test('each package that the daemon loads is installed next to it', (t) => {
  const vendored = execFileSync(process.execPath, ['scripts/production.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const loaded = [...read(`dist/${daemonFile()}`).matchAll(/\brequire\w*\(["']([^"'.][^"']*)["']\)/g)]
    .map(([, path = '']) => path)
    // Modules of WhatsApp's page are required in the page, not in Node.js.
    .filter((path) => !isBuiltin(path) && !/^WA[A-Z]/.test(path));
  t.ok(loaded.includes('puppeteer'));
  for (const path of loaded) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
    t.ok(vendored.includes(`node_modules/${name}/package.json\n`), path);
  }
  t.end();
});
