// One message of a chat. Its content is rendered as text, never as markup.
import type { Message } from '../../../src/protocol/types.js';
import { contentWords } from '../words/content.js';
import { clock, person } from '../words/format.js';
import { Attachment } from './attachment.js';

const ACKS: Readonly<Record<string, string>> = {
  '-1': 'failed',
  '0': 'not sent yet',
  '1': 'sent',
  '2': 'delivered',
  '3': 'read',
  '4': 'played',
};

interface Props {
  readonly account: string;
  readonly message: Message;
  readonly ack: number;
  readonly isGroup: boolean;
}

export function MessageItem({ account, message, ack, isGroup }: Props) {
  const { fromMe, sender, author, from, body, timestamp } = message;
  const who = fromMe ? 'You' : person(sender?.phone ?? sender?.id ?? author ?? from);
  return (
    <li class={fromMe ? 'mine' : 'theirs'}>
      <p class={isGroup && !fromMe ? 'author' : 'visually-hidden'}>{who}</p>
      {message.hasMedia && <Attachment account={account} message={message} />}
      {body !== null && body !== '' ? (
        <p class="body" dir="auto">
          {body}
        </p>
      ) : (
        !message.hasMedia && <p class="body quiet-text">{contentWords(message)}</p>
      )}
      <p class="meta">
        <time dateTime={timestamp}>{clock(timestamp)}</time>
        {fromMe && ` · ${ACKS[String(ack)] ?? ack}`}
      </p>
    </li>
  );
}
