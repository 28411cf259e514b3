/** Configuration is merged from files, environment and flags, and all its errors are reported at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { renderCheck } from '../../../src/config/check.js';
import { ConfigError, mistakeText, originText } from '../../../src/config/error.js';
import { ROWS } from '../../../src/config/keys.js';
import { parseListen } from '../../../src/config/listen.js';
import { type LoadFrom, loadConfig } from '../../../src/config/load.js';
import { paths } from '../../../src/config/paths.js';

const place = (
  t: { teardown(end: () => void): unknown },
  files: Record<string, string> = {},
  more: Partial<LoadFrom> = {},
): LoadFrom => {
  const dir = mkdtempSync(join(tmpdir(), 'wad-config-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return {
    account: 'shop',
    stateDir: '/var/lib/wad/shop',
    configFiles: [join(dir, 'wad.toml'), join(dir, 'shop.toml')],
    env: {},
    cwd: dir,
    home: '/home/someone',
    ...more,
  };
};
const mistakesOf = (from: LoadFrom): ConfigError => {
  try {
    loadConfig(from);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

t.test('without any source every key has its default', (t) => {
  const { config, origins, files, warnings } = loadConfig(place(t));
  t.match(config, {
    autoInitialize: true,
    afterLogout: 'link',
    session: { dataPath: '/var/lib/wad/shop/auth', clientId: 'shop' },
    browser: { path: null, sandbox: true, headed: false, args: [] },
    reconnect: {
      delaysMs: [5_000, 10_000, 15_000, 20_000, 25_000],
      capMs: 30_000,
      maxAttempts: 5,
      graceMs: 60_000,
      slowRetryMs: 300_000,
    },
    monitor: { periodMs: 15_000, failuresToAct: 2 },
    shutdown: { onTerm: 'auto', drainMs: 10_000, logoutMs: 10_000 },
    socket: { path: null, maxLineBytes: 1_048_576, maxConnections: 64, maxInFlight: 32 },
    log: { level: 'info', content: false },
  });
  t.same(
    [...origins.values()].map(originText).filter((text) => text !== 'default'),
    [],
  );
  t.equal(origins.size, ROWS.length);
  t.same(files, []);
  t.same(warnings, []);
  t.end();
});

t.test('each default passes the check of its own row', (t) => {
  for (const row of ROWS) {
    const value =
      typeof row.default === 'function'
        ? row.default({ account: 'a', stateDir: '/s', tables: new Set(), member: '' })
        : row.default;
    t.ok(row.schema.safeParse(value).success, row.name);
    t.ok(row.doc.length > 10 && row.expects.length > 5, `${row.name} has a description`);
  }
  t.equal(new Set(ROWS.map((row) => row.env)).size, ROWS.length, 'no environment name occurs twice');
  t.end();
});

t.test('a later source takes precedence, and each value knows its origin', (t) => {
  const from = place(
    t,
    {
      'wad.toml':
        'autoInitialize = false\n\n[log]\nlevel = "warn"\n[reconnect]\ncapMs = 1\nmaxAttempts = 2\n',
      'shop.toml': '# a comment\n[reconnect]\ncapMs = 2\ndelaysMs = [\n  1,\n  2,\n]\ngraceMs = 3\n',
    },
    { env: { WAD_RECONNECT_GRACE_MS: '4', WAD_LOG_LEVEL: 'error' }, flags: { 'log-level': 'debug' } },
  );
  const { config, origins, files } = loadConfig(from);
  const [common, own] = from.configFiles as [string, string];
  for (const [key, value, origin] of [
    ['autoInitialize', config.autoInitialize, `${common}:1`],
    ['reconnect.maxAttempts', config.reconnect.maxAttempts, `${common}:7`],
    ['reconnect.capMs', config.reconnect.capMs, `${own}:3`],
    ['reconnect.delaysMs', config.reconnect.delaysMs, `${own}:4`],
    ['reconnect.graceMs', config.reconnect.graceMs, 'WAD_RECONNECT_GRACE_MS'],
    ['log.level', config.log.level, '--log-level'],
  ] as const)
    t.equal(originText(origins.get(key) ?? { from: 'default' }), origin, `${key} = ${JSON.stringify(value)}`);
  t.match(config, { autoInitialize: false, log: { level: 'debug' } });
  t.match(config.reconnect, { capMs: 2, delaysMs: [1, 2], graceMs: 4, maxAttempts: 2 });
  t.same(files, from.configFiles);
  t.end();
});

t.test('all errors of all sources are reported at once, each with its line and the nearest name', (t) => {
  const from = place(
    t,
    {
      'wad.toml': [
        'autoInitialise = true',
        'level = "info"',
        '[reconect]',
        'capMs = 1',
        '[reconnect]',
        'delays_ms = [1]',
        'capMs = "30s"',
        '[session]',
        'clientId = "../other"',
        '[browser]',
        'args = ["--user-data-dir=/tmp/x"]',
        'headed = 1',
        '[log]',
        'level = "wran"',
      ].join('\n'),
      'shop.toml': '[shutdown]\nonTerm = \n',
    },
    { env: { WAD_MONITOR_PERIOD_MS: 'often' }, flags: { 'log-level': 'loud' } },
  );
  const error = mistakesOf(from);
  const [common, own] = from.configFiles as [string, string];
  const lines = error.message.split('\n').map((line) => line.replaceAll(common, 'C').replaceAll(own, 'O'));
  t.match(lines, [
    'C:1: autoInitialise: no such key; did you mean autoInitialize?',
    'C:2: level: no such key; did you mean log.level?',
    'C:3: reconect: no such table; did you mean [reconnect]?',
    'C:6: reconnect.delays_ms: no such key; did you mean reconnect.delaysMs?',
    /^O:2: not TOML: /,
    /^C:7: reconnect\.capMs: bad value, expected a whole number from 0 to \d+ \(ms\), got "30s"$/,
    /^C:9: session\.clientId: bad value, expected letters, .* got "\.\.\/other"$/,
    /^C:11: browser\.args: bad value, expected a list of Chromium arguments/,
    'C:12: browser.headed: bad value, expected true or false, got 1',
    /^C:14: log\.level: bad value, expected one of .* got "wran"; did you mean warn\?$/,
    /^WAD_MONITOR_PERIOD_MS: monitor\.periodMs: bad value, .* got "often"$/,
    /^--log-level: log\.level: bad value, .* got "loud"$/,
  ]);
  t.equal(lines.length, 12);
  t.equal(error.exit, 78);
  t.end();
});

t.test('the exit status is 64 when only flags are wrong', (t) => {
  t.equal(mistakesOf(place(t, {}, { flags: { 'log-level': 'loud' } })).exit, 64);
  const missing = mistakesOf(place(t, {}, { configFile: 'nowhere.toml' }));
  t.equal(missing.exit, 64);
  t.match(missing.message, /^--config: .*nowhere\.toml: there is no such file$/);
  t.equal(mistakesOf(place(t, {}, { env: { WAD_LOG_LEVEL: 'loud' } })).exit, 78);
  t.end();
});

t.test('--config FILE replaces the files', (t) => {
  const from = place(
    t,
    { 'wad.toml': 'nonsense = 1', 'own.toml': 'autoInitialize = false' },
    { configFile: 'own.toml' },
  );
  const { config, files } = loadConfig(from);
  t.equal(config.autoInitialize, false);
  t.same(files, [join(from.cwd, 'own.toml')]);
  t.end();
});

t.test('environment variables and flags are converted to the types of their keys', (t) => {
  for (const [name, text, table, key, value] of [
    ['WAD_AUTO_INITIALIZE', 'no', null, 'autoInitialize', false],
    ['WAD_AUTO_INITIALIZE', '1', null, 'autoInitialize', true],
    ['WAD_RECONNECT_DELAYS_MS', '1, 2,3', 'reconnect', 'delaysMs', [1, 2, 3]],
    ['WAD_RECONNECT_DELAYS_MS', '[7]', 'reconnect', 'delaysMs', [7]],
    ['WAD_BROWSER_ARGS', '--mute-audio --lang=de', 'browser', 'args', ['--mute-audio', '--lang=de']],
    ['WAD_BROWSER_ARGS', '["--accept-lang=de, en"]', 'browser', 'args', ['--accept-lang=de, en']],
    ['WAD_BROWSER_PATH', 'chromium', 'browser', 'path', 'chromium'],
    ['WAD_SOCKET', '/run/x.sock', 'socket', 'path', '/run/x.sock'],
    ['WAD_SOCKET_PATH', '/run/y.sock', 'socket', 'path', '/run/y.sock'],
    ['WAD_LOG_LEVEL', '', 'log', 'level', 'info'],
  ] as const) {
    const { config } = loadConfig(place(t, {}, { env: { [name]: text } }));
    const within = table === null ? config : config[table];
    t.same((within as Record<string, unknown>)[key], value, `${name}=${text}`);
  }
  const { config } = loadConfig(
    place(
      t,
      {},
      {
        flags: { 'no-sandbox': true, headed: true, 'no-auto-init': true, 'client-id': 'energenie-whatsapp' },
      },
    ),
  );
  t.match(config, {
    autoInitialize: false,
    browser: { sandbox: false, headed: true },
    session: { clientId: 'energenie-whatsapp' },
  });
  t.end();
});

t.test('an unknown WAD_ variable is only a warning', (t) => {
  const { warnings } = loadConfig(
    place(t, {}, { env: { WAD_LOG_LEVL: 'info', WAD_PORT_3001_TCP: 'x', WAD_ACCOUNT: 'shop', OTHER: '1' } }),
  );
  t.same(warnings, [
    'WAD_LOG_LEVL: no such variable; did you mean WAD_LOG_LEVEL?',
    'WAD_PORT_3001_TCP: no such variable',
  ]);
  t.end();
});

t.test('relative paths are resolved from the working directory, ~/ from the home directory', (t) => {
  const from = place(t, { 'wad.toml': '[session]\ndataPath = "./.wwebjs_auth"\n' });
  t.equal(loadConfig(from).config.session.dataPath, join(from.cwd, '.wwebjs_auth'));
  const home = loadConfig({ ...from, flags: { 'data-path': '~/auth', browser: './chrome' } });
  t.equal(home.config.session.dataPath, '/home/someone/auth');
  t.equal(home.config.browser.path, join(from.cwd, 'chrome'));
  t.end();
});

t.test('strings, arrays and inline tables do not shift the line numbers of keys', (t) => {
  const from = place(t, {
    'wad.toml': [
      '[browser]',
      'path = """',
      'headed = 1',
      '"""',
      'args = [',
      '  "--mute-audio", # headed = 2',
      ']',
      'headed = 3',
      '',
    ].join('\n'),
    'shop.toml': 'log = { level = 1 }\nsession.clientId = 2\n"reconnect".capMs = -1\n',
  });
  const [common, own] = from.configFiles as [string, string];
  const at = mistakesOf(from).mistakes.map((mistake) => mistakeText(mistake).split(': bad')[0]);
  t.same(at, [
    `${common}:8: browser.headed`,
    `${own}:1: log.level`,
    `${own}:2: session.clientId`,
    `${own}:3: reconnect.capMs`,
  ]);
  t.end();
});

t.test('an address of a proxy that is none is an error of the configuration', (t) => {
  for (const url of ['http://proxy:99999', 'http://256.1.1.1', 'http://[:::]', 'socks5://proxy:0']) {
    const from = place(t, { 'wad.toml': `[proxy]\nurl = "${url}"\n` });
    t.throws(() => loadConfig(from), { message: /proxy\.url: bad value/ }, url);
  }
  for (const url of ['', 'http://proxy:3128', 'http://[2001:db8::1]:80', 'socks5://10.0.0.1']) {
    const from = place(t, { 'wad.toml': `[proxy]\nurl = "${url}"\n` });
    t.equal(loadConfig(from).config.proxy.url, url);
  }
  t.end();
});

t.test('the configuration of the fleet is read beside --config', (t) => {
  const from = place(t, {
    'all.toml': '[log]\nlevel = "warn"\n[pacing]\nburst = 2\n',
    'fleet.toml': '[pacing]\nburst = 3\n',
  });
  const [all, fleetFile] = ['all.toml', 'fleet.toml'].map((name) => join(from.cwd, name));
  const { config, files } = loadConfig({ ...from, configFile: all, fleetFile });
  t.match(config, { log: { level: 'warn' }, pacing: { burst: 3 } });
  t.same(files, [all, fleetFile]);
  const missing = loadConfig({ ...from, configFile: all, fleetFile: join(from.cwd, 'none.toml') });
  t.equal(missing.config.pacing.burst, 2);
  t.end();
});

t.test('--check-config shows every key, its value and its origin', (t) => {
  const from = place(
    t,
    { 'wad.toml': '[browser]\nargs = ["--proxy-server=http://me:secret@proxy:1"]\n' },
    { env: { WAD_LOG_CONTENT: 'true', WAD_X: '1' } },
  );
  const text = renderCheck(loadConfig(from));
  t.notMatch(text, /\[(gateway|agent)\]/, 'a daemon shows no keys of other programs');
  const shows = (text: string, rows: typeof ROWS) => {
    for (const row of rows) t.match(text, new RegExp(`^(# )?${row.name.split('.').at(-1)} +=`, 'm'));
  };
  const of = (...tables: string[]) => ROWS.filter(({ name }) => tables.includes(name.split('.')[0] ?? ''));
  shows(
    text,
    ROWS.filter((row) => !of('gateway', 'agent').includes(row)),
  );
  for (const [program, tables] of [
    ['gateway', ['gateway', 'fleet', 'log']],
    ['agent', ['fleet', 'agent', 'log']],
  ] as const) {
    const shown = renderCheck(loadConfig(from), program);
    t.same(
      [...shown.matchAll(/^\[(\w+)\]$/gm)].map(([, table]) => table),
      tables,
    );
    shows(shown, of(...tables));
  }
  t.match(text, /^content +=\s+true +# WAD_LOG_CONTENT$/m);
  t.match(text, /^level +=\s+"info" +# default$/m);
  t.match(text, /wad\.toml:2$/m);
  t.match(text, /# warning: WAD_X: no such variable/);
  t.notMatch(text, /secret/);
  t.end();
});

t.test('a table [http] enables HTTP, and a printed configuration does not', (t) => {
  const off = loadConfig(place(t));
  t.match(off.config.http, {
    listen: null,
    anonymousLoopback: false,
    tokenFile: '/var/lib/wad/shop/http-token',
  });
  const printed = renderCheck(off);
  t.equal(loadConfig(place(t, { 'wad.toml': printed })).config.http.listen, null);
  const on = loadConfig(place(t, { 'wad.toml': '[http]\n' }));
  t.equal(on.config.http.listen, '127.0.0.1:3001', 'an empty table');
  t.equal(loadConfig(place(t, { 'wad.toml': renderCheck(on) })).config.http.listen, '127.0.0.1:3001');
  const env = (variables: Record<string, string>) => loadConfig(place(t, {}, { env: variables })).config.http;
  t.match(env({ WAD_HTTP_ANONYMOUS_LOOPBACK: '1' }), { listen: '127.0.0.1:3001', anonymousLoopback: true });
  for (const [listen, parsed] of [
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['127.1.2.3:80', { host: '127.1.2.3', port: 80 }],
    ['[::1]:3001', { host: '::1', port: 3001 }],
    ['localhost:3001', { host: '127.0.0.1', port: 3001 }],
    ['/run/wad/shop/http.sock', { path: '/run/wad/shop/http.sock' }],
  ] as const) {
    t.equal(env({ WAD_HTTP_LISTEN: listen }).listen, listen);
    t.same(parseListen(listen), parsed);
  }
  for (const listen of [
    '0.0.0.0:3001',
    '192.168.1.2:1',
    '[::]:3001',
    ':3001',
    '3001',
    'x:1',
    '127.0.0.1:65536',
    '127.0.0.256:1',
    'http.sock',
  ])
    t.throws(
      () => env({ WAD_HTTP_LISTEN: listen }),
      { message: /WAD_HTTP_LISTEN: http.listen: bad value/ },
      listen,
    );
  t.end();
});

t.test('each webhook has its own table and values, and all of them are shown', (t) => {
  const toml =
    '[webhook.crm]\nurl = "https://me:secret@crm.example/x"\ntypes = ["message"]\n[webhook.n8n]\nurl = "http://n8n:5678/"\nallowPrivate = true\n';
  const env = {
    WAD_WEBHOOK_CRM_FORMAT: 'waha',
    WAD_WEBHOOK_OTHER_URL: 'http://127.0.0.1:1/',
    WAD_WEBHOOK_X_Y: '1',
  };
  const loaded = loadConfig(place(t, { 'wad.toml': toml }, { env }));
  t.same(Object.keys(loaded.config.webhook).sort(), ['crm', 'n8n', 'other']);
  t.match(loaded.config.webhook.crm, {
    ...{
      url: 'https://me:secret@crm.example/x',
      types: ['message'],
      chats: [],
      format: 'waha',
      retryHours: 72,
    },
    secretFile: '/var/lib/wad/shop/webhook-crm.secret',
  });
  t.equal(loaded.config.webhook.n8n?.allowPrivate, true);
  t.match(loaded.origins.get('webhook.crm.format'), { from: 'environment', name: 'WAD_WEBHOOK_CRM_FORMAT' });
  t.match(loaded.warnings, [/WAD_WEBHOOK_X_Y/]);
  const printed = renderCheck(loaded);
  t.match(printed, /^\[webhook\.crm\]$/m);
  t.notMatch(printed, /secret@/, 'no password is shown');
  const again = loadConfig(place(t, { 'wad.toml': printed.replace('…@', 'me:secret@') })).config.webhook;
  t.same(again, loaded.config.webhook, 'the output is a valid configuration');
  t.same(loadConfig(place(t)).config.webhook, {});
  const wrong = mistakesOf(
    place(t, {
      'wad.toml':
        '[webhook.crm]\ntypes = ["mesage"]\n[webhook.Bad]\nurl = "http://x/"\n[webhook.b]\nurl = "ftp://x/"\nformt = "wad"\n[webhook]\nurl = "http://x/"\n',
    }),
  );
  const says = wrong.mistakes.map(mistakeText).join('\n');
  for (const part of [
    /webhook\.crm\.types: bad value/,
    /webhook\.crm\.url: is missing/,
    /webhook\.Bad: a name has small letters/,
    /webhook\.b\.url: bad value, expected an address that begins with http/,
    /webhook\.b\.formt: no such key/,
  ])
    t.match(says, part);
  t.end();
});

t.test('the directories depend on user, environment and service', (t) => {
  const from = { account: 'shop', uid: 1000, home: '/home/me', cwd: '/srv/app', env: {} };
  t.same(paths(from), {
    system: false,
    stateDir: '/home/me/.local/state/wad/shop',
    runtimeDir: '/tmp/wad-1000/shop',
    startsDir: '/tmp/wad-1000/.starts',
    configFiles: ['/home/me/.config/wad/wad.toml', '/home/me/.config/wad/shop.toml'],
    fleetFile: null,
  });
  const fleetFile = '/run/wad-agent/shop.toml';
  t.match(
    paths({ ...from, env: { STATE_DIRECTORY: '/var/lib/wad/shop', WAD_ACCOUNT_CONFIG: fleetFile } }),
    { fleetFile, configFiles: ['/etc/wad/wad.toml', fleetFile, '/etc/wad/shop.toml'] },
    "the machine's own file goes before what the fleet says",
  );
  t.match(paths({ ...from, env: { WAD_ACCOUNT_CONFIG: 'relative' } }), { fleetFile: null });
  t.match(paths({ ...from, env: { XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '/c', XDG_RUNTIME_DIR: '/r' } }), {
    system: false,
    stateDir: '/s/wad/shop',
    runtimeDir: '/r/wad/shop',
    startsDir: '/r/wad/.starts',
    configFiles: ['/c/wad/wad.toml', '/c/wad/shop.toml'],
  });
  t.match(
    paths({
      ...from,
      home: '/',
      env: { STATE_DIRECTORY: '/var/lib/wad/shop:/var/lib/b', RUNTIME_DIRECTORY: '/run/wad/shop' },
    }),
    {
      system: true,
      stateDir: '/var/lib/wad/shop',
      runtimeDir: '/run/wad/shop',
      startsDir: '/run/wad-starts',
      configFiles: ['/etc/wad/wad.toml', '/etc/wad/shop.toml'],
    },
  );
  t.match(
    paths({ ...from, env: { STATE_DIRECTORY: '/home/me/.local/state/wad/shop' } }),
    { system: false, configFiles: ['/home/me/.config/wad/wad.toml', '/home/me/.config/wad/shop.toml'] },
    "a user's own service manager is not the system's",
  );
  t.match(paths({ ...from, env: { XDG_STATE_HOME: 'relative' } }), {
    stateDir: '/home/me/.local/state/wad/shop',
  });
  t.match(paths({ ...from, stateDir: 'here' }), { stateDir: '/srv/app/here', system: false });
  t.match(paths({ ...from, env: { STATE_DIRECTORY: '/var/lib/wad/shop' }, stateDir: '/x' }), {
    stateDir: '/x',
    system: true,
  });
  t.end();
});
