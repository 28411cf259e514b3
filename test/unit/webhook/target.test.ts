// A webhook may reach permitted addresses only, as resolved at the time of the connection.
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import t from 'tap';
import { guardedLookup, refuseAddress } from '../../../src/webhook/target.js';

/** The result of the look-up for a connection. */
const resolved = (host: string, allowPrivate: boolean): Promise<unknown> =>
  new Promise((resolve) => {
    guardedLookup(allowPrivate)(host, { all: true }, (error, found) => resolve(error ?? found));
  });

t.test('a name that resolves to this machine is refused, unless private addresses are allowed', async (t) => {
  // The name of this machine is in /etc/hosts, or glibc resolves it.
  const name = hostname();
  const leads = await new Promise<string | null>((resolve) =>
    lookup(name, (error, address) => resolve(error ? null : address)),
  );
  t.ok(leads, `${name} resolves to ${leads}`);
  t.match(await resolved(name, false), { kind: 'webhook_refused' });
  t.match(await resolved(name, true), [{ address: leads }]);
  t.match(
    await resolved('localhost', false),
    [{ address: /^(127\.|::1)/ }],
    'localhost is accepted, because its name is explicit',
  );
});

const refusal = (url: string): unknown => {
  try {
    refuseAddress(new URL(url));
    return null;
  } catch (fault) {
    return fault;
  }
};

t.test('a forbidden address in the URL is refused', (t) => {
  for (const url of [
    ...['http://169.254.169.254/', 'http://0.0.0.0/', 'http://224.0.0.1/', 'http://255.255.255.255/'],
    ...['http://[::]/', 'http://[fe80::1]/', 'http://[ff02::1]/', 'http://[::ffff:a9fe:a9fe]/'],
    // The metadata address in each form of IPv4 within IPv6.
    ...['http://[64:ff9b::a9fe:a9fe]/', 'http://[64:ff9b:1::a9fe:a9fe]/', 'http://[::a9fe:a9fe]/'],
    'http://[2002:a9fe:a9fe::1]/',
    // The same in the forms that URL accepts and normalises.
    ...['http://0xa9fea9fe/', 'http://0251.0376.0251.0376/', 'http://169.254.43518/'],
  ])
    t.match(refusal(url), { kind: 'webhook_refused' }, url);
  for (const url of ['http://127.0.0.1:8080/', 'http://10.1.2.3/', 'https://[::1]/', 'https://crm.example/'])
    t.equal(refusal(url), null, url);
  t.end();
});

/** A guarded look-up with a resolver that returns these addresses. */
const answering =
  (addresses: readonly string[], allowPrivate = false, all = true) =>
  (host = 'crm.example'): Promise<unknown> =>
    new Promise((resolve) => {
      guardedLookup(allowPrivate, (_, options, callback) => {
        const asked = options.all ? addresses : addresses.slice(0, 1);
        callback(
          null,
          asked.map((address) => ({ address, family: isIP(address) })),
        );
      })(host, { all }, (error, found) => resolve(error ?? found));
    });

t.test('all addresses of a name must be permitted', async (t) => {
  for (const wrong of ['10.0.0.1', '169.254.169.254', 'fc00::1', 'fec0::1', '64:ff9b:1::1', '::a00:1']) {
    t.match(
      await answering(['1.1.1.1', wrong])(),
      { kind: 'webhook_refused' },
      `${wrong} after a public one`,
    );
    t.match(await answering([wrong, '1.1.1.1'])(), { kind: 'webhook_refused' }, `${wrong} before it`);
    t.match(
      await answering(['1.1.1.1', wrong], false, false)(),
      { kind: 'webhook_refused' },
      'also for a look-up of one address',
    );
  }
  t.match(await answering(['1.1.1.1', '2606:4700::1111'])(), [
    { address: '1.1.1.1', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ]);
  t.equal(await answering(['1.1.1.1', '1.0.0.1'], false, false)(), '1.1.1.1');
});

t.test('private addresses are allowed on request, and forbidden ones never are', async (t) => {
  t.match(await answering(['10.0.0.1', 'fd00::1'], true)(), [
    { address: '10.0.0.1' },
    { address: 'fd00::1' },
  ]);
  for (const never of ['169.254.169.254', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254', '100.100.100.200', '::'])
    for (const host of ['crm.example', 'localhost'])
      t.match(
        await answering(['10.0.0.1', never], true)(host),
        { kind: 'webhook_refused' },
        `${host} ${never}`,
      );
});

t.test('a name that does not resolve is not refused, but fails', async (t) => {
  const failure = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  const failed = await new Promise((resolve) => {
    guardedLookup(false, (_, __, callback) => callback(failure, []))('crm.example', { all: true }, resolve);
  });
  t.equal(failed, failure);
});
