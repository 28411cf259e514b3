// Builds the tools of the Model Context Protocol from the table of methods and the table of exposed parameters.
import { z } from 'zod';
import { Fault } from '../protocol/fault.js';
import type { MethodRow } from '../protocol/method.js';
import { METHODS, type MethodName } from '../protocol/methods/index.js';
import { type Exposed, TOOLS, type ToolRow } from './exposure.js';

export const SEND: MethodName = 'message.send';

type Json = Record<string, unknown>;
type ObjectSchema = Json & { readonly type: 'object' };

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly method: MethodRow;
  readonly description: string;
  readonly inputSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  /** Validates arguments and fills in defaults. @throws Fault invalid_params, also for a parameter that is not exposed */
  read(given: unknown): Json;
}

/** The name of a tool must not contain a dot. */
export const toolName = (method: string): string => method.replace('.', '_');

/** @param recipients the allowed ones; when empty, there is no tool for sending */
export const toolsFor = (recipients: readonly string[]): Tool[] =>
  (Object.entries(TOOLS) as [MethodName, ToolRow][])
    .filter(([name]) => name !== SEND || recipients.length > 0)
    .map(([name, row]) =>
      makeTool(
        METHODS[name],
        name === SEND ? { ...row, does: `${row.does} Allowed recipients: ${recipients.join(', ')}.` } : row,
      ),
    );

/** One method as a tool, with only the parameters in the row. */
export function makeTool(method: MethodRow, { title, does, params }: ToolRow): Tool {
  const { shape } = method.params as z.ZodObject;
  const names = Object.keys(params).filter((name) => shape[name] !== undefined);
  const input = z.strictObject(
    Object.fromEntries(
      names.map((name) => [name, exposed(shape[name] as z.ZodType, params[name] as Exposed)]),
    ),
  );
  const reads = method.effect === 'reads';
  return {
    name: toolName(method.name),
    title,
    method,
    description: does,
    inputSchema: jsonSchema(input),
    outputSchema: open(jsonSchema(method.result)) as ObjectSchema,
    annotations: {
      title,
      readOnlyHint: reads,
      destructiveHint: false,
      idempotentHint: reads,
      openWorldHint: method.name === SEND,
    },
    read(given) {
      const { success, data, error } = input.safeParse(given);
      if (success) return data;
      const reason = error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
      throw new Fault('invalid_params', { reason, hint: null, more: { tool: toolName(method.name) } });
    },
  };
}

function exposed(schema: z.ZodType, { says, required, max, fallback }: Exposed): z.ZodType {
  const optional = schema instanceof z.ZodOptional;
  const inner = optional ? (schema.unwrap() as z.ZodType) : schema;
  const bounded = max === undefined ? inner : (inner as z.ZodNumber).max(max);
  if (fallback !== undefined) return (bounded as z.ZodNumber).default(fallback).describe(says);
  return (optional && !required ? bounded.optional() : bounded).describe(says);
}

function jsonSchema(schema: z.ZodType): ObjectSchema {
  const { $schema: _, ...bare } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Json;
  return { ...bare, type: 'object' };
}

/** Allows additional fields in results, because a newer daemon may add some. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, value]) => !(name === 'additionalProperties' && value === false))
      .map(([name, value]) => [name, open(value)]),
  );
}
