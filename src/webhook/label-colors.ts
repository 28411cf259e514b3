// The colours of labels by their number: the palette of WhatsApp Web (its module WAWebLabelConstants, 2026-04-27). WAHA's page
// about labels lists the same.

const COLORS = [
  ...['#ff9485', '#64c4ff', '#ffd429', '#dfaef0', '#99b6c1', '#55ccb3', '#ff9dff', '#d3a91d'],
  ...['#6d7cce', '#d7e752', '#00d0e2', '#ffc5c7', '#93ceac', '#f74848', '#00a0f2', '#83e422'],
  ...['#ffaf04', '#b5ebff', '#9ba6ff', '#9368cf'],
];

/** Null when it has none. WAHA gives black for a number that is not in its palette. */
export const hexOf = (color: number | null): string | null =>
  color === null ? null : (COLORS[color] ?? '#000000');

/** Undefined for a colour that is not in the palette. */
export function colorOf(hex: string): number | undefined {
  const at = COLORS.indexOf(hex.toLowerCase());
  return at < 0 ? undefined : at;
}
