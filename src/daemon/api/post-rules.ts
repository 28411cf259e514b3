// What WhatsApp accepts as a status or in a channel. A page that is given anything else posts
// it wrongly, or not at all.
import type { Content } from '../../protocol/content.js';
import { Fault } from '../../protocol/fault.js';
import { type Addressee, isChannelId, isStatusId } from '../../protocol/wid.js';

interface Rules {
  readonly noun: string;
  readonly kinds: readonly Content['kind'][];
  readonly hasPreview: boolean;
  readonly maxText: number;
}

const STATUS: Rules = {
  noun: 'A status',
  kinds: ['text', 'image', 'video', 'voice'],
  hasPreview: false,
  // WhatsApp Web's own limit.
  maxText: 700,
};
const CHANNEL: Rules = {
  noun: 'A message to a channel',
  kinds: ['text', 'image', 'video', 'voice'],
  hasPreview: true,
  maxText: 65_536,
};

/** @throws Fault invalid_params for content that WhatsApp does not accept as such a post */
export function refuseUnfit(to: Addressee, content: Content): void {
  const rules = isStatusId(to) ? STATUS : isChannelId(to) ? CHANNEL : null;
  if (rules === null) return;
  const why = unfit(rules, content);
  if (why !== null)
    throw new Fault('invalid_params', { reason: `${rules.noun} ${why}.`, hint: null, more: { to } });
}

function unfit({ kinds, hasPreview, maxText }: Rules, content: Content): string | null {
  if (!kinds.includes(content.kind)) return `must be one of ${kinds.join(', ')}, not ${content.kind}`;
  if (content.replyTo !== undefined) return 'cannot answer a message';
  if ((content.mentions ?? []).length > 0) return 'cannot mention anybody';
  if ('viewOnce' in content) return 'cannot be viewed once';
  if (content.kind !== 'text') return null;
  if (typeof content.linkPreview === 'object') return 'can only have the preview that WhatsApp Web fetches';
  if (content.linkPreview && !hasPreview) return 'cannot have a preview of a link';
  if (content.text.trim() === '') return 'needs a text that is not blank';
  return content.text.length > maxText
    ? `may have ${maxText} characters at most; this one has ${content.text.length}`
    : null;
}
