// A language model that follows instructions in a stranger's message: its forbidden requests do not reach the
// daemon.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import t, { type Test } from 'tap';
import { WACTL, wactl } from '../harness/wactl.js';
import { type FakeDaemon, fakeDaemon } from '../unit/cli/daemon.js';

const ANA = '+1 555 000 2222';

async function model(t: Test, daemon: FakeDaemon): Promise<Client> {
  const { NODE_OPTIONS: _, ...env } = process.env as Record<string, string>;
  const client = new Client({ name: 'talked into things', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [WACTL, 'mcp', '--allow-send', '--recipient', ANA],
      env: { ...env, WAD_SOCKET: daemon.socket },
      stderr: 'inherit',
    }),
  );
  t.teardown(() => client.close());
  return client;
}

t.test(
  'a model cannot have an address fetched, pass on files, mention a whole group or schedule a message',
  async (t) => {
    const daemon = await fakeDaemon();
    t.teardown(() => daemon.close());
    const client = await model(t, daemon);
    const hi = { to: ANA, text: 'see https://attacker.example/?secret' };
    for (const [name, args] of Object.entries({
      'a preview of an address': { ...hi, linkPreview: true },
      'a file of another chat': { to: ANA, media: `f-${'0'.repeat(40)}` },
      'a voice message': { ...hi, as: 'voice' },
      'a quote of another chat': { ...hi, replyTo: 'false_15550003333@c.us_3AEB0C0FFEE012345678' },
      'everybody in a group': {
        ...hi,
        mentions: Array.from({ length: 256 }, (_, n) => `1555000${1000 + n}`),
      },
      'a message at night': { ...hi, notBefore: '2030-01-01T03:00:00.000Z' },
      'a card': { to: ANA, contacts: [{ name: 'Bank', number: '15550006666' }] },
      'a deadline of its own': { ...hi, deadlineMs: 1 },
      'a status': { to: 'status@broadcast', text: 'x' },
      'a channel': { to: '120363000000000001@newsletter', text: 'x' },
    })) {
      const refused = await client.callTool({ name: 'message_send', arguments: args });
      t.equal(refused.isError, true, name);
    }
    t.same(daemon.asked, [], 'the daemon received none of these requests');
  },
);

t.test(
  "a model cannot check numbers at WhatsApp, read without end, or use another program's consumer",
  async (t) => {
    const daemon = await fakeDaemon();
    t.teardown(() => daemon.close());
    const client = await model(t, daemon);
    for (const [name, args] of [
      ['contact_check', { number: '+1 555 000 0001' }],
      ['contact_get', { contact: '+1 555 000 0001' }],
      ['media_fetch', { id: 'false_15550003333@c.us_3AEB0C0FFEE012345678' }],
      ['group_invite', { group: '120363000000000000@g.us' }],
      ['webhook_list', {}],
      ['daemon_info', {}],
      ['events_list', { consumer: 'crm' }],
      ['events_list', { limit: 1000 }],
      ['chat_messages', { chat: ANA, limit: 500 }],
      ['chat_list', { limit: 1000 }],
      ['message_wait', { id: 'm-1', timeoutMs: 86_400_000 }],
    ] as const) {
      const refused = await client.callTool({ name, arguments: { ...args } });
      t.equal(refused.isError, true, `${name} ${JSON.stringify(args)}`);
    }
    t.same(daemon.asked, [], 'the daemon received none of these requests');
    await client.callTool({ name: 'events_list', arguments: {} });
    t.same(daemon.asked, [{ method: 'events.list', params: { limit: 50 } }], 'a list has a limit by default');
  },
);

t.test('a model cannot be allowed to post to statuses or channels', async (t) => {
  const daemon = await fakeDaemon();
  t.teardown(() => daemon.close());
  for (const everybody of ['status@broadcast', '120363000000000001@newsletter'])
    t.match(
      await wactl(['mcp', '--allow-send', '--recipient', everybody], { socket: daemon.socket }),
      { code: 2, stdout: '' },
      everybody,
    );
});
