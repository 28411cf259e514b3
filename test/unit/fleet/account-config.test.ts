/** The configuration of an account from NATS cannot reach beyond the account. */
import t from 'tap';
import { refusedConfig } from '../../../src/fleet/account-config.js';

t.test('what an account needs is accepted', async (t) => {
  for (const text of [
    '',
    '[pacing]\nperMinute = 30\n',
    '[webhook.crm]\nurl = "https://crm.example.org/hook"\n',
    '[journal]\nmaxMb = 100\n[shutdown]\ndrainMs = 1000\n',
  ])
    t.equal(refusedConfig(text), null, text);
});

const REFUSED: readonly (readonly [text: string, says: RegExp])[] = [
  ['[browser]\npath = "/bin/sh"', /browser\.path: .*could be read or run/],
  ['[browser]\nsandbox = false', /browser\.sandbox/],
  ['[session]\ndataPath = "/var/lib/wad/other/auth"', /session\.dataPath/],
  ['[session]\nclientId = "other"', /session\.clientId/],
  ['[socket]\npath = "/run/wad/other/control.sock"', /socket\.path/],
  ['[webhook.x]\nurl = "https://x.example"\nsecretFile = "/etc/shadow"', /secretFile/],
  ['[http]\nlisten = "127.0.0.1:1"', /http\.listen/],
  ['[fleet]\nservers = ["nats://evil:4222"]', /fleet\.servers/],
  ['[shutdown]\nonTerm = "logout"', /shutdown\.onTerm/],
  ['[pacing]\nperMinute = "many"', /pacing\.perMinute: expected/],
  ['[pacing]\nperMinutes = 3', /line 2: pacing\.perMinutes: no such key/],
  ['[pacing', /line 1: not TOML/],
];

for (const [text, says] of REFUSED)
  t.test(`refused: ${JSON.stringify(text)}`, async (t) => {
    t.match(refusedConfig(text), says);
  });
