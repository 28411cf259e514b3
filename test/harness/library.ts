// Loads the library as a program does: the bundle behind `import 'wactl'`, with the types of its source.
export const { connect, Fault } = (await import(
  new URL('../../../dist/client.js', import.meta.url).href
)) as typeof import('../../src/client/index.js');

/** The error of a call; null when it succeeds. */
export const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error) => error,
  );
