// `wactl messages`: lists the messages of a chat.
import { command } from '../command.js';
import { showList, whole } from '../listing.js';
import { namesFor } from '../names.js';
import { renderMessages } from '../render/chat.js';

export const messages = command({
  name: 'messages',
  group: 'Messages and events',
  does: 'list the last messages of a chat, oldest first',
  notes:
    'Lists the messages that WhatsApp Web has, without those that only the phone has. The KEY names a message for react,\n' +
    'edit, delete, forward, star, media and send --reply-to.',
  args: [{ name: 'CHAT', required: true, does: 'phone number with country code, or chat id' }],
  options: {
    limit: { type: 'text', value: 'N', does: 'the most messages (default: 20; 500 at most)' },
    before: { type: 'text', value: 'KEY', does: 'only messages before this one' },
  },
  examples: [
    ["wactl messages '+55 11 90000-0002'", 'the last twenty'],
    ["wactl -o json messages 15550002222 | jq -r '.messages[].body'", 'only the texts'],
  ],
  async run({ ask, args: [chat = ''], options: { limit, before }, show, note, output }) {
    const answer = await ask('chat.messages', {
      chat,
      limit: Math.max(whole('limit', limit, 500) ?? 20, 1),
      ...(before === undefined ? {} : { before }),
    });
    const [oldest] = answer.messages;
    const more = answer.more && oldest ? `(older ones: --before ${oldest.key})\n` : '';
    const text = oldest ? renderMessages(answer.messages, await namesFor({ ask, output })) + more : '';
    showList({ show, note, output }, answer, text, 'no messages');
    return 0;
  },
});
