/** The audit log: one line for each call, with who and what, and no content. */
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { audited, logCall } from '../../../src/gateway/audit.js';
import { openLog } from '../../../src/log/log.js';
import { Fault } from '../../../src/protocol/fault.js';
import { keepLog } from '../../harness/server.js';

const SEND = { caller: 'crm', account: 'shop', method: 'message.send', scope: 'send' } as const;
const READ = { caller: 'crm', account: 'shop', method: 'chat.list', scope: 'read' } as const;

t.test('a call is logged with its outcome; one that reads at debug', async (t) => {
  const log = keepLog();
  t.same(await audited(log, SEND, () => ({ id: 'm-1' })), { id: 'm-1' });
  await audited(log, READ, async () => ({}));
  const banned = new Fault('banned', { reason: 'the text of a message' });
  t.equal(await audited(log, SEND, () => Promise.reject(banned)).catch((error: unknown) => error), banned);
  const bug = new TypeError('the text of a message');
  const failing = () => {
    throw bug;
  };
  t.equal(await audited(log, { ...SEND, account: null }, failing).catch((error: unknown) => error), bug);
  t.match(log.lines, [
    {
      ...{ level: 'info', event: 'gateway.call' },
      fields: { caller: 'crm', account: 'shop', method: 'message.send', status: 200, ms: Number },
    },
    { level: 'debug', event: 'gateway.call', fields: { method: 'chat.list', status: 200 } },
    { level: 'info', event: 'gateway.call', fields: { status: 403, kind: 'banned' } },
    { level: 'info', event: 'gateway.call', fields: { account: null, status: 500, kind: 'internal' } },
  ]);
  t.notMatch(JSON.stringify(log.lines), /the text/);
});

t.test('what a token does not permit is logged at info, also a read', async (t) => {
  const log = keepLog();
  logCall(log, READ, { status: 403, kind: 'not_permitted', ms: 0.26 });
  logCall(log, READ, { status: 429, kind: 'rate_limited', ms: 0.04 });
  t.match(log.lines, [
    { level: 'info', fields: { kind: 'not_permitted', ms: 0.3 } },
    { level: 'debug', fields: { kind: 'rate_limited', ms: 0 } },
  ]);
});

t.test('the log of the program keeps every field of the line', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'wad-audit-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const fd = openSync(join(dir, 'log'), 'w');
  const log = openLog({ account: null, level: 'info', content: false, env: {}, fd });
  logCall(log, SEND, { status: 200, kind: null, ms: 12.345 });
  await log.flush();
  const who = { caller: 'crm', account: 'shop' };
  const line = JSON.parse(readFileSync(join(dir, 'log'), 'utf8'));
  t.match(line, { event: 'gateway.call', ...who, method: 'message.send', status: 200, ms: 12.3 });
});
