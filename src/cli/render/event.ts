import type { WireEvent } from '../../protocol/schema.js';
import { printable } from '../output.js';
import { chat } from './phone.js';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

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
    default:
      return JSON.stringify(data);
  }
}

/** Cursor, time, type, gist. */
export const renderEvent = (event: WireEvent): string =>
  `${event.cursor}  ${event.time}  ${event.type}  ${printable(gist(event))}\n`;
