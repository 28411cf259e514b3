// The little of man(7) that the manual pages need. Knows no table of the product.

/** Text in which nothing is a command of roff. Hyphens stay hyphens: options are copied out of a page. */
export const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll('→', '\\(->')
    .replace(/^([.'])/gm, '\\&$1');

/** Between backquotes it is what is typed. */
export const prose = (text: string): string =>
  plain(text).replace(/`([^`]+)`/g, (_, typed: string) => `\\fB${typed}\\fR`);

export const head = (name: string, section: number): string => `.TH ${name.toUpperCase()} ${section} "" wad`;
export const section = (title: string): string => `.SH ${title.toUpperCase()}`;
export const subsection = (title: string): string => `.SS ${title}`;
export const paragraph = (text: string): string => `.PP\n${prose(text)}`;

/** Lines that stay as they are. */
export const verbatim = (text: string): string => `.PP\n.nf\n${plain(text)}\n.fi`;

/** A term with what is to be said of it. @param term as `bold` and `value` make it */
export const entry = (term: string, text: string): string => `.TP\n${term}\n${prose(text)}`;
export const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
export const value = (text: string): string => `\\fI${plain(text)}\\fR`;
/** What stands below an entry, as far in as its text. */
export const inset = (text: string): string => `.RS\n${text}\n.RE`;
