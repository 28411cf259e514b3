// Every import between rooms, and every package that a room imports, is listed in the table below.
// An import that is not in the table fails even if it is harmless today, because later code would rely on it.
// No import may close a cycle.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import t from 'tap';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Room {
  /** The rooms, or single files, that it may import. */
  readonly may: readonly string[];
  /** The reason why it may not import others. */
  readonly why: string;
}

const ROOMS: Readonly<Record<string, Room>> = {
  protocol: { may: [], why: 'every other room imports it, so wactl would load whatever it imports' },
  session: {
    may: ['protocol'],
    why: 'it contains decisions only: pure functions, tested by their input and output',
  },
  socket: { may: ['protocol'], why: 'it transports every method and does not depend on the handlers' },
  whatsapp: {
    may: [
      ...['protocol', 'session', 'whatsapp/browser', 'whatsapp/capabilities', 'whatsapp/failures'],
      ...['whatsapp/library', 'whatsapp/linking', 'whatsapp/page', 'whatsapp/requests', 'whatsapp/state'],
    ],
    why: 'it reports to the life cycle and never controls the daemon',
  },
  'whatsapp/failures': {
    may: ['protocol', 'session', 'whatsapp/page'],
    why: 'all other rooms use it to classify errors',
  },
  'whatsapp/browser': {
    may: ['whatsapp/failures'],
    why: 'it runs Chromium as a process and does not depend on the page',
  },
  'whatsapp/page': {
    may: ['protocol', 'session', 'whatsapp/compat'],
    why: 'it is evaluated in the page as text, so other code of ours is not available there',
  },
  'whatsapp/compat': {
    may: ['whatsapp/capabilities', 'whatsapp/page'],
    why: 'one file for each break; it names the affected capability and is deleted when the library has the fix',
  },
  'whatsapp/library': {
    may: ['protocol', 'session', 'whatsapp/browser', 'whatsapp/failures', 'whatsapp/page'],
    why: 'it wraps whatsapp-web.js and does not know what it is used for',
  },
  'whatsapp/capabilities': { may: ['protocol'], why: 'tables of what the page must have' },
  'whatsapp/requests': {
    may: [
      ...['protocol', 'session', 'local', 'whatsapp/capabilities', 'whatsapp/compat', 'whatsapp/failures'],
      ...['whatsapp/library', 'whatsapp/page'],
    ],
    why: 'each request is bounded and answered; it does not know whether the page is ready',
  },
  'whatsapp/state': {
    may: [
      ...['protocol', 'session', 'whatsapp/capabilities', 'whatsapp/compat', 'whatsapp/failures'],
      ...['whatsapp/page', 'whatsapp/requests'],
    ],
    why: 'it observes the page and decides nothing',
  },
  'whatsapp/linking': {
    may: [
      ...['protocol', 'session', 'whatsapp/failures', 'whatsapp/library', 'whatsapp/page'],
      ...['whatsapp/requests', 'whatsapp/state'],
    ],
    why: 'it links and unlinks one client',
  },
  'session-dir': {
    may: ['protocol', 'local'],
    why: 'lock and folders outlive every client, and no client may move them',
  },
  archive: {
    may: ['protocol', 'session-dir/durable-file.ts'],
    why: 'it packs files into one sealed file, and does not know what they are',
  },
  config: { may: ['protocol', 'local'], why: 'configuration is complete before anything else runs' },
  proxy: {
    may: ['protocol', 'config'],
    why: 'it passes connections on, and does not know what a browser or an account does with them',
  },
  systemd: { may: ['local'], why: 'it handles the sockets and files of systemd and does not know accounts' },
  store: {
    may: ['protocol'],
    why: 'rows outlive the code that wrote them, so they depend on as little as possible',
  },
  http: {
    may: ['protocol', 'socket/file.ts', 'config/listen.ts', 'client/upload.ts'],
    why: 'it offers the same methods as the socket, and uploads in pieces as the library does',
  },
  webhook: {
    may: ['protocol'],
    why: 'it posts events and does not depend on their storage or meaning',
  },
  dispatch: {
    may: ['protocol'],
    why: 'it answers a method by its row and does not know what the method does',
  },
  openapi: {
    may: ['protocol', 'dispatch', 'http'],
    why: 'it describes tables of methods, events and routes; it does not know who serves them',
  },
  log: { may: ['protocol', 'local'], why: 'a line must be writable when everything else is broken' },
  local: { may: ['protocol'], why: 'it handles files and the terminal for every program here' },
  cli: {
    may: ['protocol', 'socket', 'local', 'fleet/operator.ts'],
    why: 'wactl is thin: it requests everything over the socket',
  },
  gateway: {
    may: [
      ...['protocol', 'socket', 'http', 'dispatch', 'openapi', 'config', 'log', 'systemd', 'local'],
      ...['session-dir/durable-file.ts', 'gateway/compat', 'fleet'],
    ],
    why: 'it reaches accounts over their sockets or a fleet, as every client does, and runs without browser and store',
  },
  'gateway/compat': {
    may: ['protocol', 'http', 'webhook', 'client/upload.ts', 'gateway/places.ts'],
    why: "it translates other programs' requests, and calls what the gateway gives it",
  },
  fleet: {
    may: ['protocol', 'config', 'socket/request.ts', 'socket/answer.ts'],
    why: 'it keeps leases, streams and profiles in NATS, carries the requests of the socket, and does not know what an account consists of',
  },
  agent: {
    may: ['protocol', 'config', 'fleet', 'systemd', 'log', 'local'],
    why: 'it starts daemons and reaches them as processes only; the rest is in NATS',
  },
  waserver: {
    may: [],
    why: 'it plays WhatsApp to clients under test, and knows nothing of the program that it tests',
  },
  canary: {
    may: ['protocol', 'session', 'waserver', 'whatsapp/client.ts'],
    why: 'it tries a client that it is given; browser and library stay with who gives it',
  },
  mcp: {
    may: ['protocol', 'socket', 'client'],
    why: 'it is a program on the library and controls nothing',
  },
  client: {
    may: ['protocol', 'socket'],
    why: 'it is loaded into the programs of others, so it must stay small',
  },
  daemon: {
    may: [
      ...['protocol', 'session', 'socket', 'http', 'session-dir', 'store', 'config', 'systemd'],
      ...['whatsapp', 'whatsapp/browser', 'whatsapp/failures'],
      ...['log', 'dispatch', 'local', 'proxy'],
      ...[
        'daemon/api',
        'daemon/doctor',
        'daemon/events',
        'daemon/fleet',
        'daemon/incoming',
        'daemon/machine',
      ],
      ...[
        'daemon/media',
        'daemon/metrics',
        'daemon/move',
        'daemon/outgoing',
        'daemon/search',
        'daemon/session',
      ],
    ],
    why: 'it builds everything but the client, which is a separate program',
  },
  'daemon/api': {
    may: [
      ...['protocol', 'session', 'http', 'openapi', 'local', 'store', 'config', 'whatsapp/capabilities'],
      ...['daemon/account.ts', 'daemon/version.ts'],
      ...['dispatch', 'log', 'daemon/events', 'daemon/incoming', 'daemon/machine', 'daemon/media'],
      ...['daemon/metrics', 'daemon/outgoing', 'daemon/search', 'daemon/session'],
    ],
    why: 'it answers methods; the rooms below it do not know methods',
  },
  'daemon/incoming': {
    may: [
      ...['protocol', 'session', 'store', 'session-dir', 'config'],
      ...['daemon/events', 'daemon/machine', 'daemon/outgoing', 'daemon/session'],
    ],
    why: 'it records what the client reports; other rooms act on it',
  },
  'daemon/session': {
    may: [
      ...['protocol', 'session', 'session-dir', 'store', 'config', 'local', 'proxy', 'whatsapp/client.ts'],
      ...['daemon/machine', 'daemon/outgoing'],
    ],
    why: 'it runs the life cycle and does not depend on its callers',
  },
  'daemon/outgoing': {
    may: ['protocol', 'session', 'store', 'daemon/machine'],
    why: 'it sends through a port and does not depend on the client',
  },
  'daemon/events': {
    may: ['protocol', 'store', 'config', 'webhook'],
    why: 'it delivers events and does not depend on their content',
  },
  'daemon/media': {
    may: [
      'protocol',
      'session',
      'session-dir',
      'store',
      'config',
      'local',
      'daemon/events',
      'daemon/machine/time-limit.ts',
    ],
    why: 'it stores files and does not depend on what refers to them',
  },
  'daemon/search': {
    may: ['protocol', 'store', 'daemon/events'],
    why: 'it finds what the journal has and does not depend on who asks',
  },
  'daemon/metrics': {
    may: ['protocol', 'http', 'store', 'daemon/events', 'daemon/outgoing'],
    why: 'it counts and changes nothing',
  },
  'daemon/machine': {
    may: ['protocol'],
    why: 'it provides memory, disk and timers of this process to every room',
  },
  'daemon/fleet': {
    may: [
      ...['protocol', 'session', 'config', 'fleet', 'archive', 'session-dir', 'store', 'log', 'dispatch'],
      ...[
        'local',
        'whatsapp/browser/process-group.ts',
        'daemon/media',
        'daemon/events',
        'daemon/machine',
        'daemon/outgoing',
        'daemon/metrics',
      ],
      ...['closers', 'doors', 'exit', 'service', 'settings', 'version'].map((name) => `daemon/${name}.ts`),
      ...['daemon/session/actor.ts', 'daemon/session/profile-copies.ts'],
    ],
    why: 'it decides whether this machine may run the account, and carries its profile',
  },
  'daemon/doctor': {
    may: [
      ...['protocol', 'socket', 'local', 'session-dir', 'config', 'proxy', 'whatsapp/browser'],
      ...['whatsapp/canary.ts', 'whatsapp/client.ts', 'whatsapp/capabilities', 'canary'],
      ...['daemon/flags.ts', 'daemon/settings.ts', 'daemon/version.ts', 'daemon/session/page-picture.ts'],
    ],
    why: 'a separate program: it checks the prerequisites of a daemon and starts none',
  },
  'daemon/move': {
    may: [
      ...['protocol', 'archive', 'session', 'socket', 'session-dir', 'config', 'local', 'whatsapp/browser'],
      ...['fleet', 'daemon/fleet'],
      ...[
        'daemon/flags.ts',
        'daemon/settings.ts',
        'daemon/refusal.ts',
        'daemon/wire.ts',
        'daemon/machine',
        'log',
      ],
    ],
    why: 'a separate program: it moves a session and verifies that it works',
  },
};

