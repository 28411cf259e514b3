// The links of a folder's Markdown pages that lead to no file of the folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** @returns `page -> target` for each, relative to the folder. Pages of packages are left out */
export function deadLinks(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.md') && !path.includes('node_modules'),
  );
  if (pages.length === 0) throw new Error(`${folder} has no pages`);
  return pages.flatMap((page) =>
    [...readFileSync(join(folder, page), 'utf8').matchAll(/\]\(([^)#\s:]+)(?:#[^)\s]*)?\)/g)]
      .map(([, target = '']) => normalize(join(dirname(page), target)))
      .filter((target) => !existsSync(join(folder, target)))
      .map((target) => `${page} -> ${target}`),
  );
}
