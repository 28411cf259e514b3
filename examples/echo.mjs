// Answers each message with its own text. The first start answers only later messages, and every other start
// continues where the program stopped, however it ended. Each message is answered once: its event comes again
// until it is handled, and the key prevents a second answer. Messages older than a minute get no answer,
// because an account that answers a day of messages at once looks like a spammer.
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
    // Waiting cannot repair this fault, so the message is skipped. Any other error ends the program, and the
    // message comes again.
    if (!(error instanceof Fault) || error.kind !== 'invalid_recipient') throw error;
    console.error(`not answered ${message.key}: ${error.message}`);
  }
}
await account.close();