/** Rooms without I/O, clock or randomness. They may not import Node's own modules. */
const PURE: readonly string[] = ['protocol', 'session'];

interface Package {
  /** Rooms, or single files. */
  readonly in: readonly string[];
  /** Further rooms that may import its types. */
  readonly types?: readonly string[];
  readonly why: string;
}

const PACKAGES: Readonly<Record<string, Package>> = {
  'whatsapp-web.js': {
    in: ['whatsapp/library/library-files.ts'],
    why: 'one place: it is bundled apart, and its internal methods are typed next to it',
  },
  puppeteer: { in: ['whatsapp'], why: 'only a client drives a browser' },
  'json-rpc-2.0': {
    in: ['socket'],
    why: 'its errors and time-outs must be contained (code 0, console.warn)',
  },
  'get-east-asian-width': {
    in: ['cli/render/display-width.ts'],
    why: 'one place measures; string-width would compile a regular expression, which takes 25 ms',
  },
  yargs: {
    in: ['cli/help.ts', 'cli/completion-script.ts', 'daemon/flags.ts'],
    why: 'it is slow to load: for help only',
  },
  'yargs-parser': {
    in: ['cli/parse.ts', 'daemon/flags.ts', 'local/program-flags.ts'],
    why: 'one place for each command line',
  },
  pino: { in: ['log/log.ts'], why: 'all other code gets a Log as a parameter' },
  standardwebhooks: { in: ['webhook/signature.ts'], why: 'one place signs' },
  'prom-client': { in: ['daemon/metrics'], why: 'all other code reports to it and does not count' },
  'proper-lockfile': { in: ['session-dir/lock.ts'], why: 'there is one lock, and one way to lose it' },
  '@photostructure/sqlite': { in: ['store'], why: 'it is the only native module, used in one place' },
  '@fastify/busboy': { in: ['http/multipart.ts'], why: 'loaded when the first form arrives' },
  zod: {
    in: [
      'protocol',
      'config',
      'openapi/components.ts',
      'mcp/tools.ts',
      'gateway/token-file.ts',
      'fleet/machines.ts',
      'fleet/accounts.ts',
    ],
    types: ['socket/client.ts', 'dispatch/issue.ts', 'http/query.ts'],
    why: 'it is slow to load: the client uses its types and never the schemas',
  },
  'smol-toml': { in: ['config/read.ts'], why: 'files are read in one place, which keeps the lines' },
  '@modelcontextprotocol/sdk': { in: ['mcp/serve.ts'], why: 'it is heavy and has a separate bundle' },
  baileys: {
    in: ['waserver/wire/nodes.ts'],
    why: 'its codec and dictionary of stanzas, file by file: its index would load libsignal, which is under the GPL',
  },
  '@noble/curves': {
    in: ['waserver/wire/curve.ts'],
    why: 'one place signs as Signal does; Node.js has the rest',
  },
  ws: { in: ['waserver'], why: 'only the server for tests accepts WebSockets' },
  'age-encryption': {
    in: ['archive/age.ts'],
    types: ['archive/seal.ts'],
    why: 'it is bundled apart, and loaded when a session is sealed or opened',
  },
  'tar-stream': { in: ['archive/pack.ts'], why: 'loaded when a session is sealed' },
  ...Object.fromEntries(
    ['transport-node', 'jetstream', 'kv', 'obj'].map((name) => [
      `@nats-io/${name}`,
      { in: ['fleet/nats.ts'], why: 'one place: it is bundled apart, and loaded only for a fleet' },
    ]),
  ),
  'proxy-chain': { in: ['proxy/chain.ts'], why: 'it is bundled apart, and loaded only with a proxy' },
  qrcode: {
    in: ['cli/render/qr.ts', 'http/qr.ts'],
    why: 'the daemon gives out payloads; only clients that show them draw',
  },
};

