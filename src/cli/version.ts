// The version of this program; scripts/bundle.mjs puts it in.
declare const WACTL_VERSION: string | undefined;

export const version: string = typeof WACTL_VERSION === 'string' ? WACTL_VERSION : 'unbundled';
