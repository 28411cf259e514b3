// Sorts the rows of several tables for the router, which takes the first path that fits.
import type { Row } from './row.js';

/** A word in a path comes before a name in its place. */
export const inOrder = (rows: readonly Row[]): readonly Row[] =>
  [...rows].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : keyOf(one) > keyOf(other) ? 1 : 0));

const keyOf = ({ path }: Row): string => path.replace(/\{\w+\}/g, '\uffff');
