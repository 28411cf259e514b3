// profile.*: reads and changes the account's own profile.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { Profile, profileMethods } from '../../../protocol/methods/profile.js';
import type { ReadProfile } from '../../../session/page-port.js';
import type { Account } from '../../account.js';
import type { MediaStore } from '../../media/media-store.js';
import { pictureOf, storeProfilePicture } from '../../media/picture.js';
import { readyClient } from '../ready-client.js';

type Person = Pick<Profile, 'id' | 'phone'>;

/** Stores the picture of a profile, and names its file. @throws (rejects) Fault disk_full */
export async function withFile<P extends Person & ReadProfile>(mediaStore: MediaStore, profile: P) {
  const { id, phone } = profile;
  // By the number where it is known: that is by which a person asks to be removed.
  const owner = phone === null ? id : `${phone}@c.us`;
  const picture =
    profile.picture === null ? null : await storeProfilePicture(mediaStore, owner, profile.picture);
  return { ...profile, picture };
}

export function profileHandlers(account: Account, mediaStore: MediaStore): Handlers<typeof profileMethods> {
  return {
    'profile.get': async ({ picture = false }) =>
      withFile(mediaStore, await readyClient(account).profiles.own(picture)),

    'profile.privacy': () => readyClient(account).profiles.privacy(),

    'profile.update': async ({ name, about, picture }) => {
      const { profiles } = readyClient(account);
      const image = typeof picture === 'string' ? await pictureOf(mediaStore, picture) : picture;
      const steps = [
        ...(name === undefined ? [] : [['name', () => profiles.rename(name)] as const]),
        ...(about === undefined ? [] : [['about', () => profiles.describe(about)] as const]),
        ...(image === undefined ? [] : [['picture', () => profiles.picture(image)] as const]),
      ];
      if (steps.length === 0)
        throw new Fault('invalid_params', {
          reason: 'Name what to change: name, about, picture.',
          hint: null,
        });
      const changed: (typeof steps)[number][0][] = [];
      for (const [part, change] of steps)
        try {
          await change();
          changed.push(part);
        } catch (error) {
          const { kind, details } = Fault.of(error);
          throw new Fault(kind, { ...details, more: { ...details.more, done: changed }, cause: error });
        }
      return { changed };
    },
  };
}
