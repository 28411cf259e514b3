// A state as a symbol, a colour and a word.
import type { Labelled, Tone } from '../words/states.js';

const SYMBOLS: Readonly<Record<Tone, string>> = { good: '●', busy: '◐', wait: '◇', bad: '▲', idle: '○' };

export function Badge({ is: [tone, word] }: { readonly is: Labelled }) {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{SYMBOLS[tone]}</span> {word}
    </span>
  );
}
