/** The audit log: one line for each call, with who and what, and no content. */
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { logCall } from '../../../src/gateway/audit.js';
import { openLog } from '../../../src/log/log.js';
import { keepLog } from '../../harness/server.js';

const SEND = { caller: 'crm', account: 'shop', method: 'message.send', scope: 'send' } as const;
const READ = { caller: 'crm', account: 'shop', method: 'chat.list', scope: 'read' } as const;

t.test('a call is logged with its outcome; one that reads at debug', async (t) => {
  const log = keepLog();
  logCall(log, SEND, { kind: null, ms: 12.345 });
  logCall(log, READ, { kind: null, ms: 0.04 });
  logCall(log, SEND, { kind: 'banned', ms: 1 });
  const who = { caller: 'crm', account: 'shop' };
  const send = { ...who, method: 'message.send' };
  t.same(log.lines, [
    { level: 'info', event: 'gateway.call', fields: { ...send, status: 200, ms: 12.3 } },
    { level: 'debug', event: 'gateway.call', fields: { ...who, method: 'chat.list', status: 200, ms: 0 } },
    { level: 'info', event: 'gateway.call', fields: { ...send, status: 403, kind: 'banned', ms: 1 } },
  ]);
});

t.test('what a token does not permit is logged at info, also a read', async (t) => {
  const log = keepLog();
  logCall(log, READ, { kind: 'not_permitted', ms: 0.26 });
  logCall(log, READ, { kind: 'rate_limited', ms: 0.04 });
  t.match(log.lines, [
    { level: 'info', fields: { status: 403, kind: 'not_permitted', ms: 0.3 } },
    { level: 'debug', fields: { status: 429, kind: 'rate_limited', ms: 0 } },
  ]);
});

t.test('the log of the program keeps every field of the line', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'wad-audit-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const fd = openSync(join(dir, 'log'), 'w');
  const log = openLog({ account: null, level: 'info', content: false, env: {}, fd });
  logCall(log, SEND, { kind: null, ms: 12.345 });
  await log.flush();
  const who = { caller: 'crm', account: 'shop' };
  const line = JSON.parse(readFileSync(join(dir, 'log'), 'utf8'));
  t.match(line, { event: 'gateway.call', ...who, method: 'message.send', status: 200, ms: 12.3 });
});
