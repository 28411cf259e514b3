// Makes the routes of other programs' tables.
import type { Row } from './row.js';
import { WAHA_ROWS } from './waha.js';
import { WWEBJS_ROWS } from './wwebjs-api.js';

/** The programs whose routes the gateway can serve, as `gateway.compat` names them. */
export const COMPAT: Readonly<Record<string, readonly Row[]>> = {
  waha: WAHA_ROWS,
  'wwebjs-api': WWEBJS_ROWS,
};

/** A word in a path comes before a name in its place, because the router takes the first path that fits. */
export const inOrder = (rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : keyOf(one) > keyOf(other) ? 1 : 0));

const keyOf = ({ path }: Row): string => path.replace(/\{\w+\}/g, '\uffff');
