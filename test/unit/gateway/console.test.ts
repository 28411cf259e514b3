/** The files of the console, as the gateway serves them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { readConsole } from '../../../src/gateway/console.js';

const DIRECTORY = fileURLToPath(new URL('../../../../dist/console', import.meta.url));

t.test('the console loads its own files only, and contains no inline script or style', async (t) => {
  const { index, script, style } = await readConsole(DIRECTORY);
  for (const reply of [index, script, style]) {
    const policy = reply.headers['Content-Security-Policy'] ?? '';
    t.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; img-src blob: data:; /);
    for (const part of [
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
      t.ok(policy.split('; ').includes(part), part);
    t.notMatch(policy, /unsafe|\*|http/);
  }
  const html = Buffer.from(index.body).toString();
  t.same(
    [...html.matchAll(/<script[^>]*>([^<]*)</g)].map(([, text]) => text),
    [''],
  );
  t.notMatch(html, /<style|\son\w+=|style=/);
  t.same(
    [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path]) => path),
    ['data:,', '/console.css', '/console.js'],
  );
  t.equal(script.headers['Content-Type'], 'text/javascript; charset=utf-8');
  t.equal(style.headers['Content-Type'], 'text/css; charset=utf-8');
});

t.test('the console contains its own code, plain tables of the protocol, and Preact', (t) => {
  const meta = JSON.parse(readFileSync(join(DIRECTORY, '../meta.json'), 'utf8')) as Record<
    string,
    { inputs: Record<string, unknown> }
  >;
  const inputs = Object.keys(meta['console/console.js']?.inputs ?? {});
  t.ok(inputs.includes('web/console/main.tsx'));
  t.same(
    inputs.filter(
      (path) => !/^(?:(?:web\/console|src\/protocol|node_modules\/preact)\/|<define:)/.test(path),
    ),
    [],
  );
  t.end();
});

t.test('a console that was not built is an error', (t) =>
  t.rejects(readConsole(`${DIRECTORY}/missing`), { code: 'ENOENT' }),
);
