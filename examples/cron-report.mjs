// Sends a report of the last day. It is sent once a day, even if the program is started more often:
//   0 7 * * *  REPORT_TO='+15550002222' node /usr/lib/wad/examples/cron-report.mjs
// Exits with 0 when WhatsApp has the message, and with 75 (try again) when it does not have it yet.
import { connect, Fault } from 'wactl';

const DAY_MS = 24 * 60 * 60 * 1000;
const to = process.env.REPORT_TO;
if (!to) {
  console.error('REPORT_TO is the number that gets the report');
  process.exit(64);
}

const account = await connect();
const since = new Date(Date.now() - DAY_MS).toISOString();
const count = { received: 0, sent: 0, chats: new Set() };
for (let after = 0, more = true; more; ) {
  const { events, next } = await account.events.list({ after, types: ['message'], limit: 1000 });
  for (const { type, time, data } of events) {
    if (type !== 'message' || time < since) continue;
    count[data.fromMe ? 'sent' : 'received'] += 1;
    count.chats.add(data.chatId);
  }
  more = next !== after;
  after = next;
}
const { status, outbox } = await account.session.status();
const text = [
  `The last day: ${count.received} received, ${count.sent} sent, in ${count.chats.size} chats.`,
  `The account is ${status}; ${outbox.queued} wait, ${outbox.unknown} unknown, ${outbox.failed} failed.`,
].join('\n');

try {
  // A second run on the same day uses the same key: the message is not sent again, and its state is printed.
  const key = `report-${new Date().toISOString().slice(0, 10)}`;
  const { id } = await account.message.send({ to, text, key });
  const { state } = await account.message.wait({ id, for: 'sent', timeoutMs: 60_000 });
  console.log(`${id} ${state}`);
  if (state === 'failed') process.exitCode = 1;
} catch (error) {
  if (!(error instanceof Fault)) throw error;
  console.error(`${error.kind}: ${error.message}`);
  // The counts differ from those of the first run. The message of that run stays.
  if (error.kind !== 'key_reused') process.exitCode = error.kind === 'wait_expired' ? 75 : 1;
}
await account.close();
