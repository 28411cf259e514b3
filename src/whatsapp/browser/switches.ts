// The table of Chromium switches that save memory, CPU or requests of the browser's own, each with the reason why nothing is lost (docs/performance.md;
// bench/browser.mjs measures all of them together). None changes the sandbox, site isolation, or the processes that handle
// foreign bytes.

interface Saving {
  /** A switch with its value, or the name of a feature to switch off. */
  readonly switch: `--${string}` | { readonly feature: string };
  readonly why: string;
}

export const SAVINGS: readonly Saving[] = [
  { switch: '--disable-gpu', why: 'nobody sees the page, and servers have no GPU to draw it with' },
  {
    switch: '--disable-software-rasterizer',
    why: 'the process that replaces a GPU need not load SwiftShader; the page uses no WebGL',
  },
  {
    switch: '--disk-cache-size=104857600',
    why: 'in bytes: the page has about 30 MB, and a larger cache may fill a small disk',
  },
  {
    switch: '--js-flags=--optimize-for-size',
    why: 'V8 prefers a small heap to speed; the page mostly waits',
  },
  {
    switch: { feature: 'SpareRendererForSitePerProcess' },
    why: 'a spare renderer for the next site, and there is only one site',
  },
  {
    switch: { feature: 'WebUIOmniboxPopup' },
    why: 'the address bar has a hidden page with a renderer of its own, and nobody types there',
  },
  { switch: { feature: 'WebUIOmniboxAimPopup' }, why: 'as above' },
  { switch: { feature: 'WebUIOmniboxFullPopup' }, why: 'as above' },
  {
    switch: '--gaia-url=https://127.0.0.1:9',
    why: 'Chromium asks accounts.google.com who is signed in. To this port, which it counts as unsafe, it sends nothing, also with a proxy',
  },
  {
    switch: '--component-updater=url-source=https://127.0.0.1:9/',
    why: 'Chromium asks update.googleapis.com for a component, also with --disable-component-update; the port as above',
  },
  {
    switch: { feature: 'NetworkTimeServiceQuerying' },
    why: 'Chromium asks clients2.google.com for the time',
  },
];

/** The table as arguments. Puppeteer joins the list of features with its own. */
export function savingArgs(): string[] {
  const switches = SAVINGS.flatMap((saving) => (typeof saving.switch === 'string' ? [saving.switch] : []));
  const features = SAVINGS.flatMap((saving) =>
    typeof saving.switch === 'string' ? [] : [saving.switch.feature],
  );
  return [...switches, `--disable-features=${features.join(',')}`];
}
