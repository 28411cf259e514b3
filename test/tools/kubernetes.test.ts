/**
 * The Kubernetes manifest compiles against the types of the API.
 * An unknown, missing or wrongly typed field is an error.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@redocly/openapi-core';
import t from 'tap';
import ts from 'typescript';

const MANIFEST = new URL('../../../packaging/container/kubernetes.yaml', import.meta.url);
/** The file does not exist. Its path determines where the types are found. */
const NAME = fileURLToPath(new URL('../../../test/tools/manifest.ts', import.meta.url));

function errorsOf(manifest: unknown): string[] {
  const text = `import type { StatefulSet } from 'kubernetes-types/apps/v1';
    export const manifest: StatefulSet = ${JSON.stringify(manifest)};`;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...how) =>
    name === NAME ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : read(name, ...how);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([NAME], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const text = readFileSync(MANIFEST, 'utf8');

t.test('every field of the manifest exists in Kubernetes, and its value has the right type', async (t) => {
  t.same(errorsOf(parseYaml(text)), []);
});

for (const [what, from, to] of [
  ['unknown', 'mountPath:', 'mountPoint:'],
  ['misplaced', 'terminationGracePeriodSeconds:', 'terminationGraceSeconds:'],
  ['of another type', 'replicas: 1', 'replicas: one'],
] as const)
  t.test(`a field that is ${what} is found`, async (t) => {
    t.ok(text.includes(from));
    t.not(errorsOf(parseYaml(text.replace(from, to))).length, 0);
  });
