// Prints how much was exported.
import type { ChatResult } from '../export/exporter.js';
import { printable } from '../output.js';
import { counted } from './counted.js';

const sum = (all: readonly ChatResult[], of: (one: ChatResult) => number): number =>
  all.reduce((total, one) => total + of(one), 0);

export function renderExported(to: string, all: readonly ChatResult[]): string {
  const missing = sum(all, (one) => one.missing.length);
  const failed = all.filter(({ error }) => error !== null).length;
  return `${[
    `${printable(to)}: ${counted(all.length, 'chat')}`,
    `${counted(
      sum(all, (one) => one.messages),
      'message',
    )} (${sum(all, (one) => one.added)} new)`,
    counted(
      sum(all, (one) => one.files),
      'file',
    ),
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(failed > 0 ? [`${failed} incomplete`] : []),
  ].join(', ')}\n`;
}
