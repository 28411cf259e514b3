/** Who may come in: valid tokens in any case, wrong ones up to a limit for each address, and a record of every call. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Entrance } from '../../../src/gateway/entrance.js';
import { openTokens } from '../../../src/gateway/tokens.js';
import { Fault } from '../../../src/protocol/fault.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { keepLog } from '../../harness/server.js';

async function setUp(t: Test, more: { ratePerMinute?: number; behindProxy?: boolean } = {}) {
  const stateDir = mkdtempSync(join(tmpdir(), 'wad-entrance-'));
  const log = keepLog();
  const tokens = openTokens({ stateDir, log: keepLog() });
  t.teardown(async () => {
    await tokens.close();
    rmSync(stateDir, { recursive: true });
  });
  const entrance = new Entrance({ tokens, log, ratePerMinute: 600, behindProxy: false, ...more });
  const { secret } = await tokens.create({
    name: 'crm',
    scopes: ['read'],
    accounts: ['shop'],
    expiresAt: null,
  });
  /** What the entrance reads of a request. */
  const from = (remoteAddress: string, token?: string, forwarded?: string[]) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headersDistinct = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    return { headers, headersDistinct, socket: { remoteAddress } } as unknown as IncomingMessage;
  };
  /** Requests until the first that is limited. */
  const untilLimited = (request: (n: number) => IncomingMessage, most = 1_000): number => {
    for (let n = 0; n < most; n += 1)
      try {
        if (entrance.identify(request(n)) !== null) throw new Error('a wrong token was accepted');
      } catch (error) {
        if (error instanceof Fault && error.kind === 'rate_limited') return n;
        throw error;
      }
    return most;
  };
  return { entrance, tokens, secret, log, from, untilLimited };
}

t.test('wrong tokens are limited for each address, and a valid one is never affected', async (t) => {
  const { entrance, secret, from, untilLimited } = await setUp(t);
  const wrong = `wad_${'x'.repeat(43)}`;
  t.equal(
    untilLimited(() => from('203.0.113.7', wrong)),
    100,
  );
  t.match(entrance.identify(from('203.0.113.7', secret)), { token: 'crm' });
  t.equal(
    untilLimited(() => from('203.0.113.8', 'Bearer'), 100),
    100,
  );
  t.equal(entrance.identify(from('203.0.113.7')), null, 'a request without a token is not counted');
});

t.test('an address cannot be made up, and behind a proxy the one of the peer counts', async (t) => {
  const direct = await setUp(t);
  const { from } = direct;
  t.equal(
    direct.untilLimited((n) => from('203.0.113.7', 'x', [`198.51.100.${n % 250}`])),
    100,
  );
  const proxied = await setUp(t, { behindProxy: true });
  t.equal(
    proxied.untilLimited((n) => from('127.0.0.1', 'x', [`10.0.0.${n % 250}, 203.0.113.7`])),
    100,
  );
  t.equal(
    proxied.untilLimited((n) => from('127.0.0.1', 'x', [`10.0.0.${n % 250}`, '203.0.113.9'])),
    100,
  );
  t.equal(
    proxied.untilLimited(() => from('127.0.0.1', 'x', ['203.0.113.8']), 50),
    50,
  );
  t.equal(
    proxied.untilLimited(() => from('127.0.0.1', 'x')),
    100,
    'without the header that of the proxy',
  );
});

t.test('a token may make so many requests', async (t) => {
  const { entrance, secret, from } = await setUp(t, { ratePerMinute: 1 });
  const caller = entrance.identify(from('203.0.113.7', secret));
  if (caller === null) return t.fail('it is valid');
  for (let n = 0; n < 10; n += 1) entrance.admit(caller);
  t.throws(
    () => entrance.admit(caller),
    new Fault('rate_limited', { reason: 'the token "crm" may make 1 requests a minute, 10 at once' }),
  );
});

t.test('calls are recorded, and requests for accounts of others', async (t) => {
  const { entrance, secret, log, from } = await setUp(t);
  const caller = entrance.identify(from('203.0.113.7', secret));
  if (caller === null) return t.fail('it is valid');
  entrance.report(caller, 'shop', {
    method: METHODS['message.send'],
    fault: new Fault('not_permitted'),
    ms: 3,
  });
  entrance.reportRefused(caller, 'x'.repeat(1_000));
  t.match(log.lines, [
    {
      level: 'info',
      fields: {
        caller: 'crm',
        account: 'shop',
        method: 'message.send',
        status: 403,
        kind: 'not_permitted',
        ms: 3,
      },
    },
    {
      level: 'info',
      fields: { caller: 'crm', account: 'x'.repeat(64), method: null, kind: 'not_permitted' },
    },
  ]);
  t.notMatch(JSON.stringify(log.lines), secret);
});
