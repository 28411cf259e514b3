// Links a phone: QR code, pairing code, and the steps of a passkey.
import type { Status } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { ofTypes, useAnswer } from '../live/use-answer.js';
import { Outcome } from '../parts/outcome.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { clock, person } from '../words/format.js';
import { Pairing } from './pairing.js';
import { Passkey } from './passkey.js';

interface Props {
  readonly account: string;
  readonly status: Status;
}

export function Linking({ account, status }: Props) {
  if (status.reason === 'passkey_required') return <Passkey account={account} />;
  switch (status.status) {
    case 'linking':
      return (
        <div class="columns">
          <QrCode account={account} />
          <Pairing account={account} />
        </div>
      );
    case 'stopped':
    case 'failed':
      return <Start account={account} />;
    default:
      return (
        <section aria-labelledby="linked">
          <h2 id="linked">{status.session.phone === null ? 'No code is needed now' : 'A phone is linked'}</h2>
          <p>
            {status.session.phone === null
              ? 'The account is starting. If it needs a phone, a code appears here.'
              : `This account is linked as ${person(status.session.phone)}. To link another phone, unlink this one first.`}
          </p>
        </section>
      );
  }
}

function QrCode({ account }: { readonly account: string }) {
  const { api } = useSession();
  const { value, error } = useAnswer(account, 'qr', ofTypes('qr', 'state'), (signal) =>
    api.qr(account, signal),
  );
  return (
    <section aria-labelledby="qr">
      <h2 id="qr">Scan the code with the phone</h2>
      <ol>
        <li>Open WhatsApp on the phone.</li>
        <li>
          Go to <b>Settings</b> or the menu, then <b>Linked devices</b>, then <b>Link a device</b>.
        </li>
        <li>Point the phone at this code.</li>
      </ol>
      {/* For a moment there may be no code. The next event announces one. */}
      {error !== null && error.kind !== 'no_qr' ? (
        <Problem error={error} />
      ) : value === null || error !== null ? (
        <p role="status">Waiting for a code…</p>
      ) : (
        <figure>
          <img
            class="qr"
            src={value.dataUrl}
            width={296}
            height={296}
            alt="QR code that links a phone; only the camera of the phone can read it."
          />
          <figcaption>Good until {clock(value.expiresAt)}. The next one appears by itself.</figcaption>
        </figure>
      )}
    </section>
  );
}

function Start({ account }: { readonly account: string }) {
  const { api, live } = useSession();
  const action = useAction();
  return (
    <section aria-labelledby="start">
      <h2 id="start">Start the account first</h2>
      <p>The account is stopped. Once it runs, a code to scan appears here.</p>
      <button
        type="button"
        disabled={action.busy}
        onClick={() =>
          action.run(async () => {
            await api.call(account, 'session.initialize');
            live.refresh();
          })
        }
      >
        Start
      </button>
      <Outcome of={action} />
    </section>
  );
}
