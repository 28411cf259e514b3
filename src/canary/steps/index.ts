/** The steps of a linked account, in order. A step that fails takes only those away that name it in `needs`. */
import { ACTING } from './acting.js';
import { GROUPS } from './groups.js';
import { RECEIVING } from './receiving.js';
import { SENDING } from './sending.js';
import type { Step } from './step.js';

const isFirst = ({ needs }: Step): boolean => needs === undefined;

/** Those that need no other come first. */
export const STEPS: readonly Step[] = [...RECEIVING, ...SENDING, ...ACTING, ...GROUPS].toSorted(
  (one, other) => Number(isFirst(other)) - Number(isFirst(one)),
);
