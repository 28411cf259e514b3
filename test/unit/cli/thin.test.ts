// The fast path of wactl does not contain heavy packages, according to esbuild's list of its inputs.
import { readFileSync } from 'node:fs';
import t from 'tap';

const BANNED: readonly (readonly [string, string])[] = [
  ['zod', '50 ms to load; the daemon checks'],
  ['yargs', '25 ms to load; yargs-parser parses'],
  ['cliui', 'comes with yargs'],
  ['puppeteer', 'belongs to the daemon'],
  ['puppeteer-core', 'belongs to the daemon'],
  ['whatsapp-web.js', 'belongs to the daemon'],
  ['pino', 'the daemon logs'],
  ['qrcode', 'only `wactl qr` draws'],
];

t.test('the fast path contains no heavy package', (t) => {
  const meta = JSON.parse(readFileSync(new URL('../../../../dist/meta.json', import.meta.url), 'utf8')) as {
    'wactl.cjs': { inputs: Record<string, unknown> };
  };
  const inputs = Object.keys(meta['wactl.cjs'].inputs);
  t.ok(inputs.includes('src/cli/main.ts'));
  for (const [name, why] of BANNED) {
    t.same(
      inputs.filter((input) => input.startsWith(`node_modules/${name}/`)),
      [],
      `${name}: ${why}`,
    );
  }
  t.same(
    inputs.filter((input) => input.startsWith('src/') && !/^src\/(cli|socket|protocol)\//.test(input)),
    [],
    'no other room',
  );
  t.end();
});
