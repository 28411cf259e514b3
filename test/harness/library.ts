// The library as a program has it: the bundle that `import 'wactl'` finds, with the types of its source.
export const { connect, Fault } = (await import(
  new URL('../../../dist/client.js', import.meta.url).href
)) as typeof import('../../src/client/index.js');

/** What a call fails with; null when it does not. */
export const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error) => error,
  );
