// The OpenRPC 1.3.2 document, generated from the table of methods and the table of faults. Pure.

import { COMMON_FAULTS } from '../../dispatch/dispatch.js';
import { type Components, componentsFor, type Json } from '../../openapi/components.js';
import { type FaultKind, faultRow } from '../../protocol/fault-table.js';
import { account, deadlineMs, type MethodRow } from '../../protocol/method.js';

type MethodObject = Json & { name: string };

export interface OpenRpc extends Json {
  openrpc: '1.3.2';
  info: Json & { title: string; version: string };
  methods: MethodObject[];
  components: Json & { schemas: Components['schemas'] };
}

/** @param version of the program; the methods have their own in `x-since` */
export function openRpc(methods: Readonly<Record<string, MethodRow>>, version: string): OpenRpc {
  const rows = Object.values(methods);
  const components = componentsFor('draft-7');
  const { schemas, schemaOf } = components;
  const faults = new Set(rows.flatMap(({ faults }) => [...faults, ...COMMON_FAULTS]));
  return {
    openrpc: '1.3.2',
    info: {
      title: 'wad',
      version,
      description: 'JSON-RPC 2.0, one object a line, over the Unix socket of one WhatsApp account.',
    },
    methods: rows.map((row) => methodObject(row, components)),
    'x-notifications': [
      {
        name: 'event',
        summary: 'Sent after events.subscribe, one for each event. OpenRPC cannot describe notifications.',
        params: { $ref: '#/components/schemas/Event' },
      },
    ],
    components: {
      schemas,
      errors: Object.fromEntries([...faults].map((kind) => [kind, errorObject(kind)])),
      contentDescriptors: {
        deadlineMs: anyParameter('deadlineMs', schemaOf(deadlineMs)),
        account: anyParameter('account', schemaOf(account)),
      },
    },
  };
}

/** A parameter that every method takes. */
const anyParameter = (name: string, { description, ...schema }: Json): Json => ({
  name,
  description,
  required: false,
  schema,
});

function methodObject(row: MethodRow, { schemaOf, answerOf }: Components): MethodObject {
  const { properties = {}, required = [] } = schemaOf(row.params) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return {
    name: row.name,
    summary: row.does,
    tags: [{ name: row.name.split('.')[0] }],
    paramStructure: 'by-name',
    params: [
      ...Object.entries(properties).map(([name, { description, ...schema }]) => ({
        name,
        description,
        required: required.includes(name),
        schema,
      })),
      { $ref: '#/components/contentDescriptors/deadlineMs' },
      { $ref: '#/components/contentDescriptors/account' },
    ],
    result: { name: 'result', schema: answerOf(row.result) },
    errors: [...row.faults, ...COMMON_FAULTS].map((kind) => ({ $ref: `#/components/errors/${kind}` })),
    examples: [
      {
        name: 'example',
        params: Object.entries(row.example.params as Json).map(([name, value]) => ({ name, value })),
        result: { name: 'result', value: row.example.result },
      },
    ],
    'x-effect': row.effect,
    'x-scope': row.scope,
    'x-since': row.since,
  };
}

function errorObject(kind: FaultKind): Json {
  const { code, says, retry, remedy } = faultRow(kind);
  return { code, message: says, data: { kind, retry, hint: remedy } };
}
