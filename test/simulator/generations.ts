/**
 * Named builds of WhatsApp Web, each a set of knobs. A generation holds no behaviour of its own: whatever broke
 * has a knob, so that one break can also be tried alone.
 */
import { guess } from './knob-value.js';
import { defaultKnobs, type KnobSettings, type KnobValues } from './knobs.js';

const JULY = {
  pageVersion: '2.3000.1043220887',
  msgKeyString: '$1',
  syncTiming: 'early',
  framesWhileSyncing: 2,
  pushStatesWhileSyncing: 1,
  qrClearedRaises: true,
  downloadNeedsMimetype: true,
  reloadAfterLinkMs: 300_000,
  dialog: true,
  statusPosts: 'named',
  msgAvParams: false,
  statusReadUnlinks: true,
  codeUnlinks: 'self',
} as const satisfies KnobSettings;

/**
 * September 2026: the media model's private id is enumerable (wwebjs #201921, PR #201923); people of a group are promoted,
 * demoted and removed with success and not at all (PR #201895), its description wants named arguments (waha #2199), the helper
 * that blocking asks first is gone (#201866); and a channel shows the card of a link only when it was made for it (rmyndharis/OpenWA #1006).
 */
const SEPTEMBER = {
  ...JULY,
  pageVersion: '2.3000.1047712345',
  mediaSpreadsId: true,
  channelCards: 'fitting',
  groupChanges: 'led-moved',
  groupDescription: 'named',
  blockFault: 'moved',
  blockList: 'lid',
} as const;

/**
 * October 2026: the text of the QR begins with a link for the phone's camera, whatever a module says (whatsmeow 876de1e9); the
 * account is migrated to LIDs (WAWebLid1X1MigrationGating): people write from theirs, and a new chat is kept by it;
 * modules register one after the other (wa-js #3476, #3481); forwarding is in a bundle that is fetched on demand (wa-js PR #3582,
 * waha #2278); calls are the native stack's (wa-js PR #3567); a chat by LID is made
 * for the reasons on a list (wa-js PR #3573); and WhatsApp counts the new
 * chats of an account (devlikeapro/waha #2186).
 */
const OCTOBER = {
  ...SEPTEMBER,
  pageVersion: '2.3000.1049876543',
  qrPrefix: 'always',
  inboundAddress: 'lid',
  chatIds: 'lid',
  chatOrigin: 'allowed',
  lateModules: ['WAWebMsgKey', 'WAWebChatStateBridge', 'WAWebBlockContactAction'],
  lateModulesMs: 800,
  forwarding: 'bundle',
  calls: 'native',
  newChatQuota: 500,
} as const;

export const GENERATIONS = {
  /** As whatsapp-web.js 1.34.7 (2026-04-25) expects it. */
  '2026-04': {},
  /**
   * July 2026: message keys keep their string in `$1` (wwebjs #201852, PR #201901); sync is over before the library
   * listens (PR #5748); downloads want a mimetype (#201844); frames and pushState during sync (PR #201653); the "What's new" dialog; a reload after linking; the helper that posting a
   * status asks first is gone since the end of April (#201761; devlikeapro/waha #2063), and media are posted with one object (PR #201816); a message
   * has no avParams() (#201823).
   */
  '2026-07': JULY,
  '2026-09': SEPTEMBER,
  '2026-10': OCTOBER,
  /** The same, for an account of which a passkey is asked when a device is linked (since 2026-06-30). */
  '2026-09-passkey': { ...SEPTEMBER, passkey: true },
} as const satisfies Record<string, KnobSettings>;

export type Generation = keyof typeof GENERATIONS;

/** Throws RangeError for a generation that does not exist. */
export function generationNamed(name: string): Generation {
  if (Object.hasOwn(GENERATIONS, name)) return name as Generation;
  const known = Object.keys(GENERATIONS);
  throw new RangeError(`no generation "${name}"${guess(name, known)}; there are ${known.join(', ')}`);
}

export function knobsOf(generation: Generation): KnobValues {
  return { ...defaultKnobs(), ...GENERATIONS[generation] };
}
