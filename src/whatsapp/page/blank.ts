// Runs in the page: hides texts and pictures, for a screenshot that may be shared. It uses an adopted style sheet, because
// the page's policy forbids inserting a style element.
import type { PageWindow } from './page-window.js';

declare const window: PageWindow;

export const BLANK_SHEET = `
  *, *::before, *::after { color: transparent !important; text-shadow: none !important; caret-color: transparent !important; }
  img, video, canvas, picture, svg, [style*="background-image"] { visibility: hidden !important; }
`;

/**
 * @param blank false restores the page
 * @param css BLANK_SHEET
 */
export function blankTexts(blank: boolean, css: string): void {
  interface Sheet {
    wad?: true;
    replaceSync(css: string): void;
  }
  const document = window.document as unknown as { adoptedStyleSheets: Sheet[] };
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheet.wad);
  if (!blank) return;
  const sheet = new (window.CSSStyleSheet as new () => Sheet)();
  sheet.wad = true;
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
