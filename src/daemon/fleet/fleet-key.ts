// The keys that seal and open profiles: `[fleet] keyFile`.
import { openBytes, readKeys, sealBytes } from '../../archive/seal.js';
import { unfitness } from '../../archive/unpack.js';
import type { Config } from '../../config/keys.js';
import { readSecretFile } from '../../config/secret-file.js';
import type { Seal } from '../../fleet/account-secret.js';
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

/** Seals and opens small secrets. @throws Fault usage, permission_denied */
export function fleetSeal(config: Config): Seal {
  const keys = fleetKeys(config);
  return {
    isRotating: keys.length > 1,
    seal: (plain) => sealBytes(plain, { keys }),
    open: (sealed) =>
      openBytes(sealed, { keys }).catch((error: unknown) => {
        const reason = `fleet.keyFile: what the fleet has sealed cannot be opened: ${unfitness(error, WHAT)}.`;
        throw new Fault('wrong_key', { reason, cause: error });
      }),
  };
}

const WHAT = 'the key in fleet.keyFile';
