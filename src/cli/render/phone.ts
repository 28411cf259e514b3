// Formats a phone number as people write it. Country codes of one and two digits are listed; all others have three.
const TWO_DIGITS = new Set(
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);
/** The known groupings: country code and number of other digits → sizes of the groups. */
const GROUPS: Readonly<Record<string, readonly number[]>> = {
  '1/10': [3, 3, 4],
  '7/10': [3, 3, 4],
  '44/10': [4, 6],
  '55/10': [2, 4, 4],
  '55/11': [2, 5, 4],
  '91/10': [5, 5],
};

const groupsOf = (code: string, length: number): readonly number[] => {
  const known = GROUPS[`${code}/${length}`];
  if (known) return known;
  const groups: number[] = [];
  let left = length;
  for (; left > 4; left -= 3) groups.push(3);
  return left > 0 ? [...groups, left] : groups;
};

/** `919876543210` → `+91 98765 43210`; other text is returned unchanged. */
export function phone(digits: string): string {
  if (!/^[1-9]\d{6,14}$/.test(digits)) return digits;
  const size = /^[17]/.test(digits) ? 1 : TWO_DIGITS.has(digits.slice(0, 2)) ? 2 : 3;
  const parts = [`+${digits.slice(0, size)}`];
  let at = size;
  for (const length of groupsOf(digits.slice(0, size), digits.length - size)) {
    parts.push(digits.slice(at, at + length));
    at += length;
  }
  return parts.join(' ');
}

/** A chat id as people read it: a number for a person, the id for groups and LIDs. */
export const chat = (id: string): string => (id.endsWith('@c.us') ? phone(id.slice(0, -5)) : id);
