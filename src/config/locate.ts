// Finds the line of a key in a TOML text, for messages about unknown keys and bad values: the parser reports lines only
// for syntax errors. It scans lines, and skips multi-line strings and arrays.

const HEADER = /^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}/;
const KEY =
  /^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*=(.*)$/;

const dotted = (text: string): string =>
  text
    .split('.')
    .map((part) => part.trim().replace(/^(["'])(.*)\1$/, '$2'))
    .join('.');

/** The quotes of a multi-line string that `text` opens and does not close, or null. */
const opens = (text: string): '"""' | "'''" | null => {
  for (const quotes of ['"""', "'''"] as const) if (text.split(quotes).length % 2 === 0) return quotes;
  return null;
};

/** The number of brackets that `text` opens and does not close, without those in strings and comments. */
const depthOf = (text: string): number => {
  const bare = text.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, '').replace(/#.*/, '');
  return (bare.match(/[[{]/g)?.length ?? 0) - (bare.match(/[\]}]/g)?.length ?? 0);
};

/** The 1-based line of the first occurrence of every key and table, by full name. */
export function lines(toml: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const note = (name: string, line: number) => {
    // A dotted key also begins the tables above it.
    const parts = name.split('.');
    for (let i = 1; i <= parts.length; i++) {
      const above = parts.slice(0, i).join('.');
      if (!found.has(above)) found.set(above, line);
    }
  };
  let table = '';
  let quotes: string | null = null;
  let depth = 0;
  for (const [index, line] of toml.split(/\r?\n/).entries()) {
    if (quotes !== null) {
      if (line.includes(quotes)) quotes = null;
      continue;
    }
    if (depth > 0) {
      depth = Math.max(0, depth + depthOf(line));
      continue;
    }
    const header = HEADER.exec(line);
    const key = KEY.exec(line);
    if (key?.[1] !== undefined) {
      note(table + dotted(key[1]), index + 1);
      quotes = opens(key[2] ?? '');
      if (quotes === null) depth = Math.max(0, depthOf(key[2] ?? ''));
    } else if (header?.[1] !== undefined) {
      note(dotted(header[1]), index + 1);
      table = `${dotted(header[1])}.`;
    }
  }
  return found;
}

/** The line of a full name, or of the nearest table above it: an inline table has one line for all its keys. */
export function locate(found: ReadonlyMap<string, number>, name: string): number | null {
  for (let parts = name.split('.'); parts.length > 0; parts = parts.slice(0, -1)) {
    const line = found.get(parts.join('.'));
    if (line !== undefined) return line;
  }
  return null;
}
