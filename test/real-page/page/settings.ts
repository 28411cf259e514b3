/** What the server writes into the document, and at the beginning of a worker. */
export interface PageSettings {
  readonly document: string;
  /** The module for the number of each conditional module, or null for none. */
  readonly conditional: Readonly<Record<string, string | null>>;
  /** Exports of the modules that the real page's HTML has, by name. */
  readonly data: Readonly<Record<string, object>>;
  /** Names that modules depend on and that no module of the folder has. */
  readonly absent: readonly string[];
  /** Numbers of the `gkx` that are on. */
  readonly gates: readonly string[];
  /** Values of `justknobx` by number; the others are false. */
  readonly knobs: Readonly<Record<string, boolean | number>>;
  /** Root key to be trusted, in hexadecimal; null: the page's own. */
  readonly trustedRoot: string | null;
}

declare global {
  var __realPageSettings: PageSettings;
}
