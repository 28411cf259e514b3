/**
 * Pictures, names and business profiles (WAWebProfilePicThumbCollection, WAWebContactProfilePicThumbBridge,
 * WAWebSetPushnameConnAction, WAWebBusinessProfileCollection; 2026-04-27).
 */
import type { WireBusiness } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { Collection } from './collection.js';
import { Conn, isMe } from './conn.js';
import { Model } from './model.js';
import { createWid, type Wid } from './wid.js';

class Thumb extends Model {
  declare id: Wid;
  /** empty without a picture */
  declare tag: string;
  declare eurl: string | undefined;

  get img(): string | undefined {
    return this.tag === '' ? undefined : this.eurl;
  }
  get imgFull(): string | undefined {
    return this.img;
  }
  canSet(): boolean {
    return isMe(this.id);
  }
  canDelete(): boolean {
    return isMe(this.id) && this.tag !== '';
  }
}

class ThumbCollection extends Collection<Thumb> {
  async find(like: unknown): Promise<Thumb> {
    const id = createWid(like);
    if (knobs.profileFault === 'picture-hangs') return never();
    const path = (await chatSocket.request('picture', { wid: String(id) })) as string | null;
    const attributes = {
      tag: path ?? '',
      eurl: path === null ? undefined : `https://web.whatsapp.com${path}`,
    };
    return this.get(id)?.set(attributes) ?? this.add(new Thumb({ id, ...attributes }));
  }
}

export const ProfilePicThumb = new ThumbCollection();

/** @param data a data URL; null removes the picture */
async function put(wid: Wid, data: string | null): Promise<{ status: number }> {
  if (wid.isGroup()) {
    const picture = data === null ? null : data.replace(/^data:[^,]*,/, '');
    await chatSocket.request('group-picture', { group: String(wid), picture });
  } else {
    await chatSocket.request('set-picture', { data });
    await ProfilePicThumb.find(wid);
  }
  return { status: 200 };
}

export const ContactProfilePicThumbBridge = {
  requestProfilePicFromServer: async ({ id }: { id: Wid }) => ProfilePicThumb.find(id),
  async sendSetPicture(wid: Wid, _thumb: string, data: string): Promise<{ status: number }> {
    return put(wid, data);
  },
  async requestDeletePicture(wid: Wid): Promise<{ status: number }> {
    return put(wid, null);
  },
};

export const SetPushnameConnAction = {
  async setPushname(pushname: string): Promise<void> {
    await chatSocket.request('set-pushname', { pushname });
    Conn.set({ pushname });
  },
};

type Day = { mode: string; hours?: number[][] };

/** WAWebBusinessProfileUtils.parseBusinessProfile */
function parse(of: WireBusiness): object {
  const config: Record<string, Day> = {};
  for (const { day, mode, open, close } of of.hours ?? []) {
    if (mode !== 'specific_hours') config[day] = { mode };
    else {
      config[day] ??= { mode, hours: [] };
      config[day].hours?.push([open ?? 0, close ?? 0]);
    }
  }
  return {
    description: of.description,
    address: of.address,
    email: of.email,
    website: (of.websites ?? []).map((url) => ({ url })),
    categories: (of.categories ?? []).map((name, n) => ({ id: String(n), localized_display_name: name })),
    businessHours: of.hours ? { config, timezone: of.timezone } : null,
  };
}

export const BusinessProfile = {
  async find(like: unknown): Promise<Model> {
    const id = createWid(like);
    const found = (await chatSocket.request('business', { wid: String(id) })) as WireBusiness | null;
    return new Model({ id, ...(found ? parse(found) : {}) });
  },
};
