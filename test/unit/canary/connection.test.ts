/** Chromium's switches and the certificate lead the chat socket here, and nothing else. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import t from 'tap';
import { makeCertificate } from '../../../src/canary/certificate.js';
import { Entrance } from '../../../src/canary/entrance.js';
import { environmentProxy } from '../../../src/canary/environment-proxy.js';
import { BLOCKED_HOSTS, deepSwitches, refusedSwitch } from '../../../src/canary/switches.js';

t.test('the switches join those of the account', (t) => {
  const ports = { chat: 1000, media: 2000 };
  const plain = deepSwitches(ports, 'HASH', ['--lang=de'], {});
  t.same(plain, [
    '--host-resolver-rules=MAP web.whatsapp.com:5222 127.0.0.1:1000,MAP mmg.whatsapp.net 127.0.0.1:2000,' +
      'MAP crashlogs.whatsapp.net ~NOTFOUND,MAP dit.whatsapp.net ~NOTFOUND,MAP graph.whatsapp.com ~NOTFOUND',
    '--ignore-certificate-errors-spki-list=HASH',
    '--ip-address-space-overrides=127.0.0.1:1000=public,127.0.0.1:2000=public',
    '--no-proxy-server',
  ]);
  const forwarder = [
    '--proxy-server=http://127.0.0.1:3',
    '--proxy-bypass-list=<-loopback>',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ];
  const proxied = deepSwitches(ports, 'HASH', forwarder, { https_proxy: 'http://other:1' });
  t.match(proxied[0], /^--host-resolver-rules=MAP web.*,MAP \* ~NOTFOUND, EXCLUDE 127\.0\.0\.1$/);
  t.equal(
    proxied.at(-1),
    '--proxy-bypass-list=web.whatsapp.com:5222;mmg.whatsapp.net;' +
      'crashlogs.whatsapp.net;dit.whatsapp.net;graph.whatsapp.com;<-loopback>',
  );
  t.end();
});

t.test('a proxy of the environment is named to Chromium, and our names go around it', (t) => {
  const ports = { chat: 1000, media: 2000 };
  const AROUND = ['web.whatsapp.com:5222', 'mmg.whatsapp.net', ...BLOCKED_HOSTS].join(';');
  const withEnv = (env: Record<string, string>, own: string[] = []) =>
    deepSwitches(ports, 'HASH', own, env).slice(3);
  for (const name of ['https_proxy', 'HTTPS_PROXY'])
    t.same(withEnv({ [name]: 'http://ana:secret@proxy.example:3128/' }), [
      '--proxy-server=https=http://proxy.example:3128',
      `--proxy-bypass-list=${AROUND}`,
    ]);
  t.same(withEnv({ http_proxy: 'one:1', all_proxy: 'socks5://two:2', NO_PROXY: 'example.com, 10.0.0.0/8' }), [
    '--proxy-server=socks5://two:2',
    `--proxy-bypass-list=${AROUND};*example.com;10.0.0.0/8`,
  ]);
  t.equal(environmentProxy({ http_proxy: 'one:1', https_proxy: 'two:2' })?.server, 'http=one:1;https=two:2');
  t.equal(environmentProxy({ http_proxy: '', no_proxy: '*' }), null);
  t.same(withEnv({ https_proxy: 'one:1' }, ['--no-proxy-server']), []);
  t.equal(
    withEnv({}, ['--proxy-server=a:1', '--proxy-bypass-list=b']).at(-1),
    `--proxy-bypass-list=${AROUND};b`,
  );
  t.end();
});

t.test('a proxy of the environment that is not understood is named, without its password', (t) => {
  for (const [name, value] of [
    ['ALL_PROXY', 'http://u:p@ss@h:1'],
    ['all_proxy', 'http://h:1/path'],
    ['https_proxy', 'http://u:p@ss/w@h:1'],
    ['HTTP_PROXY', 'socks5h://h:1'],
    ['http_proxy', 'ftp://h:1'],
    ['https_proxy', 'http://h:65536'],
    ['https_proxy', 'http://u:p@ss@'],
    ['https_proxy', 'h:'],
    ['https_proxy', 'a:1,b:2'],
    ['all_proxy', '1.2.3.400:1'],
    ['auto_proxy', 'http://h/p@ss'],
    ['SOCKS_SERVER', 'h:1'],
  ] as const) {
    let says = '';
    try {
      deepSwitches({ chat: 1000, media: 2000 }, 'HASH', [], { [name]: value });
    } catch (error) {
      says = (error as Error).message;
    }
    t.match(says, new RegExp(`^the proxy in ${name} cannot be used: `), value);
    t.notMatch(says, 'p@ss');
  }
  for (const [value, server] of [
    ['socks4://h', 'socks4://h'],
    ['HTTP://u:p@H.example:1//', 'HTTP://H.example:1'],
    ['socks5://[::1]:1080', 'socks5://[::1]:1080'],
    ['10.0.0.1:3128', '10.0.0.1:3128'],
  ] as const)
    t.equal(environmentProxy({ all_proxy: value, http_proxy: 'not used:' })?.server, server);
  const named = ['--proxy-server=a:1'];
  t.ok(
    deepSwitches({ chat: 1, media: 2 }, 'HASH', named, { all_proxy: 'not used:' }),
    'the account names one',
  );
  t.end();
});

t.test('exceptions to the rules of host names are refused', (t) => {
  for (const rules of ['EXCLUDE web.whatsapp.com', 'MAP a b, exclude *.whatsapp.com', 'MAP a b,EXCLUDE c'])
    t.match(refusedSwitch(['--lang=de', `--host-resolver-rules=${rules}`]), /EXCLUDE/, rules);
  for (const args of [[], ['--host-resolver-rules=MAP exclude.example 127.0.0.1'], ['--lang=EXCLUDE x']])
    t.equal(refusedSwitch(args), null);
  t.end();
});

t.test('the certificate is one for its names, and its hash is that of its key', async (t) => {
  const { cert, key, keyHash } = makeCertificate(['web.whatsapp.com', 'mmg.whatsapp.net']);
  const read = new X509Certificate(cert);
  t.equal(read.subjectAltName, 'DNS:web.whatsapp.com, DNS:mmg.whatsapp.net');
  t.ok(read.verify(read.publicKey), 'signed by itself');
  t.ok(read.checkHost('mmg.whatsapp.net'));
  t.ok(new Date(read.validFrom) < new Date() && new Date() < new Date(read.validTo));
  t.not(makeCertificate(['a']).keyHash, keyHash, 'a new key each time');

  const far = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(far, 'listening');
  const entrance = await Entrance.open(
    { cert, key },
    `ws://127.0.0.1:${(far.address() as { port: number }).port}/`,
  );
  const socket = connect({
    port: entrance.port,
    host: '127.0.0.1',
    servername: 'web.whatsapp.com',
    ca: cert,
  });
  await once(socket, 'secureConnect');
  socket.write('hello');
  t.equal(String((await once(socket, 'data'))[0]), 'hello', 'TLS ends here, and the rest is passed on');
  const closed = once(socket, 'close');
  socket.on('error', () => undefined);
  await entrance.close();
  await closed;
  far.close();
});
