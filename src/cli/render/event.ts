import type { WireEvent } from '../../protocol/schema.js';
import { printable } from '../output.js';
import { chat } from './phone.js';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Who did it. */
const someone = (data: WireEvent['data']): string =>
  data.fromMe === true ? 'me' : chat(text(data.from) || text(data.author) || text(data.chatId));

/** What happened, in one line; JSON for what has no words here. */
function gist({ type, data }: WireEvent): string {
  switch (type) {
    case 'message': {
      const who =
        data.fromMe === true
          ? `to ${chat(text(data.to))}`
          : `from ${chat(text(data.author) || text(data.from))}`;
      const where = text(data.chatId).endsWith('@g.us') ? ` in ${text(data.chatId)}` : '';
      const kind = text(data.type);
      return `${who}${where}: ${text(data.body) || (kind ? `[${kind}]` : '')}`;
    }
    case 'state': {
      const why = text(data.reason);
      return `${text(data.from)} -> ${text(data.status)}${why && why !== 'none' ? `: ${why}` : ''}`;
    }
    case 'alert':
      return `${text(data.reason)}: ${text(data.says)}${data.hint ? `; try: ${text(data.hint)}` : ''}`;
    case 'message.reaction':
      if (Array.isArray(data.vote)) {
        const chosen = data.vote.map(text).join(', ');
        return chosen
          ? `${someone(data)} voted ${chosen} in ${text(data.messageId)}`
          : `${someone(data)} took a vote in ${text(data.messageId)} back`;
      }
      return text(data.emoji)
        ? `${someone(data)} ${text(data.emoji)} to ${text(data.messageId)}`
        : `${someone(data)} took a reaction to ${text(data.messageId)} back`;
    case 'message.edit':
      return `${someone(data)} changed ${text(data.messageId)}: ${text(data.body)}`;
    case 'message.revoke':
      return `${someone(data)} deleted ${text(data.messageId)}`;
    case 'group': {
      const people = Array.isArray(data.participants) ? data.participants.map((id) => chat(text(id))) : [];
      const what = [text(data.change), ...people, text(data.body)].filter(Boolean).join(' ');
      return `${text(data.chatId)}: ${what}${data.author ? ` by ${chat(text(data.author))}` : ''}`;
    }
    case 'call':
      return `${data.video === true ? 'video call' : 'call'} from ${chat(text(data.from))}`;
    default:
      return JSON.stringify(data);
  }
}

/** Cursor, time, type, gist. */
export const renderEvent = (event: WireEvent): string =>
  `${event.cursor}  ${event.time}  ${event.type}  ${printable(gist(event))}\n`;
