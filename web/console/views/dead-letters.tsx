// Events that a webhook could not deliver.
import { useState } from 'preact/hooks';
import { ofTypes, useAnswer } from '../live/use-answer.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { clock } from '../words/format.js';

interface Props {
  readonly account: string;
  readonly name: string;
  /** Their number: another one means another list. */
  readonly dead: number;
}

/** Read only when a person opens the list. */
export function DeadLetters(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Dead letters of {props.name}</summary>
      {open && <Letters {...props} />}
    </details>
  );
}

function Letters({ account, name, dead }: Props) {
  const { api } = useSession();
  const { value, error } = useAnswer(account, `${name} ${dead}`, ofTypes(), (signal) =>
    api.call(account, 'webhook.dead', { name, limit: 100 }, signal),
  );
  if (value === null) return <Problem error={error} />;
  return (
    <table>
      <caption class="visually-hidden">Dead letters of {name}</caption>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">Dropped</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {value.letters.map(({ event, at, attempts, reason }) => (
          <tr key={event.cursor}>
            <th scope="row">
              {event.type}
              <span class="below">{event.cursor}</span>
            </th>
            <td>{clock(at)}</td>
            <td>
              {reason}
              <span class="below">
                {attempts} {attempts === 1 ? 'attempt' : 'attempts'}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
