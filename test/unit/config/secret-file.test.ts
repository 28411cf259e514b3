/** A secret file is created with safe permissions, refused if others can read it, and never printed. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readSecret } from '../../../src/config/secret-file.js';
import { Fault } from '../../../src/protocol/fault.js';

const SECRET = 'sixteen-chars-ok';
const faultOf = (promise: Promise<unknown>): Promise<Fault | null> =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof Fault ? error : Promise.reject(error)),
  );

function file(t: Test, text: string, mode = 0o600) {
  const path = join(t.testdir(), 'secret');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return { path, key: 'http.tokenFile', make: null };
}

t.test('a secret is read without the surrounding whitespace', async (t) => {
  t.equal(await readSecret(file(t, `  ${SECRET}\n`)), SECRET);
});

t.test('a secret that others can read or write is refused', async (t) => {
  for (const mode of [0o640, 0o620, 0o610, 0o604, 0o602, 0o601]) {
    const fault = await faultOf(readSecret(file(t, SECRET, mode)));
    t.match(fault, { kind: 'permission_denied', message: new RegExp(`mode 0${mode.toString(8)}`) });
    t.notMatch(String(fault?.message), SECRET);
  }
});

t.test('an invalid secret is refused, and not repeated', async (t) => {
  for (const text of ['', SECRET.slice(1), `${SECRET} and more`, 'x'.repeat(5_000)]) {
    const fault = await faultOf(readSecret(file(t, text)));
    t.equal(fault?.kind, 'usage', `${text.length} characters`);
    if (text !== '') t.notMatch(String(fault?.message), text.slice(0, 15));
  }
  const folder = join(t.testdir(), 'folder');
  mkdirSync(folder, { mode: 0o700 });
  t.equal((await faultOf(readSecret({ path: folder, key: 'k', make: null })))?.kind, 'usage');
});

t.test('a missing secret is created once, for its owner only', async (t) => {
  const path = join(t.testdir(), 'made');
  t.equal((await faultOf(readSecret({ path, key: 'k', make: null })))?.kind, 'usage');
  const made = await readSecret({ path, key: 'k', make: 'whsec_' });
  t.match(made, /^whsec_[A-Za-z0-9+/]{43}=$/);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(await readSecret({ path, key: 'k', make: 'whsec_' }), made, 'it is not created again');
  t.equal(readFileSync(path, 'utf8').trim(), made);
});

t.test('concurrent creations get the same secret, and leave no temporary file', async (t) => {
  const directory = t.testdir();
  for (let round = 0; round < 20; round += 1) {
    const file = { path: join(directory, `made-${round}`), key: 'k', make: '' };
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => readSecret(file)));
    for (const other of others) t.equal(other, first);
    t.equal(readFileSync(file.path, 'utf8').trim(), first);
  }
  t.equal(readdirSync(directory).length, 20);
});