/** Files whose values would load zod. The rooms of wactl and of the library may import their types only. */
const SCHEMAS = /^protocol\/(methods\/|events\/|gateway\/|schema\.ts|method\.ts)/;
const SCHEMA_FREE: readonly string[] = ['cli', 'client', 'socket'];

interface Import {
  readonly of: string;
  /** Removed by the compiler. */
  readonly typeOnly: boolean;
}

function importsOf(source: string): Import[] {
  const found: Import[] = [];
  const note = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ of: node.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // With verbatimModuleSyntax `import { type A }` still loads the module.
      note(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    } else if (ts.isExportDeclaration(node)) note(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      note(node.argument.literal, true);
    else if (ts.isCallExpression(node)) {
      const { expression, arguments: args } = node;
      const loads =
        expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(expression) && expression.text === 'require');
      if (loads) note(args[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.ES2023, true));
  return found;
}

const isIn = (file: string, places: readonly string[]): boolean =>
  places.some((place) => file === place || file.startsWith(`${place}/`));

/** The innermost room that contains a file. */
const roomOf = (file: string): string => {
  const [outer = '', inner = ''] = file.split('/');
  const room = `${outer}/${inner}`;
  return ROOMS[room] === undefined ? outer : room;
};

/** Rooms that contain other rooms. Every folder directly in them must be a room. */
const DIVIDED: readonly string[] = ['daemon', 'whatsapp'];

/** The path of the imported file below src/. */
const targetOf = (file: string, of: string): string =>
  normalize(join(dirname(file), of)).replace(/\.js$/, '.ts');

/** Returns the errors in a file's imports. @param file its path below src/ */
function check(file: string, source: string): string[] {
  const room = roomOf(file);
  const rules = ROOMS[room];
  if (rules === undefined || (DIVIDED.includes(room) && file.split('/').length > 2))
    return [`${file}: there is no room "${dirname(file)}" in the table`];
  return importsOf(source).flatMap(({ of, typeOnly }) => {
    const wrong = (why: string) => [`${file} imports ${of}: ${why}`];
    if (of.startsWith('node:')) return PURE.includes(room) ? wrong(`${room} is pure`) : [];
    if (of.startsWith('.')) {
      const target = targetOf(file, of);
      const other = roomOf(target);
      if (other.startsWith('..')) return wrong('it is not in src/');
      if (other !== room && !rules.may.includes(other) && !rules.may.includes(target))
        return wrong(rules.why);
      if (SCHEMA_FREE.includes(room) && SCHEMAS.test(target) && !typeOnly)
        return wrong('its schemas would load zod into wactl and the library; import the types');
      return [];
    }
    const name = of.startsWith('@') ? of.split('/').slice(0, 2).join('/') : (of.split('/')[0] ?? of);
    const rule = PACKAGES[name];
    if (rule === undefined) return wrong('the package is not in the table');
    if (isIn(file, rule.in) || (typeOnly && isIn(file, rule.types ?? []))) return [];
    return wrong(rule.why);
  });
}

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(join(ROOT, 'src'), join(entry.parentPath, entry.name)))
  .sort();

