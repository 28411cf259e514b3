/** WALinkify: finds links in a text. */

export interface Link {
  href: string;
  value: string;
  index: number;
  suspiciousCharacters: Set<string>;
}

export function findLinks(text: unknown): Link[] {
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\b(https?:\/\/|www\.)[^\s<>"]+/gi)].map((match) => ({
    href: match[0].startsWith('www.') ? `http://${match[0]}` : match[0],
    value: match[0],
    index: match.index,
    suspiciousCharacters: new Set<string>(),
  }));
}

export const findLink = (text: unknown): Link | undefined => findLinks(text)[0];
