// Where a webhook may lead, by what a name resolves to at the moment of the connection.
import { lookup } from 'node:dns';
import { hostname } from 'node:os';
import t from 'tap';
import { guardedLookup, refuseAddress } from '../../../src/webhook/target.js';

/** What a connection would be given. */
const resolved = (host: string, allowPrivate: boolean): Promise<unknown> =>
  new Promise((resolve) => {
    guardedLookup(allowPrivate)(host, { all: true }, (error, found) => resolve(error ?? found));
  });

t.test('a name that leads to this machine is refused, unless that is wanted', async (t) => {
  // The name of this machine is in /etc/hosts, or is resolved by glibc itself.
  const name = hostname();
  const leads = await new Promise<string | null>((resolve) =>
    lookup(name, (error, address) => resolve(error ? null : address)),
  );
  t.ok(leads, `${name} leads to ${leads}`);
  t.match(await resolved(name, false), { kind: 'webhook_refused' });
  t.match(await resolved(name, true), [{ address: leads }]);
  t.match(await resolved('localhost', false), [{ address: /^(127\.|::1)/ }], 'localhost says what it means');
});

const refusal = (url: string): unknown => {
  try {
    refuseAddress(new URL(url));
    return null;
  } catch (fault) {
    return fault;
  }
};

t.test('an address that nobody may post to is refused where it stands', (t) => {
  for (const url of [
    ...['http://169.254.169.254/', 'http://0.0.0.0/', 'http://224.0.0.1/', 'http://255.255.255.255/'],
    ...['http://[::]/', 'http://[fe80::1]/', 'http://[ff02::1]/', 'http://[::ffff:a9fe:a9fe]/'],
    // The same in the forms that a URL knows: URL writes them all in one.
    ...['http://0xa9fea9fe/', 'http://0251.0376.0251.0376/', 'http://169.254.43518/'],
  ])
    t.match(refusal(url), { kind: 'webhook_refused' }, url);
  for (const url of ['http://127.0.0.1:8080/', 'http://10.1.2.3/', 'https://[::1]/', 'https://crm.example/'])
    t.equal(refusal(url), null, url);
  t.end();
});
