// Parses `journal.mediaRules`, which select by kind and size the files of messages to prefetch.
import { type Kind, words } from './row.js';

const KINDS = ['image', 'video', 'video_note', 'audio', 'voice', 'document', 'sticker', 'any'];
const FORM = new RegExp(`^(${KINDS.join('|')})(?:<=(\\d{1,4}(?:\\.\\d)?)(KB|MB))?$`);
const UNIT = { KB: 1_024, MB: 1_048_576 };

interface Rule {
  /** The `type` of a message, or `any`. */
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

/** The kind of a list of rules. A file is prefetched if any rule matches. */
export const mediaRules = (): Kind<readonly string[]> =>
  words(
    (word) => parseMediaRule(word) !== null,
    `a list of kinds (${KINDS.join(', ')}), each with an optional maximum size, such as "document<=5MB"`,
  );

/** The largest file of this type that the rules prefetch; null when they prefetch none. */
export function mediaLimit(rules: readonly string[], type: string): number | null {
  const limits = rules
    .map(parseMediaRule)
    .filter((rule) => rule !== null && (rule.kind === 'any' || rule.kind === type))
    .map((rule) => rule?.maxBytes ?? 0);
  return limits.length === 0 ? null : Math.max(...limits);
}

/**
 * True when a rule matches the type and size of a file. The sender states the size, so the download must count the bytes,
 * too. A file of unknown size matches only rules without a size.
 */
export function fitsMediaRules(rules: readonly string[], type: string, size: number | null): boolean {
  const limit = mediaLimit(rules, type);
  return limit !== null && (size ?? Number.POSITIVE_INFINITY) <= limit;
}
