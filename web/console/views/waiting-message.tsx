// A message that has not gone out yet.
import type { Answered } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { Badge } from '../parts/badge.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { sendWords, waitWords } from '../words/states.js';

interface Props {
  readonly account: string;
  readonly message: Answered<'outbox.get'>;
  readonly again: () => void;
}

export function WaitingMessage({ account, message, again }: Props) {
  const { api, may } = useSession();
  const action = useAction();
  const { id, state, waitsFor, kind, payload } = message;
  const text = [payload.text, payload.caption].find((part) => typeof part === 'string' && part !== '');
  const cancel = () =>
    action.run(async () => {
      await api.call(account, 'outbox.cancel', { id });
      again();
    });
  return (
    <li class="mine waiting">
      <p class="visually-hidden">You</p>
      <p class="body" dir="auto">
        {typeof text === 'string' ? text : `[${kind}]`}
      </p>
      <p class="meta">
        <Badge is={sendWords(state)} /> {waitsFor !== null && waitWords(waitsFor)}
      </p>
      {state === 'queued' && may('outbox.cancel') && (
        <button type="button" class="quiet" disabled={action.busy} onClick={cancel}>
          Cancel
        </button>
      )}
      <Problem error={action.error} />
    </li>
  );
}
