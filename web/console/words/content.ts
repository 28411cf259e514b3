// The words that are shown for a message without text.
import type { Message } from '../../../src/protocol/types.js';

const KINDS: Readonly<Record<string, string>> = {
  ciphertext: 'WhatsApp Web cannot read this message yet.',
  view_once: 'Only the phone can show this message.',
  revoked: 'This message was deleted.',
  contact: 'A contact',
};

export function contentWords({ type, details }: Pick<Message, 'type' | 'details'>): string {
  if (type === 'location') return `A location: ${String(details?.latitude)}, ${String(details?.longitude)}`;
  if (type === 'poll') {
    const options = Array.isArray(details?.options)
      ? details.options.map((option) => `– ${String(option)}`)
      : [];
    return [`A poll: ${String(details?.question ?? '')}`, ...options].join('\n');
  }
  return KINDS[type] ?? `[${type}]`;
}
