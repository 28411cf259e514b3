// profile.*: reads and changes the account's own profile.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { profileMethods } from '../../../protocol/methods/profile.js';
import type { Account } from '../../account.js';
import type { MediaStore } from '../../media/media-store.js';
import { pictureOf } from '../../media/picture.js';
import type { ProfilePictures } from '../../media/profile-pictures.js';
import { readyClient } from '../ready-client.js';

export function profileHandlers(
  account: Account,
  mediaStore: MediaStore,
  pictures: ProfilePictures,
): Handlers<typeof profileMethods> {
  return {
    'profile.get': ({ picture = false }) => pictures.read(() => readyClient(account).profiles.own(picture)),

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
