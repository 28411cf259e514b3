// What the compiler says to a program that imports the library: read off the declarations that are shipped.
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';

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

t.test('a program is checked by the declarations that are shipped', (t) => {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [`${ROOT}node_modules/@types`],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === FILE || fileExists(name);
  host.readFile = (name) => (name === FILE ? PROGRAM : readFile(name));
  host.getSourceFile = (name, version, ...more) =>
    name === FILE ? ts.createSourceFile(name, PROGRAM, version) : getSourceFile(name, version, ...more);
  const program = ts.createProgram([FILE], options, host);
  const said = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const at = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName}:${at} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  t.same(said, []);
  const ours = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${ROOT}dist/types`));
  t.ok(ours.length > 10, 'these are the declarations of dist/types');
  t.end();
});