t.test('every import in src/ is permitted by the table', async (t) => {
  t.ok(sources.length > 100, 'the files are found');
  t.same(
    sources.flatMap((file) => check(file, readFileSync(join(ROOT, 'src', file), 'utf8'))),
    [],
  );
});

/** The files below src/ that a file imports. */
const importedBy = (file: string, source: string): string[] =>
  importsOf(source).flatMap(({ of }) => (of.startsWith('.') ? [targetOf(file, of)] : []));

/** Returns import cycles, each as its path. Type imports count, because a reader has to follow them too. */
function cycles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const over = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at !== -1) found.push([...way.slice(at), file].join(' → '));
    if (at !== -1 || over.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    over.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

const imports = new Map(
  sources.map((file) => [file, importedBy(file, readFileSync(join(ROOT, 'src', file), 'utf8'))] as const),
);

t.test('no import closes a cycle', async (t) => {
  t.same(cycles(imports), []);
  const lazy = importedBy('a/y.ts', `const x = await import('../b/x.js');`);
  t.same(
    cycles(
      new Map([
        ['b/x.ts', ['a/y.ts']],
        ['a/y.ts', lazy],
      ]),
    ),
    ['b/x.ts → a/y.ts → b/x.ts'],
  );
});

t.test('every room, file and permission of the table is used', async (t) => {
  const used = new Set(
    [...imports].flatMap(([file, targets]) =>
      targets.flatMap((target) => [`${roomOf(file)} → ${roomOf(target)}`, `${roomOf(file)} → ${target}`]),
    ),
  );
  const rooms = new Set(sources.map(roomOf));
  t.same(
    Object.keys(ROOMS).filter((room) => !rooms.has(room)),
    [],
  );
  t.same(
    Object.entries(ROOMS).flatMap(([room, { may }]) =>
      may.map((place) => `${room} → ${place}`).filter((arrow) => !used.has(arrow)),
    ),
    [],
  );
});

t.test('the table lists every dependency, and only files that exist', async (t) => {
  const programs = readdirSync(join(ROOT, 'dist')).filter(
    (name) => /\.c?js$/.test(name) && !name.startsWith('waserver'),
  );
  for (const name of programs)
    t.notMatch(readFileSync(join(ROOT, 'dist', name), 'utf8'), /waserver(?:-main)?\.c?js/, name);
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  t.same(
    Object.keys(dependencies).filter((name) => !Object.hasOwn(PACKAGES, name)),
    [],
  );
  const files = Object.values(PACKAGES)
    .flatMap(({ in: places, types = [] }) => [...places, ...types])
    .filter((place) => place.endsWith('.ts'));
  t.same(
    files.filter((file) => !sources.includes(file)),
    [],
  );
});

t.test('a forbidden import is found in every notation', async (t) => {
  const cases: readonly (readonly [string, string, RegExp | null])[] = [
    ['cli/a.ts', `import { x } from '../daemon/wire.js';`, /wactl is thin/],
    ['cli/a.ts', `import type { X } from '../daemon/wire.js';`, /wactl is thin/],
    ['cli/commands/a.ts', `export * from '../../config/load.js';`, /wactl is thin/],
    ['cli/a.ts', `const x = await import('../whatsapp/client.js');`, /wactl is thin/],
    ['cli/a.ts', `import { METHODS } from '../protocol/methods/index.js';`, /zod/],
    ['cli/a.ts', `import { type METHODS } from '../protocol/methods/index.js';`, /zod/],
    ['cli/a.ts', `import type { METHODS } from '../protocol/methods/index.js';`, null],
    ['client/a.ts', `import { METHODS } from '../protocol/methods/index.js';`, /zod/],
    ['client/a.ts', `import { EVENTS } from '../protocol/events/index.js';`, /zod/],
    ['cli/a.ts', `import type { EventData } from '../protocol/events/index.js';`, null],
    ['mcp/a.ts', `import '../daemon/api/openrpc.js';`, /on the library/],
    ['cli/a.ts', `import { serve } from '../mcp/serve.js';`, /wactl is thin/],
    ['cli/a.ts', `import '@modelcontextprotocol/sdk/types.js';`, /heavy/],
    ['client/a.ts', `import '../cli/run.js';`, /programs of others/],
    ['socket/client.ts', `import { z } from 'zod';`, /never the schemas/],
    ['socket/client.ts', `import type { z } from 'zod';`, null],
    ['socket/server.ts', `import type { z } from 'zod';`, /never the schemas/],
    ['protocol/a.ts', `import '../session/state.js';`, /every other room imports it/],
    ['session/a.ts', `import { readFileSync } from 'node:fs';`, /pure/],
    ['session/a.ts', `import { setTimeout } from 'node:timers';`, /pure/],
    ['session/a.ts', `import '../whatsapp/client.js';`, /pure functions/],
    ['whatsapp/a.ts', `import '../daemon/account.js';`, /never controls/],
    ['whatsapp/a.ts', `import wweb from 'whatsapp-web.js';`, /one place: it is bundled apart/],
    ['whatsapp/library/library-files.ts', `import wweb from 'whatsapp-web.js';`, null],
    ['daemon/a.ts', `import type { Page } from 'puppeteer';`, /only a client/],
    ['daemon/a.ts', `const p = require('puppeteer/lib/x.js');`, /only a client/],
    ['daemon/a.ts', `import { run } from '../cli/run.js';`, /builds everything but/],
    ['daemon/a.ts', `let x: import('pino').Logger;`, /gets a Log/],
    ['daemon/a.ts', `import _ from 'lodash';`, /not in the table/],
    ['daemon/a.ts', `import x from '../../test/harness/wad.js';`, /not in src/],
    ['attic/a.ts', `import '../protocol/fault.js';`, /no room/],
    ['daemon/a.ts', `import { Account } from './account.js';\nimport '../session/state.js';`, null],
    ['daemon/outgoing/a.ts', `import '../session/actor.js';`, /through a port/],
    ['daemon/doctor/a.ts', `import '../settings.js';`, null],
    ['daemon/doctor/a.ts', `import '../wire.js';`, /starts none/],
    ['daemon/attic/a.ts', `import '../../protocol/fault.js';`, /no room/],
  ];
  for (const [file, source, says] of cases) {
    const found = check(file, source);
    if (says === null) t.same(found, [], `${file}: ${source}`);
    else t.match(found, [says], `${file}: ${source}`);
  }
});

/** The packages in a bundle, from esbuild's list of inputs. */
const packagesOf = (inputs: Readonly<Record<string, unknown>>): string[] => [
  ...new Set(
    Object.keys(inputs).flatMap((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
  ),
];

t.test('the fast path of wactl contains its parser, JSON-RPC and nothing else', async (t) => {
  const { inputs } = JSON.parse(readFileSync(join(ROOT, 'dist/meta.json'), 'utf8'))['wactl.cjs'];
  t.same(packagesOf(inputs).sort(), ['get-east-asian-width', 'json-rpc-2.0', 'yargs-parser']);
  const ours = Object.keys(inputs).filter((input) => input.startsWith('src/'));
  t.same(
    ours.filter((file) => !/^src\/(cli|local|socket|protocol)\//.test(file)),
    [],
  );
});

t.test('the slow path contains no browser, library, log or schemas', async (t) => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/full.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    metafile: true,
    logLevel: 'silent',
    define: { 'import.meta.url': '""' },
  });
  const packages = packagesOf(metafile.inputs);
  t.ok(packages.includes('yargs') && packages.includes('qrcode'));
  const bans = [
    'puppeteer',
    'puppeteer-core',
    'whatsapp-web.js',
    'pino',
    'zod',
    'proper-lockfile',
    'smol-toml',
    '@modelcontextprotocol/sdk',
  ];
  t.same(
    packages.filter((name) => bans.includes(name)),
    [],
  );
});

t.test('no bundle of wactl imports a package at run time', async (t) => {
  const bundles = readdirSync(join(ROOT, 'dist')).filter((name) => /^(full|wactl|fast-.*)\.cjs$/.test(name));
  t.ok(bundles.length >= 3);
  for (const name of bundles) {
    const text = readFileSync(join(ROOT, 'dist', name), 'utf8');
    t.notMatch(text, /require\(["'](puppeteer|whatsapp-web\.js|pino|zod|proper-lockfile)/, name);
    t.notMatch(text, /WAWebSocketModel/, name);
  }
});

t.test('no program and no library contains the server for tests, or what it is made of', async (t) => {
  const meta: Record<string, { inputs: Record<string, unknown> }> = JSON.parse(
    readFileSync(join(ROOT, 'dist/meta.json'), 'utf8'),
  );
  const server = Object.keys(meta['waserver.cjs']?.inputs ?? {});
  t.same(
    server
      .filter((input) => input.includes('/baileys/'))
      .map((input) => input.split('/baileys/lib/')[1])
      .sort(),
    ['constants', 'decode', 'encode', 'jid-utils'].map((name) => `WABinary/${name}.js`),
    'of Baileys, its own bundle has the codec only',
  );
  t.notOk(server.some((input) => input.includes('libsignal')));
  const canary = Object.keys(meta['canary.cjs']?.inputs ?? {});
  t.ok(canary.includes('src/waserver/wa-server.ts'), 'the deep canary has it');
  t.same(
    canary.flatMap((input) => /\/baileys\/lib\/(.*)/.exec(input)?.[1] ?? []).sort(),
    ['constants', 'decode', 'encode', 'jid-utils'].map((name) => `WABinary/${name}.js`),
    'with the codec of Baileys, and nothing else of it',
  );
  t.same(packagesOf(meta['canary.cjs']?.inputs ?? {}).sort(), [
    '@noble/curves',
    '@noble/hashes',
    'baileys',
    'ws',
  ]);
  t.same(
    canary.filter((input) => /^src\/(?!canary|waserver|protocol\/)/.test(input)),
    [],
    'and neither client nor daemon',
  );
  for (const [bundle, { inputs }] of Object.entries(meta)) {
    if (['waserver.cjs', 'canary.cjs'].includes(bundle)) continue;
    const ours = Object.keys(inputs).filter((input) => input.startsWith('src/waserver/'));
    const theirs = packagesOf(inputs).filter((name) => ['baileys', 'libsignal'].includes(name));
    t.same([...ours, ...theirs], [], bundle);
  }
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  t.notOk(Object.hasOwn(dependencies, 'baileys'), 'it is not installed with the package');
});

t.test("the library is one file that imports only Node's modules", async (t) => {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/client/index.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  t.same(packagesOf(metafile.inputs), ['json-rpc-2.0']);
  const text = readFileSync(join(ROOT, 'dist/client.cjs'), 'utf8');
  const imports = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1]);
  t.ok(imports.length > 0);
  t.same(
    imports.filter((name) => !name?.startsWith('node:')),
    [],
  );
});
