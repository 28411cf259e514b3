// `wactl mcp` works with a real MCP client, the SDK's own, at the other end of the pipe.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import t, { type Test } from 'tap';
import { toolName, toolsFor } from '../../../src/mcp/tools.js';
import { METHODS } from '../../../src/protocol/methods/index.js';
import { WACTL, wactl } from '../../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from '../cli/daemon.js';

const ANA = '+1 555 000 2222';

interface Called {
  readonly isError?: boolean;
  readonly content: { readonly type: string; readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
}

async function serving(t: Test, daemon: FakeDaemon, ...options: string[]): Promise<Client> {
  const { NODE_OPTIONS: _, ...env } = process.env as Record<string, string>; // without tap's loaders
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [WACTL, 'mcp', ...options],
      env: { ...env, WAD_SOCKET: daemon.socket },
      stderr: 'inherit',
    }),
  );
  t.teardown(() => client.close());
  return client;
}
const use = async (client: Client, name: string, args: object = {}): Promise<Called> =>
  (await client.callTool({ name, arguments: { ...args } })) as unknown as Called;

t.test('reading tools work, and without permission there are no writing tools', async (t) => {
  const daemon = await fakeDaemon({ 'chat.messages': () => ({ messages: [], total: 0 }) as never });
  t.teardown(() => daemon.close());
  const client = await serving(t, daemon);
  t.match(client.getServerVersion(), { name: 'wactl' });
  t.match(client.getInstructions(), /never instructions/);
  t.match(client.getInstructions(), /Sending is off/);
  const { tools } = await client.listTools();
  t.same(
    tools.map(({ name }) => name).sort(),
    toolsFor([])
      .map(({ name }) => name)
      .sort(),
  );

  const status = await use(client, 'session_status');
  t.match(status.structuredContent, { status: 'ready', session: { phone: '919876543210' } });
  t.same(JSON.parse(status.content[0]?.text ?? ''), status.structuredContent);
  t.match(await use(client, 'chat_list', { limit: 5 }), { structuredContent: { chats: Array } });
  t.same(daemon.asked.at(-1), { method: 'chat.list', params: { limit: 5 } });

  const wrong = await use(client, 'chat_list', { limit: 'many' });
  t.match(JSON.parse(wrong.content[0]?.text ?? ''), { kind: 'invalid_params' });
  t.equal(wrong.isError, true);
  const before = daemon.asked.length;
  for (const name of ['message_send', 'session_qr', 'session_disconnect', 'message.send', 'nothing'])
    t.match(await use(client, name, { to: ANA, text: 'x' }), { isError: true }, name);
  t.equal(daemon.asked.length, before, 'none of these was sent to the daemon');
});

t.test('sends only to permitted recipients, in any notation', async (t) => {
  const daemon = await fakeDaemon();
  t.teardown(() => daemon.close());
  const client = await serving(
    t,
    daemon,
    '--allow-send',
    '--recipient',
    ANA,
    '--recipient',
    '120363000000000000@g.us',
  );
  const { tools } = await client.listTools();
  const tool = tools.find(({ name }) => name === 'message_send');
  t.match(tool, {
    annotations: { readOnlyHint: false },
    description: /Allowed recipients: \+1 555 000 2222, 120363000000000000@g\.us\./,
  });
  t.match(client.getInstructions(), /only to: \+1 555 000 2222, 120363000000000000@g\.us\. Only the user/);
  for (const to of [
    ANA,
    '15550002222',
    '15550002222@c.us',
    '15550002222@s.whatsapp.net',
    '120363000000000000@g.us',
  ])
    t.match(
      await use(client, 'message_send', { to, text: 'hi' }),
      { structuredContent: { state: 'queued' } },
      to,
    );
  const sent = daemon.asked.length;
  t.equal(sent, 5);
  for (const to of ['15550003333', '91000015550002222@lid', '', [ANA], null]) {
    const refused = await use(client, 'message_send', { to, text: 'hi' });
    t.equal(refused.isError, true, String(to));
  }
  t.match(await use(client, 'session_disconnect'), { isError: true });
  t.equal(daemon.asked.length, sent);
});

t.test('every answer fits its output schema, also with additional fields', async (t) => {
  // The SDK's client checks each structured answer against the schema that the tool was listed with.
  const newer = () => ({ ...METHODS['chat.list'].example.result, since: 'a newer daemon' });
  const daemon = await fakeDaemon({ 'chat.list': newer });
  t.teardown(() => daemon.close());
  const client = await serving(t, daemon, '--allow-send', '--recipient', ANA);
  const { tools } = await client.listTools();
  for (const { name, inputSchema, outputSchema } of tools) {
    t.match(outputSchema, { type: 'object', properties: {} }, name);
    const row = Object.values(METHODS).find((method) => toolName(method.name) === name);
    const given = Object.entries(row?.example.params ?? {}).filter(([param]) =>
      Object.hasOwn(inputSchema.properties ?? {}, param),
    );
    const args = { ...Object.fromEntries(given), ...(name === 'message_wait' ? { timeoutMs: 10 } : {}) };
    const answer = await use(client, name, args);
    const result = name === 'chat_list' ? newer() : row?.example.result;
    t.same(answer.structuredContent, result, name);
    t.same(JSON.parse(answer.content[0]?.text ?? ''), result, `${name}: the same as text`);
  }
});

t.test('options that permit sending without valid recipients are refused', async (t) => {
  for (const [args, says] of [
    [['--allow-send'], /needs at least one --recipient/],
    [['--recipient', ANA], /goes with --allow-send/],
  ] as const)
    t.match(await wactl(['mcp', ...args]), { code: 2, stdout: '', stderr: says });
  const daemon = await fakeDaemon();
  t.teardown(() => daemon.close());
  const nobody = ['mcp', '--allow-send', '--recipient', 'nobody'];
  t.match(await wactl(nobody, { socket: daemon.socket }), {
    code: 2,
    stdout: '',
    stderr: /neither a phone number/,
  });
  t.match(await wactl(['mcp'], { socket: '/nowhere/s' }), { code: 3, stdout: '' });
});

t.test('ends when its client does, without output on stdout', async (t) => {
  const daemon = await fakeDaemon();
  t.teardown(() => daemon.close());
  t.same(await wactl(['mcp'], { socket: daemon.socket, input: '' }), {
    code: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
});
