/** xmlns `w:profile:picture` and `status`: pictures, and the account's text about itself. */
import { bytes, type Node, node, text } from '../wire/nodes.js';
import { seconds } from '../world/account.js';
import { messageId } from '../world/content.js';
import { tellGroupPicture } from '../world/group-notice.js';
import { makePicture, type Picture } from '../world/profile.js';
import { type Answer, type Asker, type Handlers, Refusal } from './request.js';

const NO_PICTURE = new Refusal(404, 'item-not-found');
const FORBIDDEN = new Refusal(403, 'forbidden');

/** Tells the other devices of the account what they have to ask for again (WAWebHandleAccountSyncNotification). */
export function tellOtherDevices({ account, device }: Asker, what: Node): void {
  for (const other of account.devices.values()) {
    if (other === device) continue;
    const attrs = { from: account.jid, type: 'account_sync', id: messageId(), t: seconds() };
    other.push(node('notification', attrs, [what]));
  }
}

function pictureOf({ world }: Asker, target: string): Picture | null {
  const group = world.groups.get(target);
  return group === undefined ? (world.registered(target)?.profile.picture ?? null) : group.picture;
}

/** Of the account itself, or of a group that it may change. */
function setPicture(asker: Asker, target: string | undefined, file: Buffer): Answer {
  const { world, account } = asker;
  const picture = file.length === 0 ? null : makePicture(world.media.put(file));
  const answer = picture === null ? [] : [node('picture', { id: picture.id })];
  const group = world.groups.get(target ?? '');
  if (group !== undefined) {
    const role = group.members.get(account.number);
    if (role === undefined || (group.locked && role === 'member')) return FORBIDDEN;
    group.picture = picture;
    tellGroupPicture(world, group, account.number);
  } else {
    if (target !== undefined && world.person(target) !== account) return FORBIDDEN;
    account.profile.picture = picture;
    tellOtherDevices(asker, node('picture'));
  }
  world.changes.changed();
  return answer;
}

export const PROFILES: Handlers = {
  /** The preview is the picture itself (WASmaxInProfilePictureGetResponseSuccessPictureURL). */
  'w:profile:picture get picture': (asker, part, iq) => {
    const picture = pictureOf(asker, iq.attrs.target ?? '');
    if (picture === null) return NO_PICTURE;
    const { id, url, directPath } = picture;
    return [node('picture', { id, type: part.attrs.type ?? 'preview', url, direct_path: directPath })];
  },
  'w:profile:picture set picture': (asker, part, iq) => setPicture(asker, iq.attrs.target, bytes(part)),
  /** Without a picture, the one that is there is removed (WAWebSendProfilePictureJob). */
  'w:profile:picture set': (asker, _part, iq) => setPicture(asker, iq.attrs.target, Buffer.alloc(0)),

  'status get status': ({ account }): Node[] => [
    node('status', { t: '0' }, Buffer.from(account.profile.about ?? '')),
  ],
  /** WAWebSetAboutJob */
  'status set status': (asker, part) => {
    asker.account.profile.about = text(part);
    tellOtherDevices(asker, node('status'));
    asker.world.changes.changed();
    return [];
  },
};
