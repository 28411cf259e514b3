// A state as a symbol, a colour and a word.
import type { Tone } from '../words/states.js';

const SYMBOLS: Readonly<Record<Tone, string>> = { good: '●', busy: '◐', wait: '◇', bad: '▲', idle: '○' };

export function Badge({ is: [tone, word] }: { readonly is: readonly [Tone, string] }) {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{SYMBOLS[tone]}</span> {word}
    </span>
  );
}
