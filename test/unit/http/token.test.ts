/** The HTTP token is created once with safe permissions, and a configured file is used as it is. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readSecret } from '../../../src/config/secret-file.js';
import { isKnown, tokenOf } from '../../../src/http/token.js';

const dir = mkdtempSync(join(tmpdir(), 'wad-token-'));
t.teardown(() => rmSync(dir, { recursive: true }));
const path = join(dir, 'token');
const readToken = async (file: string, { make }: { make: boolean }) =>
  tokenOf(await readSecret({ path: file, key: 'http.tokenFile', make: make ? '' : null }));
const write = (text: string, mode = 0o600) => {
  writeFileSync(path, text);
  chmodSync(path, mode);
};
const refusal = (file: string) => readToken(file, { make: false }).catch((fault: unknown) => fault);
const lets = (token: Awaited<ReturnType<typeof readToken>>, authorization?: string): boolean =>
  isKnown(token, { ...(authorization !== undefined && { authorization }) });

t.test('a token is created once, readable by its owner only', async (t) => {
  const token = await readToken(path, { make: true });
  t.equal(statSync(path).mode & 0o777, 0o600);
  const text = readFileSync(path, 'utf8').trim();
  t.match(text, /^[\w-]{43}$/, 'it has 256 bits');
  t.ok(lets(token, `Bearer ${text}`));
  t.ok(lets(token, `bearer  ${text} `), 'the case of the scheme is ignored');
  for (const wrong of [undefined, '', 'Bearer', text, `Bearer ${text}A`, `Basic ${text}`, `Bearer ${text} x`])
    t.notOk(lets(token, wrong), String(wrong));
  t.ok(lets(await readToken(path, { make: true }), `Bearer ${text}`), 'the next start keeps it');
  t.same(readdirSync(dir), ['token']);
  t.ok(lets(null), 'without a token everybody is permitted');
});

t.test('a configured token file is used as it is', async (t) => {
  rmSync(path, { force: true });
  t.match(await refusal(path), { kind: 'usage' }, 'a missing file');
  write('0123456789abcdef\n', 0o640);
  t.match(await refusal(path), { kind: 'permission_denied', hint: `chmod 600 ${path}` });
  for (const text of ['', 'short\n', 'two words of a length\n', 'x'.repeat(5_000)]) {
    write(text);
    t.match(await refusal(path), { kind: 'usage' }, JSON.stringify(text.slice(0, 20)));
  }
  t.match(await refusal(dir), { kind: 'usage' }, 'a directory');
  write('0123456789abcdef\n', 0o400);
  t.ok(lets(await readToken(path, { make: false }), 'Bearer 0123456789abcdef'));
});
