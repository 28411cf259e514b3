// group.preview, join, requests, answer, picture: joins groups, and answers those who want to join ours.
import { Fault } from '../../../protocol/fault.js';
import { inviteCode } from '../../../protocol/invite.js';
import type { Handlers } from '../../../protocol/method.js';
import type { groupJoinMethods } from '../../../protocol/methods/group-join.js';
import type { Account } from '../../account.js';
import type { MediaStore } from '../../media/media-store.js';
import { pictureOf } from '../../media/picture.js';
import { parsePerson } from '../parse-person.js';
import { readyClient } from '../ready-client.js';
import { parseGroup } from './group.js';

export function groupJoinHandlers(
  account: Account,
  mediaStore: Pick<MediaStore, 'get' | 'read'>,
): Handlers<typeof groupJoinMethods> {
  const joining = () => readyClient(account).joining;
  return {
    'group.preview': ({ invite }) => joining().preview(inviteCode('group', invite)),
    'group.join': ({ invite }) => joining().join(inviteCode('group', invite)),
    'group.requests': async ({ group, ...part }) => {
      const id = parseGroup(group);
      return { group: id, ...(await joining().requests(id, part)) };
    },
    'group.answer': async ({ group, action, participants }) => {
      const id = parseGroup(group);
      const people = participants?.map(parsePerson) ?? null;
      return { group: id, ...(await joining().answer(id, action, people)) };
    },
    'group.picture': async ({ group, media, remove = false }) => {
      const id = parseGroup(group);
      if ((media === undefined) !== remove)
        throw new Fault('invalid_params', { reason: 'Give either media or remove.', hint: null });
      const picture = media === undefined ? null : await pictureOf(mediaStore, media);
      return { group: id, ...(await joining().picture(id, picture)) };
    },
  };
}
