// Shown until the gateway has said whose token it is.
import type { Refusal } from '../http/refusal.js';
import { Problem } from '../parts/problem.js';

interface Props {
  readonly error: Refusal | null;
  readonly onCancel: () => void;
}

export function Entering({ error, onCancel }: Props) {
  return (
    <main class="narrow">
      <h1>WhatsApp accounts</h1>
      <p role="status">{error === null ? 'Asking the gateway…' : 'This page keeps trying.'}</p>
      <Problem error={error} />
      {error !== null && (
        <button type="button" class="quiet" onClick={onCancel}>
          Log in with another token
        </button>
      )}
    </main>
  );
}
