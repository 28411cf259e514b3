/** Only requests meant for this machine are accepted, and none from a page of another site. */
import t from 'tap';
import { MAX_HEADERS, refuseCrossSite, refuseFlood, refuseForeign } from '../../../src/http/guard.js';
import { Fault } from '../../../src/protocol/fault.js';

const kindOf = (act: () => void): string | null => {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof Fault ? error.kind : String(error);
  }
};
const foreign = (headersDistinct: Record<string, string[]>, url = '/') =>
  kindOf(() => refuseForeign({ headersDistinct, url }));

t.test('the host must be this machine, named once, and the target must be a path', async (t) => {
  for (const host of ['localhost', 'LOCALHOST:3001', '127.0.0.1:1', '127.1.2.3', '[::1]:65535'])
    t.equal(foreign({ host: [host] }), null, host);
  for (const host of [
    '',
    'example.org',
    'localhost.example.org',
    '127.0.0.1.example.org',
    '10.0.0.1',
    '[::2]',
    'localhost:x',
  ])
    t.equal(foreign({ host: [host] }), 'foreign_host', host);
  t.equal(
    foreign({ host: ['localhost', 'localhost'] }),
    'foreign_host',
    'of two host headers, a proxy may have checked the other one',
  );
  t.equal(foreign({}), 'invalid_request');
  for (const url of ['*', 'http://localhost/', '', 'x'])
    t.equal(foreign({ host: ['localhost'] }, url), 'invalid_request', url);
});

t.test('an origin must be our own, or absent', async (t) => {
  const from = (...origin: string[]) => foreign({ host: ['localhost:3001'], origin });
  t.equal(from(), null);
  t.equal(from('http://localhost:3001'), null);
  t.equal(from('https://localhost:3001'), null, 'behind a proxy');
  for (const origin of [
    'null',
    '',
    'http://localhost',
    'http://localhost:3002',
    'https://example.org',
    'file://localhost:3001',
    'x',
  ])
    t.equal(from(origin), 'foreign_origin', origin);
  t.equal(from('http://localhost:3001', 'http://localhost:3001'), 'foreign_origin', 'two origins');
});

t.test("a browser's report that another site makes the request is trusted", async (t) => {
  const site = (...sites: string[]) =>
    kindOf(() => refuseCrossSite({ headersDistinct: sites.length === 0 ? {} : { 'sec-fetch-site': sites } }));
  for (const fine of ['same-origin', 'none']) t.equal(site(fine), null, fine);
  t.equal(site(), null, 'not a browser');
  for (const other of ['cross-site', 'same-site', '', 'anything'])
    t.equal(site(other), 'foreign_origin', other);
  t.equal(site('same-origin', 'cross-site'), 'foreign_origin');
});

t.test('as many headers as Node would keep are accepted, and no more', async (t) => {
  const flood = (count: number) => kindOf(() => refuseFlood({ rawHeaders: Array(2 * count).fill('x') }));
  t.equal(flood(MAX_HEADERS), null);
  t.equal(flood(MAX_HEADERS + 1), 'body_too_large');
});
