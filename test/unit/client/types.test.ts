// A program that imports the library compiles against the published declarations, or fails with the right
// error.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';

// For slow machines: the compiler takes long there.
t.setTimeout(600_000);

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** A path in the checkout, where `wactl` is the package itself. The file is never written. */
const FILE = `${ROOT}examples/program.ts`;

const PROGRAM = `
import { connect, Fault, type Event, type EventData, type EventOf, type Message } from 'wactl';
await using account = await connect({ account: 'shop' });
const status = await account.session.status();
const word: 'ready' | 'failed' | string = status.status;
const { id }: { id: string } = await account.message.send({ to: '1', text: 'x', key: word }, { timeoutMs: 1 });
const { chats } = await account.chat.list({ limit: 3 });
const names: (string | null)[] = chats.map((chat) => chat.name);
for await (const event of account.follow({ types: ['message'], consumer: 'bot' })) {
  const { cursor }: Event = event;
  if (event.type === 'message') { const body: string | null = event.data.body; names.push(body); }
  // @ts-expect-error a call has no text
  if (event.type === 'call') names.push(event.data.body);
  if (cursor > 3) break;
}
const onMessage = ({ data: { body } }: EventOf<'message'>): string | null => body;
const onEvent = (event: Event) => (event.type === 'message' ? onMessage(event) : null);
const ack = ({ ack }: EventData<'message.ack'>): number => ack;
const same: (message: Message) => EventData<'message'> = (message) => message;
// @ts-expect-error a reaction has no text
const wrong = ({ body }: EventData<'message.reaction'>) => body;
try { await account.outbox.cancel({ id }); } catch (error) {
  if (error instanceof Fault && error.kind === 'too_late') console.log(error.hint, names);
}
const file = await account.upload(new Uint8Array(3), { name: 'a' });
await account.message.send({ to: '1', media: file.id });
// @ts-expect-error there is no such verb
await account.message.post({ to: '1' });
// @ts-expect-error \`to\` is needed
await account.message.send({ text: 'x' });
// @ts-expect-error parameters are needed
await account.message.send();
// @ts-expect-error no such type of event
account.follow({ types: ['nonsense'] });
// @ts-expect-error that is what follow() is for
await account.events.subscribe({});
`;

/** The same program for CommonJS, which has no await at the top level. */
const WITHIN = (text: string): string => {
  const [, imports = '', rest = ''] = /^(\nimport .*?;\n)(.*)$/s.exec(text) ?? [];
  return `${imports}export async function main() {${rest}}\n`;
};

/**
 * Each way to declare the module kind of a program. TypeScript compiles `import` in a .cts file to `require`.
 */
const PROGRAMS: readonly (readonly [file: string, module: ts.ModuleKind, text: string, types: RegExp])[] = [
  ['program.ts', ts.ModuleKind.NodeNext, PROGRAM, /\/dist\/types\//],
  ['program.cts', ts.ModuleKind.Node16, WITHIN(PROGRAM), /\/dist\/types-cjs\//],
  [
    'required.cts',
    ts.ModuleKind.Node16,
    WITHIN(PROGRAM.replace(/^\nimport .*/, "\nimport wactl = require('wactl');")).replace(
      'main() {',
      'main() { const { connect, Fault } = wactl; type Event = wactl.Event; type Message = wactl.Message; type EventData<T extends wactl.EventType> = wactl.EventData<T>; type EventOf<T extends wactl.EventType> = wactl.EventOf<T>;',
    ),
    /\/dist\/types-cjs\//,
  ],
];

/** A program of one file that exists in memory only. */
function programOf(name: string, text: string, more: ts.CompilerOptions): ts.Program {
  const target = `${ROOT}examples/${name}`;
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [`${ROOT}node_modules/@types`],
    ...more,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => file === target || fileExists(file);
  host.readFile = (file) => (file === target ? text : readFile(file));
  host.getSourceFile = (file, version, ...rest) =>
    file === target ? ts.createSourceFile(file, text, version, true) : getSourceFile(file, version, ...rest);
  return ts.createProgram([target], options, host);
}

const saidOf = (program: ts.Program): string[] =>
  ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const at = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName}:${at} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });

/** All descendants of a node. */
function* within(node: ts.Node): Generator<ts.Node> {
  for (const child of node.getChildren()) {
    yield child;
    yield* within(child);
  }
}

for (const [name, module, text, types] of PROGRAMS)
  t.test(`${name} of ${ts.ModuleKind[module]} is checked against the published declarations`, (t) => {
    const program = programOf(name, text, { module });
    t.same(saidOf(program), []);
    const files = program.getSourceFiles().map(({ fileName }) => fileName);
    const ours = files.filter((file) => file.startsWith(`${ROOT}dist/types`));
    t.ok(
      ours.length > 10 && ours.every((file) => types.test(file)),
      'only by the declarations of its module kind',
    );
    t.notOk(
      files.some((file) => file.includes('/node_modules/zod/')),
      'without zod',
    );
    t.end();
  });

const WITH_SERVER = `
import { ControlHttp, WaServer, type Received } from 'wactl/waserver';
const server = await WaServer.start({ port: 0 });
const control = await ControlHttp.start(server);
const ana = server.createContact({ number: '15550100002', pushname: 'Ana' });
const id: string = ana.send('hello');
const { body }: Received = await ana.waitForMessage(({ type }) => type === 'chat', { timeoutMs: 1 });
// @ts-expect-error a phone needs a number
server.createPhone({ pushname: 'Me' });
console.log(id, body, server.rootKey.length, control.url);
`;

