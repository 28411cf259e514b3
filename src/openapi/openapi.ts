// The OpenAPI 3.1 document, generated from the table of routes and the tables it uses. Pure.

import { COMMON_FAULTS } from '../dispatch/dispatch.js';
import type { RouteRow } from '../http/route.js';
import { type FaultKind, faultRow } from '../protocol/fault-table.js';
import { account, deadlineMs, type MethodRow } from '../protocol/method.js';
import { METHODS } from '../protocol/methods/index.js';
import { type Components, componentsFor, type Json } from './components.js';
import { eventWebhooks } from './webhooks.js';

/** Faults that the HTTP server itself may return for any request. */
export const DOOR_FAULTS = [
  'foreign_host',
  'foreign_origin',
  'unauthorized',
] as const satisfies readonly FaultKind[];
const BODY_FAULTS = [
  'body_too_large',
  'body_too_slow',
  'unsupported_body',
] as const satisfies readonly FaultKind[];

/** Faults of the gateway, which knows callers and accounts, on every route that requires a token. */
const GATEWAY_FAULTS = [
  'not_permitted',
  'rate_limited',
  'no_such_account',
] as const satisfies readonly FaultKind[];

/** What the document describes. */
export interface Described {
  /** Of the program. */
  readonly version: string;
  readonly of: 'account' | 'gateway';
}

const INFO = {
  account: {
    title: 'wad',
    description: 'One WhatsApp account over HTTP, on this machine.',
    url: 'http://127.0.0.1:3001',
  },
  gateway: {
    title: 'wad-gateway',
    description: 'Every WhatsApp account of a machine over HTTP.',
    url: 'http://127.0.0.1:3080',
  },
} as const;

/** Every fault that a route may answer with, by HTTP status. */
export function faultsOf(
  { asks, open, verb, file }: RouteRow,
  of: Described['of'] = 'account',
): ReadonlyMap<number, readonly FaultKind[]> {
  const own: readonly FaultKind[] =
    asks === null ? ['internal'] : [...METHODS[asks].faults, ...COMMON_FAULTS];
  const kinds = [
    ...own,
    ...DOOR_FAULTS.filter((kind) => !open || kind !== 'unauthorized'),
    ...(of === 'gateway' && !open ? GATEWAY_FAULTS : []),
    ...(verb === 'GET' ? [] : BODY_FAULTS),
    ...(file === 'request' ? (['parse_error'] as const) : []),
  ];
  const byStatus = new Map<number, FaultKind[]>();
  for (const kind of new Set(kinds)) {
    const { http } = faultRow(kind);
    byStatus.set(http, [...(byStatus.get(http) ?? []), kind]);
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b));
}

export function openApi(routes: readonly RouteRow[], { version, of: which }: Described): Json {
  const { schemas, ...of } = componentsFor('draft-2020-12');
  const errors = errorResponses(which);
  const { title, description, url } = INFO[which];
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    (paths[route.path] as Json)[route.verb.toLowerCase()] = operation(route, of, errors.refsOf(route));
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url }],
    security: [{ token: [] }],
    paths,
    webhooks: eventWebhooks(),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      responses: errors.responses,
      schemas: { ...schemas, Error: ERROR },
    },
  };
}

/** The error answers of all routes, each once: `Error409`, then `Error409_2` with other kinds of fault. */
function errorResponses(which: Described['of']) {
  const responses: Record<string, Json> = {};
  const names = new Map<string, string>();
  const nameOf = (status: number, kinds: readonly FaultKind[]): string => {
    const key = kinds.join(' ');
    const known = names.get(key);
    if (known !== undefined) return known;
    const first = `Error${status}`;
    let name = first;
    for (let n = 2; responses[name] !== undefined; n += 1) name = `${first}_${n}`;
    names.set(key, name);
    responses[name] = {
      description: kinds.map((kind) => `${kind}: ${faultRow(kind).says}`).join(' '),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    };
    return name;
  };
  const refsOf = (route: RouteRow): Json =>
    Object.fromEntries(
      [...faultsOf(route, which)].map(([status, kinds]) => [
        status,
        { $ref: `#/components/responses/${nameOf(status, kinds)}` },
      ]),
    );
  return { responses, refsOf };
}

type Schemas = Omit<Components, 'schemas'>;

const STRING: Json = { type: 'string' };
/** Parts of a path that are no parameters of a method. */
const UNNAMED: Readonly<Record<string, Json>> = {
  account: { ...STRING, description: 'The name of the account.' },
};

