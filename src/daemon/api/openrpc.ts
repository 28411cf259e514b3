// The OpenRPC 1.3.2 document, generated from the table of methods and the table of faults. Pure.
import { z } from 'zod';
import { type FaultKind, faultRow } from '../../protocol/fault-table.js';
import { account, deadlineMs, type MethodRow } from '../../protocol/method.js';
import { COMMON_FAULTS } from './dispatch.js';

type Json = Record<string, unknown>;

type MethodObject = Json & { name: string };

export interface OpenRpc extends Json {
  openrpc: '1.3.2';
  info: Json & { title: string; version: string };
  methods: MethodObject[];
}

/** @param version of the program: the methods have their own in `x-since` */
export function openRpc(methods: Readonly<Record<string, MethodRow>>, version: string): OpenRpc {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'wad',
      version,
      description: 'JSON-RPC 2.0, one object a line, over the Unix socket of one WhatsApp account.',
    },
    methods: Object.values(methods).map(methodObject),
  };
}

function methodObject(row: MethodRow): MethodObject {
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
      ...Object.entries(properties).map(([name, schema]) => ({
        name,
        required: required.includes(name),
        schema,
      })),
      {
        name: 'deadlineMs',
        summary: 'When it has passed, the answer is deadline_exceeded. Any method takes it.',
        required: false,
        schema: schemaOf(deadlineMs),
      },
      {
        name: 'account',
        summary:
          'A daemon of another account refuses with wrong_account and does nothing. Any method takes it.',
        required: false,
        schema: schemaOf(account),
      },
    ],
    result: { name: 'result', schema: schemaOf(row.result) },
    errors: [...row.faults, ...COMMON_FAULTS].map(errorObject),
    examples: [
      {
        name: 'example',
        params: Object.entries(row.example.params as Json).map(([name, value]) => ({ name, value })),
        result: { name: 'result', value: row.example.result },
      },
    ],
    'x-effect': row.effect,
    'x-since': row.since,
  };
}

function errorObject(kind: FaultKind): Json {
  const { code, says, retry, remedy } = faultRow(kind);
  return { code, message: says, data: { kind, retry, hint: remedy } };
}

/**
 * OpenRPC 1.3 means JSON Schema draft 7. `input` is what crosses the wire in both directions: a handler's result is
 * checked as it is, before zod has made anything of it.
 */
export function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...bare } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Json;
  return bare;
}
