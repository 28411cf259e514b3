// What the compiler says to a program that imports the library: read off the declarations that are shipped.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';

// The compiler is slow on a slow machine.
t.setTimeout(600_000);

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** In the checkout, where `wactl` is the package itself; it is never written. */
const FILE = `${ROOT}examples/program.ts`;

const PROGRAM = `
import { connect, Fault, type Event } from 'wactl';
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

/** The same, where a program is no ES module: no await at the top. */
const WITHIN = (text: string): string => {
  const [, imports = '', rest = ''] = /^(\nimport .*?;\n)(.*)$/s.exec(text) ?? [];
  return `${imports}export async function main() {${rest}}\n`;
};

/** By how a program says which kind of module it is; TypeScript compiles `import` in a .cts file to `require`. */
const PROGRAMS: readonly (readonly [file: string, module: ts.ModuleKind, text: string, types: RegExp])[] = [
  ['program.ts', ts.ModuleKind.NodeNext, PROGRAM, /\/dist\/types\//],
  ['program.cts', ts.ModuleKind.Node16, WITHIN(PROGRAM), /\/dist\/types-cjs\//],
  [
    'required.cts',
    ts.ModuleKind.Node16,
    WITHIN(PROGRAM.replace(/^\nimport .*/, "\nimport wactl = require('wactl');")).replace(
      'main() {',
      'main() { const { connect, Fault } = wactl; type Event = wactl.Event;',
    ),
    /\/dist\/types-cjs\//,
  ],
];

for (const [name, module, text, types] of PROGRAMS)
  t.test(`${name} of ${ts.ModuleKind[module]} is checked by the declarations that are shipped`, (t) => {
    const target = `${ROOT}examples/${name}`;
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
      module,
      strict: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [`${ROOT}node_modules/@types`],
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists, readFile } = host;
    host.fileExists = (file) => file === target || fileExists(file);
    host.readFile = (file) => (file === target ? text : readFile(file));
    host.getSourceFile = (file, version, ...more) =>
      file === target ? ts.createSourceFile(file, text, version) : getSourceFile(file, version, ...more);
    const program = ts.createProgram([target], options, host);
    const said = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
      const at = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
      return `${file?.fileName}:${at} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    t.same(said, []);
    const files = program.getSourceFiles().map(({ fileName }) => fileName);
    const ours = files.filter((file) => file.startsWith(`${ROOT}dist/types`));
    t.ok(ours.length > 10 && ours.every((file) => types.test(file)), 'by those of its kind, and no others');
    t.end();
  });

t.test('import and require find one library', async (t) => {
  const required = createRequire(FILE)('wactl') as { connect: unknown; Fault: unknown };
  const imported = (await import(`${ROOT}dist/client.js`)) as typeof required;
  t.equal(imported.Fault, required.Fault, 'an error of one is an error of the other');
  t.equal(imported.connect, required.connect);
});
