// A seeded random generator: the same seed gives the same rolls (mulberry32).

export interface Dice {
  /** A number from 0 to 1, without 1. */
  roll(): number;
  pick<T>(from: readonly T[]): T;
}

export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { roll, pick: (from) => from[Math.floor(roll() * from.length)] as (typeof from)[number] };
}
