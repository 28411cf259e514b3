// The version of this program, inserted by scripts/bundle.mjs.
declare const WACTL_VERSION: string | undefined;

export const version: string = typeof WACTL_VERSION === 'string' ? WACTL_VERSION : 'unbundled';
