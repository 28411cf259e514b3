// The keys that seal and open profiles: `[fleet] keyFile`.
import { readKeys } from '../../archive/seal.js';
import type { Config } from '../../config/keys.js';
import { readSecretFile } from '../../config/secret-file.js';
import { Fault } from '../../protocol/fault.js';

/** The first key seals, and any opens. @throws Fault usage, permission_denied */
export function fleetKeys({ fleet: { keyFile } }: Config): readonly string[] {
  if (keyFile === null)
    throw new Fault('usage', {
      reason: 'fleet.keyFile is missing: profiles leave this machine only sealed',
      hint: 'age-keygen -o /etc/wad/fleet.key',
    });
  return readKeys(readSecretFile({ path: keyFile, key: 'fleet.keyFile' }), keyFile);
}
