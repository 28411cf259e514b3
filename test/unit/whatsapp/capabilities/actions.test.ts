/**
 * The modules that the code in the page requires are the needs of its capability.
 * With a missing need, the loss of its module would not be reported.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';
import { ESSENTIAL, moduleOf, NEEDS } from '../../../../src/whatsapp/capabilities/needs.js';

const ROOM = fileURLToPath(new URL('../../../../../src/whatsapp/', import.meta.url));
const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(ROOM + path, 'utf8'), ts.ScriptTarget.ES2023, true);

type Names = ReadonlyMap<string, ts.Node>;
type Named = ts.Node & { readonly name: ts.Identifier };

const isNamed = (node: ts.Node): node is Named => {
  const { name } = node as { name?: ts.Node };
  return name !== undefined && ts.isIdentifier(name);
};
const byName = (nodes: Iterable<ts.Node>): Names =>
  new Map([...nodes].filter(isNamed).map((node) => [node.name.text, node]));

/** The functions of a file, and the declarations that a `make…` shares between its verbs. */
function locals(path: string): Names {
  const functions = parse(path).statements.filter(ts.isFunctionDeclaration);
  const shared = functions
    .filter(({ name }) => name?.text.startsWith('make'))
    .flatMap(({ body }) => [...(body?.statements ?? [])]);
  const values = shared
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations);
  return byName([...functions, ...values]);
}

/** The verbs that a `make…` returns. */
function verbs(path: string): Names {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression && ts.isObjectLiteralExpression(node.expression))
      found.push(...node.expression.properties);
    if (ts.isFunctionDeclaration(node) || ts.isSourceFile(node) || ts.isBlock(node))
      ts.forEachChild(node, visit);
  };
  visit(parse(path));
  return byName(found);
}

const TOOLS: Names = new Map([...locals('page/tools.ts'), ...locals('page/messages.ts')]);
const MENDED: Names = new Map(readdirSync(`${ROOM}compat`).flatMap((name) => [...locals(`compat/${name}`)]));

/** Everything required on the way through a verb: `Module.member`, or `Module` if no member is named. */
function required(path: string, verb: string): Set<string> {
  const own = locals(path);
  const found = new Set<string>();
  const seen = new Set<ts.Node>();
  const visit = (node: ts.Node, around: Names): void => {
    // An attempted module may be missing.
    if (ts.isCallExpression(node) && /(^|\.)attempt$/.test(node.expression.getText())) return;
    if (ts.isTryStatement(node)) return;
    if (isRequire(node)) for (const name of membersOf(node)) found.add(name);
    if (ts.isIdentifier(node)) follow(node, around);
    ts.forEachChild(node, (child) => visit(child, around));
  };
  const follow = (node: ts.Identifier, around: Names): void => {
    const { parent, text } = node;
    const from =
      ts.isPropertyAccessExpression(parent) && parent.name === node ? parent.expression.getText() : '';
    if (from !== '' && from !== 'tools' && from !== 'mended') return;
    const [target, next] =
      from === 'mended'
        ? [MENDED.get(text), MENDED]
        : from === 'tools'
          ? [TOOLS.get(text), TOOLS]
          : inside(text, around);
    if (target === undefined || seen.has(target)) return;
    seen.add(target);
    visit(target, next);
  };
  const inside = (text: string, around: Names): [ts.Node | undefined, Names] =>
    around.has(text) ? [around.get(text), around] : [TOOLS.get(text), TOOLS];
  const start = verbs(path).get(verb);
  if (start === undefined) throw new Error(`no ${verb} in ${path}`);
  visit(start, own);
  return found;
}

function isRequire(node: ts.Node): node is ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    node.expression.getText() === 'window.require' &&
    node.arguments[0] !== undefined &&
    ts.isStringLiteral(node.arguments[0])
  );
}

function membersOf(call: ts.CallExpression): string[] {
  const module = (call.arguments[0] as ts.StringLiteral).text;
  let { parent } = call;
  while (ts.isAsExpression(parent) || ts.isParenthesizedExpression(parent)) parent = parent.parent;
  if (ts.isPropertyAccessExpression(parent)) return [`${module}.${parent.name.text}`];
  if (ts.isVariableDeclaration(parent) && ts.isObjectBindingPattern(parent.name))
    return parent.name.elements.map(
      ({ name, propertyName }) => `${module}.${(propertyName ?? name).getText()}`,
    );
  return [module];
}

/** The names covered by neither the capability's needs nor the essential ones. */
const uncovered = (names: Iterable<string>, capability: string): string[] => {
  const needs = [capability, ...ESSENTIAL].flatMap((name) => NEEDS[name] ?? []);
  return [...names].filter(
    (name) => !needs.some((need) => need === name || need === moduleOf(name) || moduleOf(need) === name),
  );
};

/** `rpc.look('chat.list', 'chats', 'get', …)`, anywhere. */
const CALL = /rpc\s*\.(?:look|act|step)\(\s*'([\w.]+)',\s*'(\w+)',\s*'(\w+)'/g;
const calls = ['acts', 'chats', 'contacts', 'groups', 'media'].flatMap((name) => [
  ...readFileSync(`${ROOM}requests/${name}.ts`, 'utf8').matchAll(CALL),
]);

/** Required on one path through a verb only. The verb works without it on the others. */
const BESIDES: Readonly<Record<string, readonly string[]>> = {
  // WhatsApp is asked about a person whom the page does not know.
  'contacts.get': ['WAWebQueryExistsJob.queryWidExists'],
  'contacts.block': ['WAWebQueryExistsJob.queryWidExists'],
  // WhatsApp is asked about a group whose members are not known yet.
  'chatChanges.remove': ['WAWebGroupQueryJob.queryAndUpdateGroupMetadataById'],
  // The second way of D6.
  'groups.participants': ['WAWebGroupModifyParticipantsJob'],
};

/** The file of a noun: `page/chat-changes.ts` of `chatChanges`. */
const fileOf = (noun: string): string =>
  `page/${noun.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;

t.test('each verb of the page requires what its capability needs', async (t) => {
  t.ok(calls.length > 25, `${calls.length} calls`);
  for (const [, capability = '', noun = '', verb = ''] of calls)
    t.same(
      uncovered(required(fileOf(noun), verb), capability),
      BESIDES[`${noun}.${verb}`] ?? [],
      `${capability}: ${noun}.${verb}`,
    );
});
