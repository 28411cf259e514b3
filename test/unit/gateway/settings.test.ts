// What the gateway refuses to be started with.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { settle } from '../../../src/gateway/settings.js';

const home = mkdtempSync(join(tmpdir(), 'wad-settings-'));
t.teardown(() => rmSync(home, { recursive: true }));
const flags = { mode: 'run', config: undefined, stateDir: join(home, 'state') } as const;
const given = (settings: Readonly<Record<string, string>>) =>
  settle(flags, {
    XDG_CONFIG_HOME: join(home, 'config'),
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [`WAD_GATEWAY_${key}`, value])),
  });
const TLS = { CERT_FILE: '/etc/ssl/a.pem', KEY_FILE: '/etc/ssl/a.key' };

t.test('without settings it listens for this machine only', async (t) => {
  t.match(given({}), { listen: { host: '127.0.0.1', port: 3080 }, stateDir: flags.stateDir });
});

t.test('an address that other machines can reach requires TLS or a proxy', async (t) => {
  for (const LISTEN of [
    '0.0.0.0:3080',
    '[::]:3080',
    '192.0.2.1:443',
    'gateway.example:443',
    '[::ffff:127.0.0.1]:1',
  ]) {
    const refused = {
      kind: 'bad_config',
      message: /there is no TLS: set certFile and keyFile, or behindProxy/,
    };
    t.throws(() => given({ LISTEN }), refused, LISTEN);
    t.doesNotThrow(() => given({ LISTEN, ...TLS }), LISTEN);
    t.doesNotThrow(() => given({ LISTEN, BEHIND_PROXY: 'true' }), LISTEN);
    t.throws(() => given({ LISTEN, BEHIND_PROXY: 'false' }), refused, LISTEN);
  }
  for (const LISTEN of ['127.0.0.1:0', 'localhost:3080', '[::1]:3080', '127.1.2.3:3080', '/run/x.sock'])
    t.doesNotThrow(() => given({ LISTEN }), LISTEN);
});

t.test('certificate and key belong together', async (t) => {
  for (const half of [{ CERT_FILE: TLS.CERT_FILE }, { KEY_FILE: TLS.KEY_FILE }])
    t.throws(() => given({ LISTEN: '0.0.0.0:1', ...half }), {
      kind: 'bad_config',
      message: /belong together/,
    });
});

t.test('anything that is no address is refused', async (t) => {
  for (const LISTEN of [
    '3080',
    '0.0.0.0',
    '1.2.3.4.5:1',
    '999.1.1.1:1',
    '127.0.0.1:70000',
    '*:80',
    'a b:1',
    ':80',
  ])
    t.throws(() => given({ LISTEN, ...TLS }), /gateway\.listen|WAD_GATEWAY_LISTEN/, LISTEN);
});
