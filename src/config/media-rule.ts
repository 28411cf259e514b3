// Parses `journal.mediaRules`: which files of messages are prefetched, by kind and size. Pure.
import { type Kind, words } from './row.js';

const KINDS = ['image', 'video', 'audio', 'voice', 'document', 'sticker', 'any'];
const FORM = new RegExp(`^(${KINDS.join('|')})(?:<=(\\d{1,4}(?:\\.\\d)?)(KB|MB))?$`);
const UNIT = { KB: 1_024, MB: 1_048_576 };

interface Rule {
  /** As the `type` of a message; `any` is every type. */
  readonly kind: string;
  readonly maxBytes: number;
}

/** Null for an invalid rule. */
export function parseMediaRule(word: string): Rule | null {
  const [, kind, size, unit] = FORM.exec(word) ?? [];
  if (kind === undefined) return null;
  const maxBytes = size === undefined ? Number.POSITIVE_INFINITY : Number(size) * UNIT[unit as 'KB' | 'MB'];
  return { kind, maxBytes };
}

/** A list of rules, any of which is enough. */
export const mediaRules = (): Kind<readonly string[]> =>
  words(
    (word) => parseMediaRule(word) !== null,
    `a list of kinds (${KINDS.join(', ')}), each with a size at most where one is wanted, such as "document<=5MB"`,
  );

/** How large a file of this type may be that is fetched by rule; null when none is. */
export function mediaLimit(rules: readonly string[], type: string): number | null {
  const limits = rules
    .map(parseMediaRule)
    .filter((rule) => rule !== null && (rule.kind === 'any' || rule.kind === type))
    .map((rule) => rule?.maxBytes ?? 0);
  return limits.length === 0 ? null : Math.max(...limits);
}

/**
 * Whether a file is to be fetched, by what its message says. That is the sender's word, so whoever fetches it counts the
 * bytes as well. One whose size is not known fits rules without a size only.
 */
export function fitsMediaRules(rules: readonly string[], type: string, size: number | null): boolean {
  const limit = mediaLimit(rules, type);
  return limit !== null && (size ?? Number.POSITIVE_INFINITY) <= limit;
}
