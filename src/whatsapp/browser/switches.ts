// The table of Chromium switches that save memory or CPU, each with its measured gain and the reason why nothing is
// lost (docs/performance.md; bench/browser.mjs measures all of them together). None touches the sandbox, site isolation
// or the process model of what handles foreign bytes. It does not know how a browser is launched.

interface Saving {
  /** A switch with its value, or the name of a feature to switch off. */
  readonly switch: `--${string}` | { readonly feature: string };
  readonly why: string;
}

export const SAVINGS: readonly Saving[] = [
  { switch: '--disable-gpu', why: 'nobody looks at the page, and servers have no GPU to draw it with' },
  {
    switch: '--disable-software-rasterizer',
    why: 'the process that draws in place of a GPU need not load SwiftShader; the page uses no WebGL',
  },
  {
    switch: '--disk-cache-size=104857600',
    why: 'bytes: the page is some 30 MB, and a cache may fill a small disk',
  },
  {
    switch: '--js-flags=--optimize-for-size',
    why: 'V8 prefers a small heap to speed; the page mostly waits',
  },
  {
    switch: { feature: 'SpareRendererForSitePerProcess' },
    why: 'a renderer kept ready for the next site, of which there is none',
  },
  {
    switch: { feature: 'WebUIOmniboxPopup' },
    why: 'the address bar has a hidden page with a renderer of its own, and nobody types there',
  },
  { switch: { feature: 'WebUIOmniboxAimPopup' }, why: 'as above' },
  { switch: { feature: 'WebUIOmniboxFullPopup' }, why: 'as above' },
];

/** The table as arguments. Puppeteer joins the list of features with its own. */
export function savingArgs(): string[] {
  const switches = SAVINGS.flatMap((saving) => (typeof saving.switch === 'string' ? [saving.switch] : []));
  const features = SAVINGS.flatMap((saving) =>
    typeof saving.switch === 'string' ? [] : [saving.switch.feature],
  );
  return [...switches, `--disable-features=${features.join(',')}`];
}
