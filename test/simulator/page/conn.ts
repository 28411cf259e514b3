/**
 * WAWebConnModel.Conn and our own account: its identities, name and platform, and the QR ref while unlinked.
 */
import type { Me } from '../wire.js';
import { Model } from './model.js';
import { createWid, type Wid } from './wid.js';

class ConnModel extends Model {
  declare ref: string | undefined;
  declare wid: Wid | undefined;
  declare pushname: string | undefined;
  declare platform: string | undefined;
  declare battery: number | undefined;
  declare plugged: boolean | undefined;

  canSetMyPushname(): boolean {
    return true;
  }
}

export const Conn = new ConnModel({
  ref: undefined,
  wid: undefined,
  pushname: undefined,
  platform: undefined,
});

let lid: Wid | undefined;

export function become(me: Me): void {
  lid = createWid(me.lid);
  Conn.set({ wid: createWid(me.pn), pushname: me.pushname, platform: me.platform });
}

export function becomeNobody(): void {
  lid = undefined;
  Conn.set({ wid: undefined, pushname: undefined, platform: undefined });
}

export const getMaybeMePnUser = (): Wid | undefined => Conn.wid;
export const getMaybeMeLidUser = (): Wid | undefined => lid;
export const isMe = (wid: unknown): boolean =>
  String(wid) === String(Conn.wid) || String(wid) === String(lid);

export const UserPrefsMeUser = {
  getMaybeMePnUser,
  getMaybeMeLidUser,
  getMaybeMeUser: getMaybeMePnUser,
  getMePnUserOrThrow: () => createWid(Conn.wid),
  getMeLidUserOrThrow: () => createWid(lid),
  isMeAccount: isMe,
};
