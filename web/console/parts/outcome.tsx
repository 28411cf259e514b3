// What became of an action: the text of a success, or the error.
import type { Action } from '../live/use-action.js';
import { Problem } from './problem.js';

export function Outcome({ of: { done, error } }: { readonly of: Action }) {
  return (
    <>
      <p class="done" role="status">
        {done}
      </p>
      <Problem error={error} />
    </>
  );
}
