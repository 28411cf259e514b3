// Finds the modules of WhatsApp Web that a source requires, and the members that it uses.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** The names under which sources call the page's require. */
const REQUIRE: ReadonlySet<string> = new Set(['require', 'module', 'native', 'ask']);
const MODULE = /^(WA[A-Z]?[a-z]\w+|Bootloader)$/;

/** A use of one member, either of one module or of one among several that are spread into one object. */
export interface Use {
  readonly modules: readonly string[];
  /** null: the module itself, called, constructed or used as a whole. A RegExp: a computed name. */
  readonly member: string | RegExp | null;
  readonly file: string;
}

export function usesIn(folder: string, ending: '.ts' | '.js'): Use[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith(ending),
  );
  const sources = files.map((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  });
  // The library keeps some modules in its own object: `AuthStore.Conn = require('…').Conn`.
  const kept = new Map<string, string[]>();
  const uses = sources.flatMap((source) => usesOf(source, kept));
  for (const source of sources) visit(source, (node) => void uses.push(...keptUse(node, kept, source)));
  return uses;
}

/** `Module.member`, or the module alone if no member is named. */
export const keyOf = (module: string, member: string | null): string =>
  member === null ? module : `${module}.${member}`;

function visit(node: ts.Node, act: (node: ts.Node) => void): void {
  act(node);
  ts.forEachChild(node, (child) => visit(child, act));
}

function usesOf(source: ts.SourceFile, kept: Map<string, string[]>): Use[] {
  const uses: Use[] = [];
  visit(source, (node) => {
    const module = moduleOf(node);
    if (module === null) {
      const injected = injectedInto(node);
      if (injected) uses.push({ modules: [injected[0]], member: injected[1], file: source.fileName });
      return;
    }
    const whole = outermost(node);
    const place = keptAs(whole);
    if (place !== null) kept.set(place, [...(kept.get(place) ?? []), module]);
    else
      for (const member of membersAt(whole)) uses.push({ modules: [module], member, file: source.fileName });
  });
  return uses;
}

/** The name of the module that this call requires. */
function moduleOf(node: ts.Node): string | null {
  if (!ts.isCallExpression(node) || node.arguments.length !== 1) return null;
  const [name] = node.arguments;
  const called = nameOf(node.expression);
  return name && ts.isStringLiteral(name) && MODULE.test(name.text) && REQUIRE.has(called) ? name.text : null;
}

function nameOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  // `(own ?? window.require)('Module')`
  return ts.isParenthesizedExpression(callee) && callee.getText().endsWith('.require)') ? 'require' : '';
}

/** `injectToFunction({ module, function })`: the library wraps a function of the page. */
function injectedInto(node: ts.Node): [string, string] | null {
  if (!ts.isObjectLiteralExpression(node) || node.properties.length !== 2) return null;
  const [module, name] = node.properties.map((one) =>
    ts.isPropertyAssignment(one) && ts.isStringLiteral(one.initializer)
      ? [one.name.getText(), one.initializer.text]
      : [],
  );
  return module?.[0] === 'module' && name?.[0] === 'function' && module[1] && name[1]
    ? [module[1], name[1].split('.', 1)[0] ?? name[1]]
    : null;
}

/** The whole expression for the module, including casts, parentheses and fallbacks. */
function outermost(node: ts.Node): ts.Node {
  for (let whole = node; ; whole = whole.parent) {
    const { parent } = whole;
    const isSame =
      ts.isAsExpression(parent) ||
      ts.isParenthesizedExpression(parent) ||
      ts.isNonNullExpression(parent) ||
      ts.isAwaitExpression(parent) ||
      (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken);
    if (!isSame) return whole;
  }
}

/** `AuthStore.X` if a module is assigned there, directly or spread into an object. */
function keptAs(whole: ts.Node): string | null {
  const { parent } = whole;
  const assigned = ts.isSpreadAssignment(parent) ? parent.parent.parent : parent;
  return ts.isBinaryExpression(assigned) && assigned.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? (/AuthStore\.\w+$/.exec(assigned.left.getText())?.[0] ?? null)
    : null;
}

/** A use of a member of a kept module. */
function keptUse(node: ts.Node, kept: ReadonlyMap<string, string[]>, source: ts.SourceFile): Use[] {
  if (!ts.isPropertyAccessExpression(node)) return [];
  const modules = kept.get(/AuthStore\.\w+$/.exec(node.expression.getText())?.[0] ?? '');
  return modules ? [{ modules, member: node.name.text, file: source.fileName }] : [];
}

function membersAt(whole: ts.Node): (string | RegExp | null)[] {
  const { parent } = whole;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === whole) return [parent.name.text];
  if (ts.isElementAccessExpression(parent) && parent.expression === whole)
    return named(parent.argumentExpression);
  if (ts.isVariableDeclaration(parent) && parent.initializer === whole)
    return ts.isObjectBindingPattern(parent.name)
      ? parent.name.elements.map((one) => (one.propertyName ?? one.name).getText())
      : readOf(parent, parent.name.getText());
  // `const models = () => require('Module')`, and `attempt(() => require('Module'))`
  if (ts.isArrowFunction(parent)) {
    if (ts.isVariableDeclaration(parent.parent)) return readOf(parent.parent, parent.parent.name.getText());
    if (ts.isCallExpression(parent.parent)) return membersAt(outermost(parent.parent));
  }
  return [null];
}

/** The string literals that an index may be, or a pattern for a computed name. */
function named(index: ts.Expression): (string | RegExp | null)[] {
  const found: (string | RegExp)[] = [];
  visit(index, (node) => {
    if (ts.isStringLiteral(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      const tail = node.templateSpans.map(({ literal }) => literal.text).join('\\w+');
      found.push(new RegExp(`^${node.head.text}\\w+${tail}$`));
    }
  });
  return found;
}

/** The members read from a variable that holds a module, within the block that declares it. */
function readOf(declared: ts.Node, name: string): (string | RegExp | null)[] {
  let scope = declared.parent;
  while (!ts.isBlock(scope) && !ts.isSourceFile(scope)) scope = scope.parent;
  const found = new Set<string | RegExp | null>();
  visit(scope, (node) => {
    if (!ts.isIdentifier(node) || node.text !== name) return;
    const { parent } = node;
    if (ts.isNewExpression(parent) && parent.expression === node) found.add(null);
    const value = outermost(ts.isCallExpression(parent) && parent.expression === node ? parent : node);
    const use = value.parent;
    if (ts.isPropertyAccessExpression(use) && use.expression === value) found.add(use.name.text);
    if (ts.isElementAccessExpression(use) && use.expression === value)
      for (const member of named(use.argumentExpression)) found.add(member);
    if (ts.isVariableDeclaration(use) && use.initializer === value && ts.isObjectBindingPattern(use.name))
      for (const one of use.name.elements) found.add((one.propertyName ?? one.name).getText());
  });
  return [...found];
}
