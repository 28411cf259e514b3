// A number of things in words.

/** @param one the word for a single thing, whose plural ends in s */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
