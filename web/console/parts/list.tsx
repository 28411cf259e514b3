// Names with their values.
import type { ComponentChildren } from 'preact';

type Pair = readonly [name: string, value: ComponentChildren];

/** Leaves out what has no value. */
export function List({ of }: { readonly of: readonly Pair[] }) {
  return (
    <dl>
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
