// A model gets only the listed tools, each described well enough to choose the right one.
import t from 'tap';
import { z } from 'zod';
import { TOOLS, WITHHELD } from '../../../src/mcp/exposure.js';
import { makeTool, SEND, toolName, toolsFor } from '../../../src/mcp/tools.js';
import type { MethodRow } from '../../../src/protocol/method.js';
import { METHODS, type MethodName } from '../../../src/protocol/methods/index.js';

const ALL = toolsFor(['+1 555 000 2222']);
const shapeOf = (name: MethodName): object => (METHODS[name].params as z.ZodObject).shape;

t.test('every method and parameter is exposed to models or withheld', (t) => {
  for (const [name, { effect }] of Object.entries(METHODS) as [MethodName, MethodRow][]) {
    const row = TOOLS[name];
    const withheld = WITHHELD[name];
    if (row === undefined) {
      t.ok(
        effect === 'writes' || typeof withheld === 'string',
        `${name} is exposed, or withheld with a reason, in src/mcp/exposure.ts`,
      );
      continue;
    }
    t.ok(effect === 'reads' || name === SEND, `${name} only reads`);
    const reasons = typeof withheld === 'object' ? withheld : {};
    t.same(
      [...Object.keys(row.params), ...Object.keys(reasons)].sort(),
      Object.keys(shapeOf(name)).sort(),
      `${name}: each parameter is exposed, or withheld with a reason, in src/mcp/exposure.ts`,
    );
  }
  t.end();
});

t.test('a parameter that is added to a method is not exposed automatically', (t) => {
  const { params, ...row } = METHODS['chat.list'];
  const later = { ...row, params: params.extend({ anywhere: z.string().optional() }) } as MethodRow;
  const tool = makeTool(later, TOOLS['chat.list'] as never);
  t.notOk(Object.hasOwn(tool.inputSchema.properties as object, 'anywhere'));
  t.equal(tool.inputSchema.additionalProperties, false);
  t.throws(() => tool.read({ anywhere: 'x' }), { message: /anywhere/ });
  t.same(tool.read({}), { limit: 20 }, 'a list without a limit is short');
  t.throws(() => tool.read({ limit: 101 }), { message: /limit/ });
  t.throws(() => tool.read({ deadlineMs: 1 }), { message: /deadlineMs/ });
  t.end();
});

t.test('without permitted recipients there is no tool that writes', (t) => {
  t.ok(toolsFor([]).every(({ annotations }) => annotations.readOnlyHint));
  t.same(
    ALL.filter(({ annotations }) => !annotations.readOnlyHint).map(({ name }) => name),
    [toolName(SEND)],
  );
  t.notOk(ALL.some(({ name }) => /qr|pair|passkey|media|webhook/i.test(name)));
  t.end();
});

t.test('each tool and each parameter has a description', (t) => {
  for (const { name, title, description, inputSchema, outputSchema } of ALL) {
    t.match(description, /^[A-Z].{60,}\.$/s, name);
    t.ok(title.length > 5, `${name}: a title`);
    const properties = Object.entries(inputSchema.properties as Record<string, { description?: string }>);
    for (const [param, schema] of properties) t.match(schema.description, /^.{15,}\.$/s, `${name}: ${param}`);
    t.ok(Object.keys(outputSchema.properties as object).length > 0, `${name}: an output schema`);
    // A tool mentioned in the description of another must exist.
    for (const [mentioned] of description.matchAll(
      /\b(?:session|chat|contact|group|message|events|outbox)_\w+/g,
    ))
      t.ok(
        ALL.some((tool) => tool.name === mentioned),
        `${name} mentions ${mentioned}`,
      );
  }
  t.end();
});
