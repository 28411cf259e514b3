// channel.admins, revokeInvite, acceptInvite, removeAdmin, picture: the admins of channels, and their pictures.
import { Fault } from '../../../protocol/fault.js';
import type { Handlers } from '../../../protocol/method.js';
import type { channelAdminMethods } from '../../../protocol/methods/channel-admins.js';
import type { Account } from '../../account.js';
import type { MediaStore } from '../../media/media-store.js';
import { pictureOf } from '../../media/picture.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';
import { parseChannelId } from './channel.js';

export function channelAdminHandlers(
  account: Account,
  mediaStore: Pick<MediaStore, 'get' | 'read'>,
): Handlers<typeof channelAdminMethods> {
  const admins = () => readyClient(account).channelAdmins;
  return {
    'channel.admins': async ({ channel }) => {
      const id = parseChannelId(channel);
      return { channel: id, ...(await admins().list(id)) };
    },
    'channel.revokeInvite': async ({ channel, contact }) => {
      const id = parseChannelId(channel);
      return { channel: id, ...(await admins().revokeInvite(id, parsePerson(contact))) };
    },
    'channel.acceptInvite': async ({ channel }) => {
      const id = parseChannelId(channel);
      await admins().acceptInvite(id);
      return readyClient(account).channels.get(id);
    },
    'channel.removeAdmin': async ({ channel, contact }) => {
      const id = parseChannelId(channel);
      return {
        channel: id,
        ...(await admins().remove(id, contact === undefined ? null : parsePerson(contact))),
      };
    },
    'channel.picture': async ({ channel, media, remove = false }) => {
      const id = parseChannelId(channel);
      if ((media === undefined) !== remove)
        throw new Fault('invalid_params', { reason: 'Give either media or remove.', hint: null });
      const picture = media === undefined ? null : await pictureOf(mediaStore, media);
      return { channel: id, ...(await admins().picture(id, picture)) };
    },
  };
}
