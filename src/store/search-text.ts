// Prepares texts and questions for the full-text index, so that a person's text is never its query syntax, and so that
// words are found in scripts that put no spaces between them.
// Syntax: https://sqlite.org/fts5.html#full_text_query_syntax

/** Folds case and removes accents. Vowel signs (M) and symbols such as emoji (So) belong to the text. */
export const TOKENIZER = `unicode61 remove_diacritics 2 categories 'L* N* Co M* So'`;

/** Marks around a hit, and between two characters of a script without spaces. Replaced by spaces in the text itself. */
const OPEN = '\u0001';
const GAP = '\u0002';
const CLOSE = '\u0003';
/** For SQL: the characters that `marksOf` reads. */
export const MARKS = [OPEN, CLOSE] as const;

/** Each character of these is a word of its own; a word of a question is then a phrase of them. */
const ALONE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Extended_Pictographic}]/u;
const ANY_ALONE = new RegExp(ALONE.source, 'gu');
/** What the tokenizer takes for a part of a word. */
const WORDLY = /[\p{L}\p{N}\p{M}\p{Co}\p{So}]/u;

/** The most words and phrases of one question. */
const MAX_TERMS = 16;
/** A shorter beginning would match most of the texts. */
const SHORTEST_PREFIX = 3;

/** A text as the index stores it. Nothing but GAP is added, and no character is removed. */
export const indexed = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would be taken for marks
  text.replace(/[\u0000-\u0003]/g, ' ').replace(ANY_ALONE, `${GAP}$&${GAP}`);

/** U+FE0F asks for the picture of a character (❤️) instead of its text form (❤). The tokenizer takes it for a word. */
const AS_PICTURE = /\uFE0F/g;

const isWorded = (text: string): boolean => WORDLY.test(text.replace(AS_PICTURE, ''));

/** A text as a phrase, also without U+FE0F: who writes and who searches may differ in that. */
function phraseOf(text: string, isPrefix: boolean): string {
  // Quotes cannot occur in it, so it cannot end early.
  const quoted = (one: string): string => `"${indexed(one)}"${isPrefix ? ' *' : ''}`;
  const plain = text.replace(AS_PICTURE, '');
  // As it is, too, because in the middle of a phrase (❤️‍🔥) the text has it as a word of its own.
  return plain === text ? quoted(text) : `(${quoted(text)} OR ${quoted(plain)})`;
}

/**
 * The expression that finds texts with all words of a question. `"two words"` is a phrase, `begin*` the beginning of a
 * word, and everything else is plain text.
 * @returns null when there is no word in it, or a beginning is too short
 */
export function expressionOf(question: string): string | null {
  const terms: string[] = [];
  for (const [, phrase, word] of question.matchAll(/"([^"]*)"?|([^\s"]+)/g)) {
    const isPrefix = word !== undefined && /[^*]\*$/.test(word);
    const text = (phrase ?? word ?? '').replace(/\*+$/, '');
    if (!isWorded(text)) continue;
    if (isPrefix && !ALONE.test(text) && [...text].length < SHORTEST_PREFIX) return null;
    terms.push(phraseOf(text, isPrefix));
  }
  return terms.length === 0 ? null : terms.slice(0, MAX_TERMS).join(' AND ');
}

/** The expression that finds texts with at least one word that begins like a word of a question; null without a word. */
export function beginningsOf(question: string): string | null {
  const words = question.replaceAll('"', ' ').split(/\s+/).filter(isWorded);
  if (words.length === 0) return null;
  return words
    .slice(0, MAX_TERMS)
    .map((word) => phraseOf(word, true))
    .join(' OR ');
}

/** A part of a text, in UTF-16 units as JavaScript and JSON libraries count them. */
export interface Mark {
  readonly start: number;
  readonly length: number;
}

/** The hits in a text that was marked by the index, as places in the original text. */
export function marksOf(marked: string): Mark[] {
  const marks: Mark[] = [];
  let at = 0;
  let start = 0;
  for (const unit of marked) {
    if (unit === OPEN) start = at;
    else if (unit === CLOSE) marks.push({ start, length: at - start });
    else if (unit !== GAP) at += unit.length;
  }
  return marks;
}
