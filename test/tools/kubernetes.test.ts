/**
 * Each Kubernetes manifest compiles against the types of the API.
 * An unknown, missing or wrongly typed field is an error.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@redocly/openapi-core';
import t from 'tap';
import ts from 'typescript';
import { ROWS } from '../../src/config/keys.js';

const manifest = (name: string): string =>
  readFileSync(new URL(`../../../packaging/container/${name}.yaml`, import.meta.url), 'utf8');
/** The file does not exist. Its path determines where the types are found. */
const NAME = fileURLToPath(new URL('../../../test/tools/manifest.ts', import.meta.url));

function errorsOf(manifest: unknown, kind: 'StatefulSet' | 'Deployment' = 'StatefulSet'): string[] {
  const text = `import type { ${kind} } from 'kubernetes-types/apps/v1';
    export const manifest: ${kind} = ${JSON.stringify(manifest)};`;
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

const text = manifest('kubernetes');

t.test('every field of the manifest exists in Kubernetes, and its value has the right type', async (t) => {
  t.same(errorsOf(parseYaml(text)), []);
});

t.test('the same for the fleet, and its variables are keys of the configuration', async (t) => {
  const fleet = parseYaml(manifest('kubernetes-fleet')) as {
    spec: { template: { spec: { containers: { env: { name: string }[] }[] } } };
  };
  t.same(errorsOf(fleet, 'Deployment'), []);
  const names = fleet.spec.template.spec.containers.flatMap(({ env }) => env.map(({ name }) => name));
  t.ok(names.length >= 6);
  t.same(
    names.filter((name) => !ROWS.some((row) => row.env === name)),
    [],
  );
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
