// One chat: its messages, those that wait to go out, and the composer.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Message, WireEvent } from '../../../src/protocol/types.js';
import { useAnswer } from '../live/use-answer.js';
import { useEvents } from '../live/use-live.js';
import { type KnownContent, waitingFor } from '../live/waiting.js';
import { Problem } from '../parts/problem.js';
import { linkTo } from '../route.js';
import { useSession } from '../session/session.js';
import { isMeant } from '../words/chat-name.js';
import { person } from '../words/format.js';
import { Composer } from './composer.js';
import { MarkRead } from './mark-read.js';
import { MessageItem } from './message.js';
import { WaitingMessage } from './waiting-message.js';

const PAGE = 50;
/** Within this distance of the newest message, the list follows new ones. */
const NEAR_PX = 48;

interface Props {
  readonly account: string;
  readonly chat: string;
  /** Called when the chat was marked as read. */
  readonly onRead: () => void;
}

export function ChatView({ account, chat, onRead }: Props) {
  const { api, may } = useSession();
  const [limit, setLimit] = useState(PAGE);
  const key = `${chat} ${limit}`;
  // Everything else that happens in the account is of other chats.
  const isStaleAfter = (event: WireEvent): boolean => event.type === 'state' || isOfChat(event, chat);
  const messages = useAnswer(
    account,
    key,
    isStaleAfter,
    (signal) => api.call(account, 'chat.messages', { chat, limit }, signal),
    { needsPage: true },
  );
  const known = useRef<KnownContent>(new Map());
  const waiting = useAnswer(account, chat, isStaleAfter, (signal) =>
    waitingFor({ api, account, chat, known: known.current, signal }),
  );
  const info = useAnswer(
    account,
    chat,
    isStaleAfter,
    (signal) => api.call(account, 'chat.get', { chat }, signal),
    { needsPage: true },
  );
  const acks = useAcks(account);

  // A new message scrolls down, unless a person reads further up.
  const list = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  const scrolled = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = list.current ?? {};
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
  };
  const newest = messages.value?.messages.at(-1)?.key;
  useLayoutEffect(() => {
    if (atEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [newest, waiting.value?.length]);

  // A number that was never written to has no chat, but can be written to.
  const isNew = messages.error?.kind === 'no_such_chat';
  const shown = messages.value?.messages ?? [];
  const ids = new Set(shown.map(({ messageId }) => messageId));
  return (
    <section class="chat" aria-labelledby="chat">
      <p class="narrow-only">
        <a href={linkTo(account, 'chats')}>All chats</a>
      </p>
      <div class="title">
        <h2 id="chat" dir="auto">
          {person(info.value?.name ?? chat)}
        </h2>
        <MarkRead
          account={account}
          chat={info.value}
          onDone={() => {
            info.again();
            onRead();
          }}
        />
      </div>
      {!isNew && <Problem error={messages.error} />}
      {messages.value?.more && (
        <button type="button" class="quiet" onClick={() => setLimit((n) => Math.min(500, n + PAGE))}>
          Older messages
        </button>
      )}
      {isNew && <p class="quiet-text">There is no message in this chat yet.</p>}
      <ol
        class="messages"
        ref={list}
        onScroll={scrolled}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
        tabIndex={0}
        aria-label="Messages"
        aria-live="polite"
        aria-relevant="additions"
      >
        {shown.map((message) => (
          <MessageItem
            key={message.key}
            account={account}
            message={message}
            ack={Math.max(message.ack, acks.get(message.messageId) ?? message.ack)}
            isGroup={info.value?.kind === 'group'}
          />
        ))}
        {waiting.value
          ?.filter(({ messageId }) => !ids.has(messageId))
          .map((message) => (
            <WaitingMessage key={message.id} account={account} message={message} again={waiting.again} />
          ))}
      </ol>
      {may('message.send') && (
        <Composer
          account={account}
          to={chat}
          onSent={() => {
            waiting.again();
            atEnd.current = true;
          }}
        />
      )}
    </section>
  );
}

/** The newest acks, which are events before they are in an answer. */
function useAcks(account: string): ReadonlyMap<string, Message['ack']> {
  const [acks, setAcks] = useState<ReadonlyMap<string, number>>(new Map());
  useEffect(() => setAcks(new Map()), [account]);
  useEvents(account, (event) => {
    if (event.type !== 'message.ack') return;
    const { messageId, ack } = event.data;
    setAcks((known) => new Map(known).set(messageId, ack));
  });
  return acks;
}

/** Whether it happened in this chat. */
const isOfChat = ({ data }: WireEvent, chat: string): boolean =>
  'chat' in data && data.chat !== null && isMeant(data.chat, chat);
