/** The OpenAPI document passes a linter: names, parameters, security, examples, references. */
import { createConfig, lintFromString } from '@redocly/openapi-core';
import t from 'tap';
import { GATEWAY_ROUTES } from '../../src/gateway/routes.js';
import { ROUTES } from '../../src/http/routes.js';
import { openApi } from '../../src/openapi/openapi.js';

async function lint(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} (${at?.pointer})`);
}

t.test('a linter finds no problem in the OpenAPI document', async (t) => {
  t.same(await lint(openApi(ROUTES, { version: '1.2.3', of: 'account' })), []);
  t.same(await lint(openApi(GATEWAY_ROUTES, { version: '1.2.3', of: 'gateway' })), []);
});

t.test('the linter finds an undeclared path parameter', async (t) => {
  const document = openApi(ROUTES, { version: '1.2.3', of: 'account' }) as { paths: object };
  const responses = { 200: { description: 'Found.' } };
  const paths = { ...document.paths, '/broken/{id}': { get: { operationId: 'broken', responses } } };
  t.match((await lint({ ...document, paths })).join('\n'), /path-parameters-defined/);
});
