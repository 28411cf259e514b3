// Counts the terminal columns of a text: two for East Asian wide characters and emoji, none for marks. string-width is
// not used: version 8 compiles a regular expression of 25 ms, version 7 one of 10 kB.
import { eastAsianWidth } from 'get-east-asian-width';

/** Every character takes one column. */
const ASCII = /^[\x20-\x7e]*$/;
const UNSEEN = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;
/** An emoji by default, by a variation selector, or a flag of two letters. */
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{Regional_Indicator}{2}/u;
/** Half-width voiced marks, which belong to the grapheme before them but take a column of their own. */
const HALF_MARKS = /[\uff9e\uff9f]/g;

let segmenter: Intl.Segmenter | undefined;

/** @param text printable: no control characters */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter();
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment);
  return width;
}

function widthOf(grapheme: string): number {
  if (UNSEEN.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  const [first = ''] = grapheme.replace(/^\p{Default_Ignorable_Code_Point}+/u, '');
  const marks = grapheme.length > 1 ? (grapheme.match(HALF_MARKS)?.length ?? 0) : 0;
  return eastAsianWidth(first.codePointAt(0) ?? 0) + marks;
}

/** The text, followed by spaces up to `width` columns. */
export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(width - displayWidth(text), 0));
