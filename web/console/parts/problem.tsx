// An error: what happened, and the command that helps.
import type { Refusal } from '../http/refusal.js';
import { Hint } from './hint.js';

export function Problem({ error }: { readonly error: Pick<Refusal, 'message' | 'hint'> | null }) {
  return (
    <div class="problem" role="alert">
      {error !== null && (
        <>
          <p>{error.message}</p>
          <Hint command={error.hint} />
        </>
      )}
    </div>
  );
}
