// The OpenRPC document follows the rules of OpenRPC 1.3.2 that client generators rely on.
import t from 'tap';
import { openRpc } from '../../../../src/daemon/api/openrpc.js';
import { EVENTS } from '../../../../src/protocol/events/index.js';
import { METHODS } from '../../../../src/protocol/methods/index.js';
import { SOCKET_LIMITS } from '../../../../src/socket/server.js';

type Json = Record<string, unknown>;
const document = openRpc(METHODS, '1.2.3');

/** Follows a reference; returns any other value unchanged. @throws if the target does not exist */
function resolved(value: Json): Json {
  if (typeof value.$ref !== 'string') return value;
  const [, ...path] = value.$ref.split('/');
  const found = path.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document);
  if (found === undefined) throw new Error(`${value.$ref} leads nowhere`);
  return found as Json;
}

const methods = (document.methods as unknown as Json[]).map((method) => ({
  ...method,
  params: (method.params as Json[]).map(resolved),
  errors: (method.errors as Json[]).map(resolved),
})) as unknown as {
  name: string;
  params: { name: string; description: string; required: boolean; schema: Json }[];
  result: { name: string; schema: Json };
  errors: { code: number; message: string; data: { kind: string } }[];
  examples: {
    name: string;
    params: { name: string; value: unknown }[];
    result: { name: string; value: unknown };
  }[];
  [more: string]: unknown;
}[];

t.test('the document is JSON and has one entry for each method of the table', async (t) => {
  t.same(JSON.parse(JSON.stringify(document)), document);
  t.match(document, { openrpc: '1.3.2', info: { title: 'wad', version: '1.2.3' } });
  t.same(
    methods.map(({ name }) => name),
    Object.keys(METHODS),
  );
  // Also the longest message of a NATS server with its default settings, which carries it in a fleet.
  t.ok(
    Buffer.byteLength(JSON.stringify(document)) < SOCKET_LIMITS.maxLineBytes,
    'it fits into one line of the socket',
  );
});

t.test('the document has only members that OpenRPC defines', async (t) => {
  const allowed = {
    document: ['openrpc', 'info', 'servers', 'methods', 'components', 'externalDocs'],
    method: [
      'name',
      'tags',
      'summary',
      'description',
      'externalDocs',
      'params',
      'result',
      'deprecated',
      'servers',
      'errors',
      'links',
      'paramStructure',
      'examples',
    ],
    descriptor: ['name', 'summary', 'description', 'required', 'schema', 'deprecated'],
    error: ['code', 'message', 'data'],
    pairing: ['name', 'description', 'summary', 'params', 'result'],
    example: ['name', 'summary', 'description', 'value', 'externalValue'],
  };
  const only = (value: object, kind: keyof typeof allowed, where: string) => {
    const strange = Object.keys(value).filter((key) => !allowed[kind].includes(key) && !key.startsWith('x-'));
    t.same(strange, [], where);
  };
  only(document, 'document', 'document');
  for (const method of methods) {
    only(method, 'method', method.name);
    t.equal(method.paramStructure, 'by-name');
    t.match(method['x-effect'], /^(reads|writes)$/);
    t.match(method['x-since'], /^\d+\.\d+\.\d+$/);
    for (const descriptor of [...method.params, method.result]) only(descriptor, 'descriptor', method.name);
    for (const error of method.errors) {
      only(error, 'error', method.name);
      t.ok(Number.isInteger(error.code) && error.code !== 0);
    }
    for (const pairing of method.examples) {
      only(pairing, 'pairing', method.name);
      for (const example of [...pairing.params, pairing.result]) only(example, 'example', method.name);
    }
  }
});

t.test(
  'names are unique, examples use them, and every method has a deadline and an account parameter',
  async (t) => {
    for (const { name, params, errors, examples } of methods) {
      const names = params.map((param) => param.name);
      t.equal(new Set(names).size, names.length, name);
      t.same(names.slice(-2), ['deadlineMs', 'account']);
      t.equal(new Set(errors.map(({ code }) => code)).size, errors.length, `${name}: codes`);
      for (const example of examples) {
        for (const given of example.params) t.ok(names.includes(given.name), `${name}: ${given.name}`);
        const given = new Set(example.params.map((param) => param.name));
        for (const param of params)
          if (param.required) t.ok(given.has(param.name), `${name} needs ${param.name}`);
      }
    }
  },
);

t.test('every reference resolves, every component is referenced, and each result is an object', async (t) => {
  const refs = [...JSON.stringify(document).matchAll(/"(#\/components\/[^"]+)"/g)].map(([, ref = '']) => ref);
  for (const $ref of new Set(refs)) t.ok(resolved({ $ref }), $ref);
  const { schemas, errors, contentDescriptors } = document.components as Record<string, Json>;
  const names = Object.entries({ schemas, errors, contentDescriptors }).flatMap(([kind, all]) =>
    Object.keys(all ?? {}).map((name) => `#/components/${kind}/${name}`),
  );
  t.same(
    names.filter((name) => !refs.includes(name)),
    [],
  );
  t.notMatch(JSON.stringify(document), /"\$(schema|defs|id)"|"definitions"/);
  for (const { name, result } of methods) t.equal(resolved(result.schema).type, 'object', name);
});

t.test('each event has a schema, and results with events refer to them', async (t) => {
  const { schemas } = document.components;
  const Event = { $ref: '#/components/schemas/Event' };
  const one = schemas.Event as { oneOf: Json[]; discriminator: { mapping: Record<string, string> } };
  t.same(Object.keys(one.discriminator.mapping), Object.keys(EVENTS));
  t.same(
    one.oneOf,
    Object.values(one.discriminator.mapping).map(($ref) => ({ $ref })),
  );
  for (const [type, $ref] of Object.entries(one.discriminator.mapping)) {
    const { properties } = resolved({ $ref }) as { properties: Record<string, Json> };
    t.match(properties.type, { const: type });
    t.match(JSON.stringify(properties.data), /"properties"|"oneOf"|schemas\/Message"/, type);
  }
  t.match(schemas.MessageAckEvent, { properties: { data: { properties: { ack: { type: 'integer' } } } } });
  const list = methods.find(({ name }) => name === 'events.list');
  t.match(list?.result.schema, { properties: { events: { type: 'array', items: Event } } });
  t.match(document['x-notifications'], [{ name: 'event', params: Event }]);
});

t.test('a reference has no sibling members, because draft 7 ignores them', async (t) => {
  const alone = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value) t.same(Object.keys(value), ['$ref']);
    Object.values(value).forEach(alone);
  };
  alone(document);
  t.match(document.components.schemas.MessageEvent, {
    properties: { data: { allOf: [{ $ref: '#/components/schemas/Message' }], description: /./ } },
  });
});

t.test('parameters keep their bounds and descriptions', async (t) => {
  for (const { name, params } of methods)
    for (const param of params) t.match(param.description, /^\S.*\.$/, `${name}: ${param.name}`);
  const list = methods.find(({ name }) => name === 'events.list');
  t.match(
    list?.params.map(({ name, required }) => [name, required]),
    [
      ['after', false],
      ['limit', false],
      ['types', false],
      ['consumer', false],
      ['from', false],
      ['deadlineMs', false],
    ],
  );
  t.match(list?.params[1]?.schema, { type: 'integer', minimum: 1, maximum: 1000 });
});
