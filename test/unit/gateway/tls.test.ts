// HTTPS of the gateway: a renewed certificate is used without a restart, and peers that do not speak TLS are ended.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import t from 'tap';
import { plain, Tls } from '../../../src/gateway/tls.js';
import { json } from '../../../src/http/reply.js';
import { serveHttp } from '../../../src/http/server.js';
import { Fault } from '../../../src/protocol/fault.js';
import { eventually } from '../../harness/eventually.js';
import { raw } from '../../harness/http.js';
import { keepLog } from '../../harness/server.js';

const directory = mkdtempSync(join(tmpdir(), 'wad-tls-'));
t.teardown(() => rmSync(directory, { recursive: true }));
const files = { certFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') };

async function certify(name: string): Promise<{ cert: string; key: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    algorithm: 'sha256',
  });
  return { cert, key };
}
const put = ({ cert, key }: { cert: string; key: string }): void => {
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key);
};
const [first, second] = [await certify('first.example'), await certify('second.example')];

async function serve() {
  const log = keepLog();
  const tls = new Tls(files, log, { lookMs: 20, handshakeMs: 500 });
  let port = 0;
  const http = await serveHttp({
    log,
    create: tls.create,
    site: {
      routes: [
        {
          ...{ verb: 'GET', path: '/healthz', does: '', asks: null, success: 200, open: true },
          serve: () => json({ status: 'ok' }),
        },
      ],
      hosts: [],
      address: [],
      identify: () => null,
      enter: () => ({
        own: {},
        dispatch: async () => {
          throw new Fault('internal');
        },
      }),
    },
    bind: async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ port } = server.address() as AddressInfo);
      return { address: `127.0.0.1:${port}`, remove: async () => undefined };
    },
  });
  return {
    ...{ log, http, port },
    [Symbol.asyncDispose]: async () => {
      await http.close();
      tls.close();
    },
  };
}

/** The name in the certificate that a new connection gets. */
async function nameAt(port: number): Promise<string> {
  const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

t.test('a changed certificate is used without a restart', async (t) => {
  put(first);
  await using server = await serve();
  t.equal(await nameAt(server.port), 'first.example');
  writeFileSync(files.certFile, second.cert);
  await eventually(
    () => server.log.lines.some(({ event }) => event === 'tls.not_reloaded'),
    'the first file',
  );
  t.equal(await nameAt(server.port), 'first.example', 'the old one serves while the files do not fit');
  writeFileSync(files.keyFile, second.key);
  await eventually(async () => (await nameAt(server.port)) === 'second.example', 'the new certificate');
  writeFileSync(files.keyFile, 'no key');
  await eventually(
    () => server.log.lines.filter(({ event }) => event === 'tls.not_reloaded').length >= 2,
    'a damaged file',
  );
  t.equal(await nameAt(server.port), 'second.example');
});

t.test('requests are answered over TLS 1.2 and later, and over nothing before', async (t) => {
  put(first);
  await using server = await serve();
  const options = { port: server.port, host: '127.0.0.1', rejectUnauthorized: false, path: '/healthz' };
  const asked = get({ ...options, headers: { Connection: 'close' } });
  const [response] = await once(asked, 'response');
  response.resume();
  t.equal(response.statusCode, 200);
  const old = connectTls({
    ...options,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL:@SECLEVEL=0',
  });
  await t.rejects(once(old, 'secureConnect'));
});

t.test('HTTP on the port of HTTPS ends the connection, without content', async (t) => {
  put(first);
  await using server = await serve();
  t.notMatch(await raw(server.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), /status|ok/);
  t.notMatch(await raw(server.port, '\0'.repeat(1_000)), /status|ok/);
  t.equal(await nameAt(server.port), 'first.example');
  t.same(
    server.log.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

t.test('a peer that does not finish its handshake is ended, and holds up no stop', async (t) => {
  put(first);
  await using server = await serve();
  const silent = connect(server.port, '127.0.0.1').on('error', () => {});
  const half = connect(server.port, '127.0.0.1').on('error', () => {});
  half.write(Buffer.from('16030100c8010000c40303', 'hex'));
  await Promise.all([once(silent, 'connect'), once(half, 'connect')]);
  t.equal(await nameAt(server.port), 'first.example', 'others are served meanwhile');
  await Promise.all([once(silent.resume(), 'close'), once(half.resume(), 'close')]);
  t.pass('both are ended');
  const late = connect(server.port, '127.0.0.1').on('error', () => {});
  await once(late, 'connect');
  const startedAt = performance.now();
  await server.http.close();
  t.ok(performance.now() - startedAt < 5_000);
  late.destroy();
});

t.test('files that do not fit each other end the start', async (t) => {
  const log = keepLog();
  for (const [cert, key] of [
    [first.cert, second.key],
    ['', first.key],
    [first.cert, 'x'],
    [first.key, first.cert],
  ]) {
    put({ cert: cert ?? '', key: key ?? '' });
    t.throws(() => new Tls(files, log), {
      kind: 'bad_config',
      message: /^gateway\.certFile and gateway\.keyFile: /,
    });
  }
  t.throws(() => new Tls({ ...files, keyFile: join(directory, 'none') }, log), {
    kind: 'bad_config',
    message: /ENOENT/,
  });
  for (const verb of ['reload', 'close'] as const) t.equal(plain[verb](), undefined);
});
