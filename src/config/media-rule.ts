// `journal.mediaRules`: which files of messages are fetched without anybody asking, by kind and size. Pure.
import { type Kind, words } from './row.js';

const KINDS = ['image', 'video', 'audio', 'voice', 'document', 'sticker', 'any'];
const FORM = new RegExp(`^(${KINDS.join('|')})(?:<=(\\d{1,4}(?:\\.\\d)?)(KB|MB))?$`);
const UNIT = { KB: 1_024, MB: 1_048_576 };

interface Rule {
  /** As the `type` of a message; `any` is every type. */
  readonly kind: string;
  readonly maxBytes: number;
}

/** Null for what is no rule. */
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

/** Whether a file is to be fetched. One whose size is not known fits rules without a size only. */
export function fitsMediaRules(rules: readonly string[], type: string, size: number | null): boolean {
  return rules.some((word) => {
    const rule = parseMediaRule(word);
    return (
      rule !== null &&
      (rule.kind === 'any' || rule.kind === type) &&
      (size ?? Number.POSITIVE_INFINITY) <= rule.maxBytes
    );
  });
}