function operation(route: RouteRow, { schemaOf, answerOf }: Schemas, errors: Json): Json {
  const { asks, does, file, open, path, query, success, verb } = route;
  const row: MethodRow | null = asks === null ? null : METHODS[asks];
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const params = row === null ? {} : (schemaOf(row.params) as { properties?: Record<string, Json> });
  const { properties = {} } = params;
  const parameters: readonly (readonly [name: string, schema: Json])[] = [
    // Of the gateway, the account is no parameter of the method.
    ...names.filter((name) => !(name in properties)).map((name) => [name, UNNAMED[name] ?? STRING] as const),
    ...Object.entries(properties).filter(([name]) => isInUrl(route, name)),
    ...Object.entries(query ?? {}).map(([name, says]) => [name, { ...STRING, description: says }] as const),
  ];
  return {
    operationId: `${verb.toLowerCase()}${path.replace(/[^\w]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    summary: does,
    ...(open && { security: [] }),
    ...(parameters.length > 0 && {
      parameters: parameters.map(([name, { description, ...schema }]) => ({
        name,
        in: names.includes(name) ? 'path' : 'query',
        required: names.includes(name),
        description,
        schema,
        ...(schema.type === 'array' && { style: 'form', explode: false }),
      })),
    }),
    ...(verb !== 'GET' && row !== null && { requestBody: file ? FILE_BODY : bodyOf(row, schemaOf) }),
    responses: {
      [success]: { description: 'Done.', ...contentOf(route, row, answerOf) },
      ...(file === 'answer' && RANGES),
      ...errors,
    },
  };
}

/** A route with a file takes of the method's parameters only those that are not about its pieces. */
const isInUrl = ({ file, path, verb }: RouteRow, name: string): boolean => {
  if (path.includes(`{${name}}`)) return true;
  return file === undefined ? verb === 'GET' : name === 'name';
};

function bodyOf({ params, example }: MethodRow, schemaOf: Schemas['schemaOf']): Json {
  const {
    properties = {},
    required = [],
    ...rest
  } = schemaOf(params) as {
    properties?: Json;
    required?: string[];
  };
  const common = { deadlineMs: schemaOf(deadlineMs), account: schemaOf(account) };
  const schema = { ...rest, properties: { ...properties, ...common }, required };
  return {
    required: required.length > 0,
    content: { 'application/json': { schema, example: example.params } },
  };
}

function contentOf({ path, file }: RouteRow, row: MethodRow | null, answerOf: Schemas['answerOf']): Json {
  if (file === 'answer') return { content: { '*/*': { schema: BYTES } } };
  if (file === 'request') {
    const { result, example } = METHODS['media.fetch'];
    return { content: { 'application/json': { schema: answerOf(result), example: example.result } } };
  }
  if (path.endsWith('/events')) return { content: { 'text/event-stream': { schema: STREAM } } };
  if (path.endsWith('/qr')) {
    const picture = { schema: { type: 'string' } };
    const qr = { 'application/json': { schema: QR } };
    return { content: { ...qr, 'image/png': picture, 'image/svg+xml': picture } };
  }
  const schema = row === null ? {} : answerOf(row.result);
  return { content: { 'application/json': { schema, ...(row && { example: row.example.result }) } } };
}

const BYTES: Json = { type: 'string', format: 'binary' };

const FILE_BODY: Json = {
  description: 'The bytes of the file, or a form with the file and nothing else.',
  required: true,
  content: {
    'application/octet-stream': { schema: BYTES },
    'multipart/form-data': {
      schema: { type: 'object', properties: { file: BYTES }, required: ['file'] },
    },
  },
};

const RANGES: Json = {
  206: {
    description: 'The range of the file that the header Range names.',
    content: { '*/*': { schema: BYTES } },
  },
  416: {
    description: 'The file has no such range.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  },
};

/**
 * OpenAPI 3.1 cannot describe the items of a stream. `itemSchema` is from 3.2; each item is
 * an object of these fields.
 */
const STREAM: Json = {
  type: 'string',
  description:
    'Server-sent events. Of each, `id` is the cursor, `event` the type, and `data` the event as JSON, which follows the schema Event.',
  'x-itemSchema': {
    type: 'object',
    properties: {
      id: { type: 'string' },
      event: { type: 'string' },
      data: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: { $ref: '#/components/schemas/Event' },
      },
    },
    required: ['id', 'event', 'data'],
  },
};

const text = { type: 'string' };
const QR: Json = {
  type: 'object',
  properties: { qr: text, dataUrl: text, expiresAt: text, status: text, timestamp: text },
  required: ['qr', 'dataUrl', 'expiresAt', 'status', 'timestamp'],
};

/** The HTTP form of a fault. `error` is what the socket would have answered. */
const ERROR: Json = {
  type: 'object',
  properties: {
    success: { const: false },
    message: text,
    reason: text,
    hint: { type: ['string', 'null'] },
    timestamp: text,
    error: {
      type: 'object',
      properties: {
        code: { type: 'integer' },
        message: text,
        data: {
          type: 'object',
          properties: {
            kind: text,
            reason: text,
            hint: { type: ['string', 'null'] },
            retryable: { type: 'boolean' },
            outcome: { enum: ['none', 'unknown'] },
          },
          required: ['kind', 'reason', 'hint', 'retryable', 'outcome'],
        },
      },
      required: ['code', 'message', 'data'],
    },
  },
  required: ['success', 'message', 'reason', 'hint', 'timestamp', 'error'],
};
