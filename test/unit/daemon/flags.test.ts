/** The command line of wad is parsed, and unknown flags are refused with the nearest known one. */
import t from 'tap';
import { ROWS } from '../../../src/config/keys.js';
import { readFlags } from '../../../src/daemon/flags.js';

const read = (argv: string[], env: Record<string, string> = {}) => readFlags(argv, { env, version: '0.1.0' });

t.test('each command line is parsed to the expected action', async (t) => {
  for (const [argv, expected] of [
    [[], { mode: 'run', account: 'default', keys: {}, output: 'text' }],
    [['--account', 'shop_1'], { account: 'shop_1' }],
    [['--check-config'], { mode: 'check-config' }],
    [['--doctor', '-o', 'json'], { mode: 'doctor', output: 'json' }],
    [['--doctor', '--output=json'], { output: 'json' }],
    [['--config', 'a.toml', '--state-dir=/s'], { config: 'a.toml', stateDir: '/s' }],
    [
      ['--data-path', './.wwebjs_auth', '--client-id', 'energenie-whatsapp', '--socket', '/tmp/a.sock'],
      { keys: { 'data-path': './.wwebjs_auth', 'client-id': 'energenie-whatsapp', socket: '/tmp/a.sock' } },
    ],
    [
      ['--no-sandbox', '--headed', '--no-auto-init', '--browser', 'chromium', '--log-level', 'debug'],
      {
        keys: {
          'no-sandbox': true,
          headed: true,
          'no-auto-init': true,
          browser: 'chromium',
          'log-level': 'debug',
        },
      },
    ],
    [['--client-id', '15550001111'], { keys: { 'client-id': '15550001111' } }],
    [['--canary'], { mode: 'canary', deep: null }],
    [['--canary', '--deep'], { mode: 'canary', deep: { archive: undefined } }],
    [
      ['--canary', '--deep', '--archive', 'a.json', '--report=r.json', '--textfile', 'w.prom'],
      { mode: 'canary', deep: { archive: 'a.json', report: 'r.json', textfile: 'w.prom' } },
    ],
  ] as const)
    t.match(await read([...argv]), { flags: expected }, argv.join(' '));
  t.match(await read([], { WAD_ACCOUNT: 'shop' }), { flags: { account: 'shop' } });
  t.match(await read(['--account', 'x'], { WAD_ACCOUNT: 'shop' }), { flags: { account: 'x' } });
});

t.test('an unknown flag exits 64 and names the nearest flag', async (t) => {
  for (const [argv, says] of [
    [['--acount', 'x'], 'there is no --acount; did you mean --account?'],
    [['--nosandbox'], 'did you mean --no-sandbox?'],
    [['--sandbox'], 'there is no --sandbox'],
    [['--no-headed'], 'there is no --no-headed'],
    [['-x'], 'there is no -x'],
    [['start'], '"start" is not understood'],
    [['--', 'start'], '"start" is not understood'],
    [['--account', 'a/b'], '"a/b" is not an account name'],
    [['--account', '../x'], 'is not an account name'],
    [['--account'], 'not enough arguments following: account'],
    [['--account', 'a', '--account', 'b'], '--account is given more than once'],
    [['--data-path='], '--data-path needs a value'],
    [['--output', 'yaml'], '--output is text or json'],
    [['--deep'], '--deep is for --canary'],
    [['--canary', '--archive', 'a.json'], '--archive is for --canary --deep'],
    [
      ['--canary', '--deep', '--archive', 'a.json', '--textfile', 'w.prom', '--report', './b/../a.json'],
      '--archive and --report name one file',
    ],
  ] as const) {
    const answer = await read([...argv]);
    t.match(answer, { exit: 64 }, argv.join(' '));
    t.ok('text' in answer && answer.text.includes(says), 'text' in answer ? answer.text : 'accepted');
  }
  t.match(await read([], { WAD_ACCOUNT: 'a b' }), { exit: 64 });
});

t.test('--help shows every flag and examples, --version the version; both exit 0', async (t) => {
  const help = await read(['--help']);
  t.match(help, { exit: 0, text: /Examples:/ });
  for (const { name } of ROWS.flatMap((row) => row.flag ?? []))
    t.ok('text' in help && help.text.includes(`--${name}`), name);
  t.same(await read(['-h']), help);
  t.same(await read(['--version']), { text: 'wad 0.1.0', exit: 0 });
});
