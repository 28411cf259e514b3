// Runs in the page: rejects an incoming call.

import type { Tools } from './messages.js';
import type { PageModel, PageWid, PageWindow } from './page-window.js';

declare const window: PageWindow;

export function makeCalls(tools: Tools) {
  const { attempt, refuse } = tools;

  return {
    /** Rejects a ringing call: by the native stack if it has the call, else by the stanza that the library sends. */
    async reject(id: string) {
      const calls = window.require('WAWebCallCollection');
      const active = (calls.activeCall ?? null) as (PageModel & { userEndedCall?: boolean }) | null;
      const isActive = active !== null && String(active.id) === id;
      const call = (isActive ? active : attempt(() => calls.get(id))) as PageModel | null;
      if (call === null) return refuse('no_such_call', `No call ${id} is ringing.`);
      if (call.outgoing === true) return refuse('not_allowed', 'The call was made by this account.');
      const from = tools.text(call.peerJid as PageWid | string);
      const stack = isActive ? await window.require('WAWebVoipStackInterface').getVoipStackInterface() : null;
      if (typeof stack?.rejectCall === 'function') {
        // As the page's own button does; otherwise its list shows the call as missed (useWAWebVoipCallHandlers).
        if (active !== null) active.userEndedCall = true;
        await stack.rejectCall();
        await tools.confirmed('the call still rings', () => String(calls.activeCall?.id ?? '') !== id);
        return { id, from };
      }
      const me = window.require('WAWebUserPrefsMeUser');
      const { wap, generateId } = window.require('WAWap');
      const reject = wap('reject', { 'call-id': id, 'call-creator': from, count: '0' });
      const mine = tools.text((me.getMaybeMePnUser() ?? me.getMaybeMeLidUser()) as PageWid);
      const stanza = wap('call', { id: generateId(), from: mine, to: from }, [reject]);
      await window.require('WADeprecatedSendIq').deprecatedCastStanza(stanza);
      return { id, from };
    },
  };
}
