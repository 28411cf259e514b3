// Marks a chat as read, which its people may see. Opening a chat here does not.
import type { Chat } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';

interface Props {
  readonly account: string;
  readonly chat: Chat | null;
  readonly onDone: () => void;
}

export function MarkRead({ account, chat, onDone }: Props) {
  const { api, may } = useSession();
  const action = useAction();
  if (chat === null || (chat.unread === 0 && !chat.markedUnread) || !may('chat.markRead')) return null;
  const mark = () =>
    action.run(async () => {
      await api.call(account, 'chat.markRead', { chat: chat.id });
      onDone();
    });
  return (
    <>
      <button type="button" class="quiet" disabled={action.busy} onClick={mark}>
        Mark as read
      </button>
      <Problem error={action.error} />
    </>
  );
}
