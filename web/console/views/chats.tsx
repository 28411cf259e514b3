// The chats of an account, and the one that is open. On a narrow screen either is shown.
import { useId, useRef, useState } from 'preact/hooks';
import type { Answered, Chat } from '../../../src/protocol/types.js';
import { type Answer, ofTypes, useAnswer } from '../live/use-answer.js';
import { Problem } from '../parts/problem.js';
import { go, linkTo } from '../route.js';
import { useSession } from '../session/session.js';
import { isMeant } from '../words/chat-name.js';
import { clock, person } from '../words/format.js';
import { ChatView } from './chat.js';

const LIMIT = 50;

interface Props {
  readonly account: string;
  /** An id, or a number of which there may be no chat yet. */
  readonly chat: string | null;
}

export function Chats({ account, chat }: Props) {
  const { api } = useSession();
  const [query, setQuery] = useState('');
  const wanted = query.trim();
  const answer = useAnswer(
    account,
    wanted,
    ofTypes('message', 'message.edit', 'state'),
    (signal) =>
      api.call(account, 'chat.list', { limit: LIMIT, ...(wanted !== '' && { query: wanted }) }, signal),
    { needsPage: true },
  );
  return (
    <div class={chat === null ? 'chats' : 'chats open'}>
      <ChatList account={account} current={chat} answer={answer} query={query} onQuery={setQuery} />
      {chat === null ? (
        <p class="no-chat quiet-text">Choose a chat.</p>
      ) : (
        <ChatView key={chat} account={account} chat={chat} onRead={answer.again} />
      )}
    </div>
  );
}

interface ListProps {
  readonly account: string;
  readonly current: string | null;
  readonly answer: Answer<Answered<'chat.list'>>;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

function ChatList({ account, current, answer: { value, error }, query, onQuery }: ListProps) {
  const { may } = useSession();
  const id = useId();
  return (
    <section class="chat-list" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Chats</h2>
      <label for={id}>Search by name or number</label>
      <input id={id} type="search" value={query} onInput={(event) => onQuery(event.currentTarget.value)} />
      <Problem error={error} />
      {value !== null && (
        <p role="status" class="quiet-text">
          {value.total === 0 ? 'No chats.' : `${value.chats.length} of ${value.total}`}
        </p>
      )}
      <ul>
        {value?.chats.map((chat) => (
          <li key={chat.id}>
            <a
              href={linkTo(account, 'chats', chat.id)}
              aria-current={current !== null && isMeant(chat, current) ? 'true' : undefined}
            >
              <Line chat={chat} />
            </a>
          </li>
        ))}
      </ul>
      {may('message.send') && <NewChat account={account} />}
    </section>
  );
}

function Line({ chat: { name, kind, unread, markedUnread, lastMessageAt } }: { readonly chat: Chat }) {
  return (
    <>
      <span class="name" dir="auto">
        {person(name)}
      </span>
      {(unread > 0 || markedUnread) && (
        <span class="unread">
          {unread > 0 ? unread : ''}
          <span class="visually-hidden"> unread</span>
        </span>
      )}
      <span class="below">
        {kind === 'group' && 'Group · '}
        {lastMessageAt !== null && clock(lastMessageAt)}
      </span>
    </>
  );
}

function NewChat({ account }: { readonly account: string }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    go(linkTo(account, 'chats', input.current?.value.trim() ?? ''));
  };
  return (
    <form class="row" onSubmit={submit}>
      <label for={id}>Write to a number</label>
      <input ref={input} id={id} type="tel" autocomplete="off" placeholder="+1 555 000 2222" required />
      <button type="submit" class="quiet">
        Open
      </button>
    </form>
  );
}