for (const [name, module, text] of [
  ['server.ts', ts.ModuleKind.NodeNext, WITH_SERVER],
  ['server.cts', ts.ModuleKind.Node16, WITHIN(WITH_SERVER)],
] as const)
  t.test(`a program with the server for tests, ${name}, is checked against its declarations`, (t) => {
    const program = programOf(name, text, { module });
    t.same(saidOf(program), []);
    const files = program.getSourceFiles().map(({ fileName }) => fileName.replace(ROOT, ''));
    const folder = name.endsWith('.cts') ? 'dist/types-waserver-cjs/' : 'dist/types-waserver/';
    t.ok(files.includes(`${folder}index.d.ts`));
    t.notOk(files.some((file) => /node_modules\/(?:baileys|ws)\//.test(file)));
    t.end();
  });

t.test('the published types equal those of the schemas', (t) => {
  const text = `
import type * as Schemas from '../src/protocol/types.js';
import type * as Shipped from '../dist/types/protocol/types.js';
type Same<A, B> = [A, keyof A] extends [B, keyof B] ? ([B, keyof B] extends [A, keyof A] ? true : false) : false;
type All<N extends PropertyKey> = { [K in N]: true };
type Methods = { [M in Schemas.MethodName]: Same<
  { params: Schemas.Asked<M>; result: Schemas.Answered<M> }, { params: Shipped.Asked<M>; result: Shipped.Answered<M> }> };
type Keys = { [M in Schemas.MethodName]: Same<keyof Schemas.Asked<M>, keyof Shipped.Asked<M>> };
type Events = { [E in Schemas.WireEvent['type']]: Same<Schemas.EventOf<E>, Shipped.EventOf<E>> };
declare const methods: Methods, keys: Keys, events: Events;
export const isSame: [All<Schemas.MethodName>, All<Shipped.MethodName>, All<Schemas.MethodName>] = [methods, methods, keys];
export const areEvents: All<Shipped.WireEvent['type']> = events;
export const shapes: [true, true, true, true, true, true, true] = [
  true satisfies Same<Schemas.Message, Shipped.Message>, true satisfies Same<Schemas.Outgoing, Shipped.Outgoing>,
  true satisfies Same<Schemas.QueuedMessage, Shipped.QueuedMessage>, true satisfies Same<Schemas.Status, Shipped.Status>,
  true satisfies Same<Schemas.Chat, Shipped.Chat>, true satisfies Same<Schemas.Contact, Shipped.Contact>,
  true satisfies Same<Schemas.Group, Shipped.Group>,
];
// @ts-expect-error so that a difference would be seen
export const differs: true = true satisfies Same<Schemas.Chat, Shipped.Contact>;
`;
  const module = ts.ModuleKind.NodeNext;
  t.same(
    saidOf(programOf('same.ts', text, { module, exactOptionalPropertyTypes: true })),
    [],
    'otherwise: npm run build',
  );
  t.end();
});

t.test('an editor shows the description of each method and field', (t) => {
  const program = programOf('program.ts', PROGRAM, { module: ts.ModuleKind.NodeNext });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(`${ROOT}examples/program.ts`) as ts.SourceFile;
  const shown = new Map<string, string>();
  for (const node of within(file)) {
    if (!ts.isPropertyAccessExpression(node)) continue;
    const says = checker.getSymbolAtLocation(node.name)?.getDocumentationComment(checker) ?? [];
    const text = node.getText(file);
    if (!shown.has(text)) shown.set(text, ts.displayPartsToString(says));
  }
  t.match(shown.get('account.message.send'), /^Accepts a message/);
  t.match(shown.get('account.outbox.cancel'), /^Cancels a queued message/);
  t.match(shown.get('event.data.body'), /^The text or caption/);
  t.match(shown.get('status.status'), /^The state of the account/);
  t.match(shown.get('chat.name'), /^The name that is shown/);
  t.match(shown.get('file.id'), /^The id of the file/);

  const types = program.getSourceFile(`${ROOT}dist/types/protocol/types.d.ts`) as ts.SourceFile;
  const silent: string[] = [];
  let fields = 0;
  for (const node of within(types)) {
    // Properties of the nouns. The fields `params` and `result` of a table row are skipped.
    const { name } = node as ts.PropertySignature;
    if (!ts.isPropertySignature(node) || ts.isInterfaceDeclaration(node.parent)) continue;
    if (['params', 'result'].includes(name.getText(types))) continue;
    fields += 1;
    if (ts.getJSDocCommentsAndTags(node).length === 0) silent.push(node.getText(types));
  }
  // Belongs to EventOf, which only selects a type.
  t.same(silent, ['type: T']);
  t.ok(fields > 300);
  t.end();
});

t.test('import and require load the same library', async (t) => {
  const required = createRequire(FILE)('wactl') as { connect: unknown; Fault: unknown };
  const imported = (await import(`${ROOT}dist/client.js`)) as typeof required;
  t.equal(imported.Fault, required.Fault, 'a Fault of one is a Fault of the other');
  t.equal(imported.connect, required.connect);
});
