// D10, calls: reports calls of the page's native stack. Since summer 2026 that stack handles calls.
// WAWebVoipWebBridgeApi makes the model and passes it to WAWebCallCollection.setActiveCall, which does not
// add it to the Map that the library wraps, so no `call` is raised (wa-js PR #3567; OpenWA #1655; read in the
// page's modules of 2026-04-27). The collection is in a separate bundle, which loads later. Both ways are
// observed here; a call seen by both is reported once (content-events.ts). Delete this file when a release
// listens to setActiveCall.
import type { PageWid, PageWindow } from '../page/page-window.js';
import type { Shim, ShimResult } from './shim.js';

declare const window: PageWindow;

/** Runs in the page, once per document, after the library has wrapped the Map. */
function observeCalls(): ShimResult {
  interface Call {
    readonly id: unknown;
    readonly peerJid?: PageWid | string;
    readonly isVideo?: boolean;
    readonly isGroup?: boolean;
    readonly outgoing?: boolean;
    /** Seconds; 0 on the native stack. */
    readonly offerTime?: number;
    getState?(): unknown;
  }
  type Calls = Record<string, unknown> & {
    activeCall?: Call | null;
    setActiveCall?(call: Call | null): unknown;
  };
  const marks = window.__wad;
  if (!marks) return 'failed: the document has no marks';
  const attempt = <T>(get: () => T): T | null => {
    try {
      return get() ?? null;
    } catch {
      return null;
    }
  };
  const module = (name: string) => (marks.require ?? window.require)(name);
  /** Members of WAWebVoipWaCallEnums.CallState, which are numbers. The older stack had the last one as a word. */
  const RINGING = ['ReceivedCall', 'ReceivedCallWithoutOffer', 'INCOMING_RING'];
  const isRinging = (call: Call): boolean => {
    const state = attempt(() => call.getState?.());
    if (call.outgoing === true) return false;
    if (state === null) return true;
    const states = attempt(() => module('WAWebVoipWaCallEnums').CallState as Record<string, unknown>);
    return RINGING.some((name) => state === name || (states !== null && state === states[name]));
  };
  const ringing = new Set<string>();
  const report = (state: 'ringing' | 'ended', call: Call): void => {
    const id = String(call.id);
    if (ringing.has(id) === (state === 'ringing')) return;
    if (state === 'ringing') ringing.add(id);
    else ringing.delete(id);
    const { peerJid } = call;
    marks.report({
      kind: 'call',
      state,
      id,
      video: call.isVideo === true,
      group: call.isGroup === true,
      from: typeof peerJid === 'string' ? peerJid : (peerJid?._serialized ?? String(peerJid)),
      offeredAt: call.offerTime || null,
    });
  };
  /** Reports a new call one turn later: the page sets its state, kind and time right after it has passed the model. */
  const added = (call: Call): void => {
    window.setTimeout(() => {
      if (isRinging(call)) report('ringing', call);
    }, 0);
  };

  const observe = (calls: Calls): ShimResult => {
    const map = Object.values(calls).find((value): value is Map<unknown, Call> => value instanceof Map);
    const activate = calls.setActiveCall;
    if (map === undefined && typeof activate !== 'function')
      return 'failed: WAWebCallCollection keeps no calls';
    if (map !== undefined) {
      const [set, remove] = [map.set.bind(map), map.delete.bind(map)];
      map.set = (id, call) => {
        added(call);
        return set(id, call);
      };
      map.delete = (id) => {
        const call = map.get(id);
        if (call) report('ended', call);
        return remove(id);
      };
    }
    if (typeof activate === 'function')
      calls.setActiveCall = (call) => {
        const before = calls.activeCall;
        const result = activate.call(calls, call);
        if (before && before !== call) report('ended', before);
        if (call) added(call);
        return result;
      };
    marks.reportsCalls = true;
    return typeof activate === 'function' ? 'patched' : 'native';
  };

  const found = attempt(() => module('WAWebCallCollection') as Calls);
  if (found !== null) return marks.reportsCalls ? 'native' : observe(found);
  // No event is raised when the bundle has loaded.
  const waiting = window.setInterval(() => {
    const late = attempt(() => module('WAWebCallCollection') as Calls);
    if (late === null) return;
    window.clearInterval(waiting);
    if (!marks.reportsCalls) observe(late);
  }, 250);
  return 'native';
}

export const nativeCalls: Shim = {
  id: 'D10',
  breaks: 'calls of the native stack are never added to the collection',
  since: '2.3000.1044449815',
  source: 'wppconnect-team/wa-js PR #3567, PR #3568; rmyndharis/OpenWA #1655',
  capability: 'calls.receive',
  apply: (page) => page.evaluate(observeCalls),
};
