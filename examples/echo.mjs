// Says back what people write, from its first start on. Goes on where it stopped, after whatever end, and answers each message
// once: the event comes again until it has been dealt with, and the key makes the same answer one message. What is older
// than a minute gets no answer: who has been away for a day and then answers everything at once is taken for a spammer.
//   node examples/echo.mjs            the account `default`; $WAD_ACCOUNT names another
import { connect, Fault } from 'wactl';

const LATE_MS = 60_000;
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const account = await connect();
console.log(`echoing (${account.socket})`);
const events = account.follow({ consumer: 'echo', types: ['message'], signal: stop.signal });
for await (const { type, data: message } of events) {
  if (type !== 'message' || message.type !== 'text' || message.fromMe) continue;
  if (!/@(c\.us|lid)$/.test(message.chatId)) continue; // a group
  if (Date.now() - Date.parse(message.timestamp) > LATE_MS) continue;
  try {
    await account.message.send({
      to: message.chatId,
      text: message.body,
      replyTo: message.key,
      key: `echo-${message.key}`,
    });
    console.log(`answered ${message.key}`);
  } catch (error) {
    // What nobody mends by waiting is let go; the rest ends the program, and the message comes again.
    if (!(error instanceof Fault) || error.kind !== 'invalid_recipient') throw error;
    console.error(`not answered ${message.key}: ${error.message}`);
  }
}
await account.close();
