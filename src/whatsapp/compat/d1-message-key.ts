// D1, message keys: gives WAWebMsgKey a `_serialized` again. Since 2026-07-14 (2.3000.1042401057) the class keeps its
// string in the minified `$1`. The library then looks up its own message as Msg.get(undefined): sendMessage returns
// `undefined` for a message that was delivered, and ids, quotes and reactions break. The property is found by its value,
// because its name may change again. Keys can be made only once there is an account (WAWebMsgKey, seen 2026-04-27), so on
// a page without one the probe waits. Delete this file when a release no longer reads `_serialized` of a message key.
import type { PageMsgKey, PageMsgKeyClass, PageWid, PageWindow } from '../page/page-window.js';
import type { Shim, ShimResult } from './shim.js';

declare const window: PageWindow;

/** Runs in the page. */
function mendMessageKey(): ShimResult {
  const MsgKey = window.require('WAWebMsgKey') as PageMsgKeyClass;
  const prefs = window.require('WAWebUserPrefsMeUser');
  const me = (prefs.getMaybeMePnUser() ?? prefs.getMaybeMeLidUser()) as PageWid | null | undefined;
  if (!me) return 'unlinked';
  const user = me._serialized.replace(/[:@].*$/, '');
  // A temporary key in the chat with oneself. Its serialised form contains all of its parts.
  const make = (id: string): PageMsgKey => new MsgKey({ fromMe: true, remote: me, id });
  const isWhole = (value: unknown, id: string): boolean =>
    typeof value === 'string' && value.includes(user) && value.includes(id) && value !== id;
  const key = make('WADPROBE01');
  if (isWhole(key._serialized, 'WADPROBE01')) return 'native';
  const name = Object.getOwnPropertyNames(key).find((own) => isWhole(key[own], 'WADPROBE01'));
  if (name !== undefined) {
    Object.defineProperty(MsgKey.prototype, '_serialized', {
      configurable: true,
      get(this: PageMsgKey) {
        return this[name];
      },
    });
  } else if (isWhole(key.toString(), 'WADPROBE01')) {
    Object.defineProperty(MsgKey.prototype, '_serialized', {
      configurable: true,
      get(this: PageMsgKey) {
        return this.toString();
      },
    });
  } else return 'failed: no property of WAWebMsgKey holds the whole key';
  return isWhole(make('WADPROBE02')._serialized, 'WADPROBE02')
    ? 'patched'
    : 'failed: the getter on WAWebMsgKey has no effect';
}

export const messageKey: Shim = {
  id: 'D1',
  breaks: 'WAWebMsgKey has no _serialized',
  since: '2.3000.1042401057',
  source: 'wwebjs/whatsapp-web.js #201852, #201857, PR #201901',
  capability: 'send.text',
  apply: (page) => page.evaluate(mendMessageKey),
};
