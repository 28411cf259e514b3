// The first file of an archive: what the session in it is. Anybody who knows the passphrase may have written it, so the type
// of each field is checked.
import { Unfit } from './unfit.js';

/** The content of `session.json`. */
export interface Manifest {
  readonly format: 1;
  readonly account: string;
  readonly wid: string | null;
  readonly linkedAt: string | null;
  /** The receive watermark at the time of the export, ISO 8601; null or missing: unknown. */
  readonly lastSeenAt?: string | null;
  readonly browser: string | null;
  readonly made: string;
  /** How many files follow, and their bytes; missing in archives of wad 0.1. */
  readonly files?: number;
  readonly bytes?: number;
  /** In copies of a fleet: the lease under which it was made. */
  readonly epoch?: number;
}

export const MANIFEST = 'session.json';

export const writeManifest = (manifest: Manifest): Buffer =>
  Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);

/** @throws Unfit */
export function readManifest(bytes: Buffer): Manifest {
  let found: Record<string, unknown>;
  try {
    found = Object(JSON.parse(bytes.toString())) as Record<string, unknown>;
  } catch (error) {
    throw new Unfit(`its ${MANIFEST} is not JSON`, { cause: error });
  }
  if (typeof found.format === 'number' && found.format > 1)
    throw new Unfit(`it has format ${found.format}, which requires a newer wad`);
  const wrong = Object.entries(FIELDS).find(([name, fits]) => !fits(found[name]));
  if (wrong !== undefined) throw new Unfit(`its ${MANIFEST} has no valid ${wrong[0]}`);
  return found as unknown as Manifest;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value as string));
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const orNone =
  (fits: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || value === null || fits(value);

const FIELDS: Readonly<Record<keyof Manifest, (value: unknown) => boolean>> = {
  format: (value) => value === 1,
  account: isText,
  wid: orNone(isText),
  browser: orNone(isText),
  linkedAt: orNone(isTime),
  lastSeenAt: orNone(isTime),
  made: orNone(isTime),
  files: orNone(isCount),
  bytes: orNone(isCount),
  epoch: orNone(isCount),
};
