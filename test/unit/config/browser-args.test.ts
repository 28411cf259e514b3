/** Arguments for Chromium: harmful ones are refused by name, harmless ones are accepted. */
import t from 'tap';
import { BROWSER_ARGS, browserArgs } from '../../../src/config/browser-args.js';
import { ConfigError } from '../../../src/config/error.js';
import { loadConfig } from '../../../src/config/load.js';

const from = { account: 'default', stateDir: '/s', configFiles: [], cwd: '/', home: '/home/someone' };
const load = (...args: string[]) =>
  loadConfig({ ...from, env: { WAD_BROWSER_ARGS: JSON.stringify(args) } }).config.browser.args;
const refusal = (arg: string): ConfigError => {
  try {
    load('--mute-audio', arg);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`${arg} is taken`);
};

const HARMFUL = [
  // Sandbox and process model.
  ...[
    '--no-sandbox',
    '--disable-setuid-sandbox',
    '--disable-seccomp-filter-sandbox',
    '--disable-namespace-sandbox',
  ],
  ...[
    '--disable-gpu-sandbox',
    '--no-zygote',
    '--no-zygote-sandbox',
    '--no-unsandboxed-zygote',
    '--single-process',
  ],
  ...['--in-process-gpu', '--allow-sandbox-debugging', '--disable-site-isolation-trials', '--type=renderer'],
  '--service-sandbox-type=none',
  // Starts another program.
  ...[
    '--renderer-cmd-prefix=/tmp/x',
    '--utility-cmd-prefix=/tmp/x',
    '--gpu-launcher=/tmp/x',
    '--ppapi-plugin-launcher=x',
  ],
  ...['--browser-subprocess-path=/tmp/x', '--load-extension=/tmp/x', '--register-pepper-plugins=/tmp/x'],
  // Weakens the isolation of the page.
  ...['--disable-web-security', '--ignore-certificate-errors', '--ignore-certificate-errors-spki-list=x'],
  ...['--allow-running-insecure-content', '--unsafely-treat-insecure-origin-as-secure=http://x'],
  ...['--disable-features=NetworkServiceSandbox', '--enable-features=X', '--enable-blink-features=MojoJS'],
  '--allow-file-access-from-files',
  // Gives remote control, or changes the files that the browser writes.
  ...['--remote-debugging-port=9222', '--remote-debugging-address=0.0.0.0', '--remote-allow-origins=*'],
  ...['--remote-debugging-pipe', '--user-data-dir=/tmp/x', '--headless=old', '--auto-open-devtools-for-tabs'],
  ...[
    '--log-net-log=/tmp/x',
    '--log-file=/tmp/x',
    '--enable-logging',
    '--crash-dumps-dir=/tmp/x',
    '--ssl-key-log-file=/tmp/x',
  ],
  // Harmful values of harmless arguments, and values that only look harmless.
  ...[
    '--js-flags=--allow-natives-syntax',
    '--js-flags=--jitless --sandbox-testing',
    '--js-flags=--jitless,--expose-gc',
  ],
  ...['--disable-blink-features=Everything', '--password-store=gnome', '--window-size=1', '--lang=../x'],
  ...[
    '--mute-audio=1',
    '--mute-audio-x',
    '--mute-audio\0',
    '--mute-audio\n',
    ' --mute-audio',
    '-mute-audio',
    '--proxy-server',
  ],
  ...[
    'mute-audio',
    '--',
    '',
    '--MUTE-AUDIO',
    'https://x.example',
    '--lang=de\n--no-sandbox',
    '--proxy-server=',
  ],
];

t.test('a harmful Chromium argument is refused by name, with exit 78', (t) => {
  for (const arg of HARMFUL) {
    const { exit, message } = refusal(arg);
    t.equal(exit, 78, JSON.stringify(arg));
    t.match(message, /^WAD_BROWSER_ARGS: browser\.args: bad value, expected a list of Chromium arguments/);
    t.ok(message.includes(`got ${JSON.stringify(arg)}`), message);
    t.equal(message.split('\n').length, 1);
  }
  t.end();
});

t.test('the nearest accepted argument is suggested', (t) => {
  t.match(refusal('--mute-adio').message, /did you mean --mute-audio\?$/);
  t.match(refusal('--js-flag=--jitless').message, /did you mean --js-flags=FLAGS\?$/);
  t.match(refusal('--window-size=1').message, /did you mean --window-size=WIDTH,HEIGHT\?$/);
  t.notMatch(refusal('--gpu-launcher=x').message, /did you mean/);
  t.end();
});

t.test('harmless arguments are accepted', (t) => {
  const args = [
    ...['--js-flags=--max-old-space-size=200', '--js-flags=--optimize-for-size --max-semi-space-size=8'],
    ...[
      '--proxy-server=socks5://127.0.0.1:1080',
      '--lang=pt-BR',
      '--window-size=1280,800',
      '--disable-dev-shm-usage',
    ],
    ...['--force-device-scale-factor=1.5', '--ozone-platform-hint=auto', '--host-resolver-rules=MAP a b'],
    '--disable-blink-features=AutomationControlled',
  ];
  t.same(load(...args), args);
  t.same(load(), []);
  t.equal(browserArgs().schema.safeParse(Array(201).fill('--mute-audio')).success, false);
  t.end();
});

t.test('each row has a form, a reason, and a value if its form has one', (t) => {
  for (const { form, value, why } of BROWSER_ARGS) {
    t.match(form, /^--[a-z0-9-]+(=[A-Z,]+|=basic|=AutomationControlled)?$/);
    t.equal(value !== undefined, /=[A-Z,]+$/.test(form), form);
    t.ok(why.length > 0, form);
  }
  t.equal(new Set(BROWSER_ARGS.map(({ form }) => form)).size, BROWSER_ARGS.length);
  t.end();
});
