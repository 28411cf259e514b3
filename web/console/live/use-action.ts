// A hook for the action of a button or form: one at a time; its error is kept until the next one.
import { useRef, useState } from 'preact/hooks';
import { Refusal } from '../http/refusal.js';

export interface Action {
  readonly busy: boolean;
  readonly error: Refusal | null;
  /** What the last one that succeeded says; empty before that. */
  readonly done: string;
  /** Runs it unless one is running; a text that it returns is shown. */
  run(act: () => Promise<unknown>): void;
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Refusal | null>(null);
  const [done, setDone] = useState('');
  // Two events can come before the component is drawn again.
  const running = useRef(false);
  const run = (act: () => Promise<unknown>): void => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(null);
    setDone('');
    act()
      .then((says) => setDone(typeof says === 'string' ? says : ''))
      .catch((refused: unknown) => setError(Refusal.from(refused)))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { busy, error, done, run };
}
