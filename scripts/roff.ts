// The small part of man(7) that the manual pages need. It knows no table of the product.

/** A line of source; longer ones are hard to read, and mandoc complains. */
const SOURCE_COLUMNS = 79;
/** The indentation of the text of an entry; small, so that examples fit into 80 columns. */
const INDENT = 4;

/**
 * Escapes text so that nothing in it is a roff command. Hyphens stay hyphens, because options are copied from
 * a page.
 */
export const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('→', '\\(->')
    .replace(/^([.'])/gm, '\\&$1');

/** Fills text, whose input lines may begin with any character. */
function filled(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= SOURCE_COLUMNS)
      lines[lines.length - 1] += ` ${word}`;
    else lines.push(/^[.']/.test(word) ? `\\&${word}` : word);
  }
  return lines.join('\n');
}

/** Formats prose; text between backquotes is typed literally. */
export const prose = (text: string): string =>
  filled(plain(text).replace(/`([^`]+)`/g, (_, typed: string) => `\\fB${typed}\\fR`));

/** @param released release date of the described version, ISO 8601 */
export const head = (name: string, section: number, released: string): string =>
  `.TH ${name.toUpperCase()} ${section} ${released} wad`;
export const section = (title: string): string => `.SH ${title.toUpperCase()}`;
export const subsection = (title: string): string => `.SS ${title}`;
export const paragraph = (text: string): string => `.PP\n${prose(text)}`;
/** Text right after a heading, which already begins a paragraph. */
export const lead = prose;

/** Lines that are printed unchanged. */
export const verbatim = (text: string): string => `.PP\n.nf\n${plain(text)}\n.fi`;
export const leadVerbatim = (text: string): string => `.nf\n${plain(text)}\n.fi`;

/** A term with its description. @param term as made by `bold` and `value` */
export const entry = (term: string, text: string): string => `.TP ${INDENT}\n${term}\n${prose(text)}`;
export const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
export const value = (text: string): string => `\\fI${plain(text)}\\fR`;
/** Text below an entry, indented like the entry's text. */
export const inset = (text: string): string => `.RS ${INDENT}\n${text}\n.RE`;
