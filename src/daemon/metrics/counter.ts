// Counters whose label values come from closed lists. Each series exists from the start, at 0: a series that
// appears with its first event has no increase then, so no alerting rule notices it.
import { Counter, type Registry } from 'prom-client';

/** The values that each label may have. */
export type LabelLists = Readonly<Record<string, readonly string[]>>;
export type Labels<L extends LabelLists> = { readonly [K in keyof L]: L[K][number] };

export interface CounterRow<L extends LabelLists> {
  readonly name: string;
  readonly help: string;
  readonly labels: L;
  /** The combinations that can occur, if not all can. */
  readonly series?: readonly Labels<L>[];
}

/** The only place that makes a counter. @returns a function that counts one more */
export function countersOf(registry: Registry) {
  return <const L extends LabelLists>({ name, help, labels, series }: CounterRow<L>) => {
    const counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] });
    for (const one of series ?? combinations(labels)) counter.inc({ ...one }, 0);
    return (one: Labels<L>): void => counter.inc({ ...one });
  };
}

function combinations<L extends LabelLists>(labels: L): Labels<L>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (sofar, [label, values]) => sofar.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  ) as Labels<L>[];
}

/** Returns a text that is in the list as it is, and any other value as `other`, which must be in the list. */
export const among = <const V extends string>(list: readonly V[], value: unknown): V | 'other' =>
  list.find((one) => one === value) ?? 'other';
