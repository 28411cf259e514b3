// Cuts the part of a text around its first hit, and moves the marks accordingly.
import type { Mark } from '../../store/search-text.js';

/** The most UTF-16 units of a snippet, and how many of them stand before the first hit. */
const LENGTH = 200;
const BEFORE = 60;

/** A text is never cut between the two halves of a character. */
const isInside = (text: string, at: number): boolean => /^[\udc00-\udfff]/.test(text.slice(at, at + 1));

export function snippetOf(text: string, marks: readonly Mark[]): { snippet: string; marks: Mark[] } {
  const first = marks[0]?.start ?? 0;
  const space = text.lastIndexOf(' ', Math.max(0, first - BEFORE));
  let start =
    text.length <= LENGTH ? 0 : Math.max(0, first - BEFORE, space + 1 > first - BEFORE - 20 ? space + 1 : 0);
  if (start > first) start = first;
  if (isInside(text, start)) start -= 1;
  let end = Math.min(text.length, start + LENGTH);
  if (isInside(text, end)) end -= 1;
  return {
    snippet: text.slice(start, end),
    marks: marks
      .filter((mark) => mark.start >= start && mark.start + mark.length <= end)
      .map(({ start: at, length }) => ({ start: at - start, length })),
  };
}
