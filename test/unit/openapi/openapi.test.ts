/**
 * The OpenAPI document is valid and complete: every route with its parameters, answers, errors and events.
 */
import { Validator } from '@seriousme/openapi-schema-validator';
import t from 'tap';
import { ROUTES } from '../../../src/http/routes.js';
import { faultsOf, openApi } from '../../../src/openapi/openapi.js';
import { EVENTS, eventSchemaOf } from '../../../src/protocol/events/index.js';
import { METHODS } from '../../../src/protocol/methods/index.js';

type Operation = Record<string, never> & {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: unknown; example?: unknown }> }>;
  requestBody?: { content: Record<string, { schema: { properties: object } }> };
  parameters?: { name: string; in: string; required: boolean }[];
};
const document = openApi(ROUTES, { version: '1.2.3', of: 'account' }) as {
  paths: Record<string, Record<string, Operation>>;
};

t.test('the document is OpenAPI 3.1', async (t) => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  t.ok(valid, JSON.stringify(errors)?.slice(0, 2_000));
});

t.test('the document has every route with its body, its answers and its errors', async (t) => {
  for (const route of ROUTES) {
    const operation = document.paths[route.path]?.[route.verb.toLowerCase()];
    if (operation === undefined) {
      t.fail(`${route.verb} ${route.path} is missing`);
      continue;
    }
    t.ok(operation.responses[route.success], route.path);
    for (const status of faultsOf(route).keys()) t.ok(operation.responses[status], `${route.path} ${status}`);
    if (route.file === 'request') {
      t.same(Object.keys(operation.requestBody?.content ?? {}), [
        'application/octet-stream',
        'multipart/form-data',
      ]);
      t.same(
        operation.parameters?.map(({ name }) => name),
        ['name'],
      );
    } else if (route.verb === 'POST' && route.asks !== null) {
      const { properties } = Object.values(operation.requestBody?.content ?? {})[0]?.schema ?? {};
      const { shape } = METHODS[route.asks].params as unknown as { shape: object };
      t.same(
        Object.keys(properties ?? {}).sort(),
        [...Object.keys(shape), 'deadlineMs', 'account'].sort(),
        route.path,
      );
    }
  }
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  t.equal(new Set(ids).size, ids.length, 'no name occurs twice');
});

t.test('names in a path are path parameters, and lists are written with commas', async (t) => {
  t.match(document.paths['/api/whatsapp/messages/{id}']?.get?.parameters, [
    { name: 'id', in: 'path', required: true, description: /^A message: / },
  ]);
  t.match(document.paths['/api/whatsapp/events']?.get?.parameters, [
    { name: 'after', in: 'query', required: false },
    { name: 'types', style: 'form', explode: false },
    { name: 'consumer' },
    { name: 'from' },
  ]);
});

t.test('events have schemas, to which the stream and the webhooks refer', async (t) => {
  const { components, webhooks } = document as unknown as {
    components: { schemas: Record<string, Record<string, unknown>> };
    webhooks: Record<string, { post: Operation }>;
  };
  t.match(components.schemas.Event, {
    discriminator: {
      propertyName: 'type',
      mapping: { 'message.ack': '#/components/schemas/MessageAckEvent' },
    },
  });
  const { mapping } = (components.schemas.Event?.discriminator ?? {}) as { mapping?: object };
  t.same(Object.keys(mapping ?? {}), Object.keys(EVENTS));
  const Event = { $ref: '#/components/schemas/Event' };
  const stream = document.paths['/api/whatsapp/events']?.get?.responses[200]?.content?.['text/event-stream'];
  t.match(stream?.schema, { 'x-itemSchema': { properties: { data: { contentSchema: Event } } } });
  const body = webhooks.event?.post.requestBody?.content['application/json'];
  t.match(body?.schema, Event);
  t.ok(
    eventSchemaOf(EVENTS.message).safeParse((body as { example?: unknown } | undefined)?.example).success,
    'the example is an event',
  );
});
