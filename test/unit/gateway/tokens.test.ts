/** Tokens of the gateway: created, recognised, counted, revoked, expired, and kept on disk as hashes. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { openTokens, type Tokens } from '../../../src/gateway/tokens.js';
import type { Fault } from '../../../src/protocol/fault.js';
import { eventually } from '../../harness/eventually.js';
import { keepLog } from '../../harness/server.js';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const CRM = { name: 'crm', scopes: ['read', 'send'], accounts: ['shop'], expiresAt: null } as const;
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

function setUp(t: Test) {
  const stateDir = join(mkdtempSync(join(tmpdir(), 'wad-tokens-')), 'state');
  t.teardown(() => rmSync(join(stateDir, '..'), { recursive: true }));
  const log = keepLog();
  const clock = { ms: T0 };
  const open = (flushMs = 3_600_000) => {
    const tokens = openTokens({ stateDir, log, now: () => clock.ms, flushMs });
    t.teardown(() => tokens.close());
    return tokens;
  };
  return { stateDir, path: join(stateDir, 'tokens.json'), log, clock, open };
}

const known = (tokens: Tokens, secret: string) => {
  const caller = tokens.identifySecret(secret);
  if (caller === null) throw new Error('the token is not known');
  return caller;
};

const faultOf = async (given: Promise<unknown> | (() => unknown)): Promise<Fault> => {
  try {
    await (typeof given === 'function' ? given() : given);
  } catch (error) {
    return error as Fault;
  }
  throw new Error('it did not fail');
};

t.test('a token is shown once, recognised, and kept as a hash in a file of its owner', async (t) => {
  const { path, stateDir, open } = setUp(t);
  const tokens = open();
  t.same(tokens.list(), []);
  t.same(readdirSync(join(stateDir, '..')), [], 'nothing is written before the first token');
  const { secret, token } = await tokens.create({ ...CRM, scopes: ['read', 'send', 'read'] });
  t.match(secret, /^wad_[\w-]{43}$/, 'it has 256 bits');
  t.same(token, { ...CRM, createdAt: '2026-01-01T00:00:00.000Z', uses: 0, lastUsedAt: null });
  t.match(tokens.identify(bearer(secret)), { token: 'crm', scopes: ['read', 'send'], accounts: ['shop'] });
  t.ok(tokens.identify({ authorization: `bearer  ${secret} ` }), 'the case of the scheme is ignored');
  t.ok(tokens.identifySecret(secret));
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(stateDir).mode & 0o777, 0o700);
  t.notMatch(readFileSync(path, 'utf8'), secret.slice(4));
  t.same(readdirSync(stateDir), ['tokens.json'], 'no temporary file is left');
  const other = `wad_${'A'.repeat(43)}`;
  for (const wrong of [
    '',
    'Bearer',
    secret,
    `Basic ${secret}`,
    `Bearer ${secret}A`,
    `Bearer ${secret} x`,
    `Bearer ${other}`,
  ])
    t.equal(tokens.identify({ authorization: wrong }), null, wrong);
  t.equal(tokens.identify({}), null);
  for (const wrong of ['__proto__', 'x'.repeat(100_000), `${secret}\n`])
    t.equal(tokens.identifySecret(wrong), null);
});

t.test('two secrets are never the same, and a name is used once', async (t) => {
  const { open } = setUp(t);
  const tokens = open();
  const [one, two] = await Promise.all([
    tokens.create(CRM),
    tokens.create({ ...CRM, name: 'n8n', accounts: null }),
  ]);
  t.not(one.secret, two.secret);
  t.match(tokens.identifySecret(two.secret), { token: 'n8n', accounts: null });
  t.match(await faultOf(tokens.create(CRM)), { kind: 'token_exists', message: /revoke it first/ });
  t.same(
    tokens.list().map(({ name }) => name),
    ['crm', 'n8n'],
  );
});

t.test('the next start knows the tokens and their counts', async (t) => {
  const { clock, open } = setUp(t);
  const tokens = open();
  const { secret } = await tokens.create(CRM);
  clock.ms += 5_000;
  for (let i = 0; i < 3; i += 1) tokens.identifySecret(secret);
  t.match(tokens.list(), [{ uses: 3, lastUsedAt: '2026-01-01T00:00:05.000Z' }]);
  await tokens.close();
  t.equal(tokens.identifySecret(secret), null, 'after the close nobody is known');
  await tokens.close();
  const again = open();
  t.match(again.list(), [{ name: 'crm', uses: 3, lastUsedAt: '2026-01-01T00:00:05.000Z' }]);
  t.match(again.identifySecret(secret), { token: 'crm' });
});

t.test('counts are written in the background', async (t) => {
  const { path, open } = setUp(t);
  const tokens = open(5);
  const { secret } = await tokens.create(CRM);
  tokens.identifySecret(secret);
  const written = () => JSON.parse(readFileSync(path, 'utf8')).tokens[0].uses;
  await eventually(() => written() === 1, 'the count is written');
});

t.test('a revoked token is refused at once, and its streams end', async (t) => {
  const { open } = setUp(t);
  const tokens = open();
  const { secret } = await tokens.create(CRM);
  const { closed } = known(tokens, secret);
  t.equal(closed.aborted, false);
  const revoking = tokens.revoke('crm');
  t.equal(tokens.identifySecret(secret), null, 'before the file is written');
  t.match(closed.reason, { kind: 'unauthorized', message: 'the token "crm" was revoked' });
  t.match(await revoking, { name: 'crm', uses: 1 });
  t.match(await faultOf(tokens.revoke('crm')), { kind: 'no_such_token' });
  const { secret: fresh } = await tokens.create(CRM);
  t.equal(tokens.identifySecret(secret), null, 'a new token of the name has another secret');
  t.ok(tokens.identifySecret(fresh));
  await tokens.close();
  t.equal(open().identifySecret(secret), null);
});

t.test('who got which rights is logged, without the secret', async (t) => {
  const { log, open } = setUp(t);
  const tokens = open();
  const { secret } = await tokens.create(CRM);
  await tokens.revoke('crm');
  t.same(log.lines, [
    { level: 'info', event: 'tokens.created', fields: CRM },
    { level: 'info', event: 'tokens.revoked', fields: { name: 'crm' } },
  ]);
  t.notMatch(JSON.stringify(log.lines), secret.slice(4));
});

t.test('a token that is revoked while it is created is never valid', async (t) => {
  const { open } = setUp(t);
  const tokens = open();
  const creating = tokens.create(CRM);
  await tokens.revoke('crm');
  t.equal(tokens.identifySecret((await creating).secret), null);
  t.same(tokens.list(), []);
});

t.test('an expired token is refused, its streams end, and its name stays taken', async (t) => {
  const { clock, open } = setUp(t);
  const tokens = open();
  const expiresAt = '2026-01-01T01:00:00.000Z';
  const { secret } = await tokens.create({ ...CRM, expiresAt });
  const { closed } = known(tokens, secret);
  clock.ms = Date.parse(expiresAt);
  t.equal(tokens.identifySecret(secret), null);
  t.match(closed.reason, { kind: 'unauthorized', message: 'the token "crm" has expired' });
  clock.ms = T0;
  t.equal(tokens.identifySecret(secret), null, 'also when the clock is set back');
  t.match(await faultOf(tokens.create(CRM)), { kind: 'token_exists' });
  t.match(await faultOf(tokens.create({ ...CRM, name: 'late', expiresAt: '2025-12-31T00:00:00.000Z' })), {
    kind: 'invalid_params',
    message: /has passed/,
  });
});

t.test('the streams of a token end at its expiry without a request', async (t) => {
  const { open, clock } = setUp(t);
  const tokens = open();
  const expiresAt = new Date(clock.ms + 50).toISOString();
  const { secret } = await tokens.create({ ...CRM, expiresAt });
  const { closed } = known(tokens, secret);
  clock.ms += 50;
  const keepAlive = setTimeout(() => undefined, 60_000);
  await new Promise((resolve) => closed.addEventListener('abort', resolve));
  clearTimeout(keepAlive);
  t.match(closed.reason, { kind: 'unauthorized' });
});

t.test('a file that cannot be used is refused with what to do, and stays as it is', async (t) => {
  const { stateDir, path, open } = setUp(t);
  const tokens = open();
  await tokens.create(CRM);
  await tokens.close();
  const good = JSON.parse(readFileSync(path, 'utf8'));
  const [token] = good.tokens;
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /not JSON/],
    ['{"version":1,"tokens":[{"na', /not JSON/],
    ['null', /cannot be used/],
    ['[]', /cannot be used/],
    [JSON.stringify({ ...good, version: 2 }), /newer version \(2\)/],
    [JSON.stringify({ version: 1 }), /tokens/],
    [JSON.stringify({ ...good, tokens: [token, token] }), /a name occurs twice/],
    [JSON.stringify({ ...good, tokens: [{ ...token, scopes: ['everything'] }] }), /tokens\.0\.scopes/],
    [JSON.stringify({ ...good, tokens: [{ ...token, sha256: 'short' }] }), /tokens\.0\.sha256/],
    [JSON.stringify({ ...good, tokens: [{ ...token, surprise: 1 }] }), /surprise/],
  ];
  for (const [text, says] of cases) {
    writeFileSync(path, text);
    const fault = await faultOf(() => open());
    t.match(fault, { kind: 'bad_config', message: says }, text.slice(0, 40));
    t.match(fault.message, /It was not changed/);
    t.equal(fault.hint, `mv ${path} ${path}.damaged`);
    t.equal(readFileSync(path, 'utf8'), text);
  }
  writeFileSync(path, JSON.stringify(good));
  chmodSync(path, 0o620);
  t.match(await faultOf(() => open()), { kind: 'bad_config', hint: `chmod 600 ${path}` });
  rmSync(path);
  symlinkSync('/dev/null', path);
  t.match(await faultOf(() => open()), { kind: 'bad_config', message: /symbolic link/ });
  rmSync(path);
  mkdirSync(path);
  t.match(await faultOf(() => open()), { kind: 'bad_config', message: /directory/ });
  t.ok(readdirSync(stateDir).length);
});

t.test('a token that cannot be written is not valid; one that cannot be removed is refused', async (t) => {
  const { stateDir, path, log, open } = setUp(t);
  const tokens = open();
  const { secret } = await tokens.create(CRM);
  // A directory in place of the file: no user, not even root, can rename a file over it.
  rmSync(path);
  mkdirSync(path);
  t.match(await faultOf(tokens.create({ ...CRM, name: 'n8n' })), { name: 'Fault' });
  t.same(
    tokens.list().map(({ name }) => name),
    ['crm'],
  );
  t.match(await faultOf(tokens.revoke('crm')), { message: /is revoked until the gateway restarts/ });
  t.equal(tokens.identifySecret(secret), null);
  rmSync(path, { recursive: true });
  await tokens.close();
  t.same(JSON.parse(readFileSync(path, 'utf8')).tokens, [], 'the removal is repeated at the close');
  t.same(readdirSync(stateDir), ['tokens.json']);
  t.same(
    log.lines.map(({ level, event }) => `${level} ${event}`),
    ['info tokens.created', 'info tokens.revoked'],
  );
});
