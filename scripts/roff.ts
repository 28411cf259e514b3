// The little of man(7) that the manual pages need. Knows no table of the product.

/** A line of source; longer ones are hard to read, and mandoc complains. */
const SOURCE_COLUMNS = 79;
/** How far in the text of an entry stands; small, so that examples fit into 80 columns. */
const INDENT = 4;

/** Text in which nothing is a command of roff. Hyphens stay hyphens: options are copied out of a page. */
export const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('→', '\\(->')
    .replace(/^([.'])/gm, '\\&$1');

/** Filled text, an input line of which may begin with anything. */
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

/** Between backquotes it is what is typed. */
export const prose = (text: string): string =>
  filled(plain(text).replace(/`([^`]+)`/g, (_, typed: string) => `\\fB${typed}\\fR`));

/** @param released ISO 8601, of the version that the page is of */
export const head = (name: string, section: number, released: string): string =>
  `.TH ${name.toUpperCase()} ${section} ${released} wad`;
export const section = (title: string): string => `.SH ${title.toUpperCase()}`;
export const subsection = (title: string): string => `.SS ${title}`;
export const paragraph = (text: string): string => `.PP\n${prose(text)}`;
/** What stands right behind a heading, which begins a paragraph itself. */
export const lead = prose;

/** Lines that stay as they are. */
export const verbatim = (text: string): string => `.PP\n.nf\n${plain(text)}\n.fi`;
export const leadVerbatim = (text: string): string => `.nf\n${plain(text)}\n.fi`;

/** A term with what is to be said of it. @param term as `bold` and `value` make it */
export const entry = (term: string, text: string): string => `.TP ${INDENT}\n${term}\n${prose(text)}`;
export const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
export const value = (text: string): string => `\\fI${plain(text)}\\fR`;
/** What stands below an entry, as far in as its text. */
export const inset = (text: string): string => `.RS ${INDENT}\n${text}\n.RE`;
