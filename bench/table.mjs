// Formats the rows of scripts/bench: our value, the rival's, their ratio or difference, and the goal. Each
// bench prints its rows and, with --json FILE, writes them.
import { writeFileSync } from 'node:fs';

/**
 * @param name what is measured
 * @param ours
 * @param rival two numbers of the same unit, from one run; `rival` may be left out
 * @param ratio our value divided by the rival's, unless it is the median of the pairs' ratios
 * @param goal such as `{ ratio: 1.1 }`, `{ over: 25 }` (ours less the rival's) or `{ value: 0.5 }`: an upper
 * bound, or with `atLeast: true` a lower bound
 */
export function row({
  name,
  unit,
  ours,
  rival,
  ratio = rival === undefined ? undefined : ours / rival,
  goal,
}) {
  const [kind, bound] = Object.entries(goal ?? {}).find(([key]) => key !== 'atLeast') ?? [];
  const got = { ratio, over: rival === undefined ? undefined : ours - rival, value: ours }[kind];
  const met = kind === undefined ? undefined : goal.atLeast ? got >= bound : got <= bound;
  return {
    name,
    unit,
    ours,
    rival,
    ratio,
    goal: kind && { kind, bound, atLeast: goal.atLeast ?? false },
    met,
  };
}

const figure = (number) => {
  if (number === undefined) return '–';
  if (Math.abs(number) >= 100) return number.toFixed(0);
  return number.toFixed(Math.abs(number) >= 10 ? 1 : 3);
};
const words = (goal, unit) => {
  if (goal === undefined) return '–';
  const sign = goal.atLeast ? '≥' : '≤';
  if (goal.kind === 'ratio') return `${sign} ${goal.bound} ×`;
  return goal.kind === 'over' ? `${sign} rival + ${goal.bound} ${unit}` : `${sign} ${goal.bound} ${unit}`;
};

export function print(rows) {
  const cells = [
    ['', 'unit', 'ours', 'rival', 'ratio', 'goal', 'met'],
    ...rows.map(({ name, unit, ours, rival, ratio, goal, met }) => [
      ...[name, unit, figure(ours), figure(rival), ratio === undefined ? '–' : ratio.toFixed(3)],
      ...[words(goal, unit), met === undefined ? '' : met ? 'yes' : 'NO'],
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  for (const line of cells)
    console.log(
      line
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    );
}

/** Prints the rows, and writes them to `file` if it is given. */
export function report(rows, file) {
  print(rows);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
}
