/**
 * Named builds of WhatsApp Web, each a set of knobs. A generation has no behaviour of its own: every break
 * has a knob, so that it can also be tested alone.
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
 * September 2026. The media model's private id is enumerable (wwebjs #201921, PR #201923). Promoting,
 * demoting and removing people of a group succeeds without effect (PR #201895). A group's description takes
 * named arguments (waha #2199). The helper that blocking calls first is gone (#201866). A channel shows the
 * card of a link only if it was made for the channel (rmyndharis/OpenWA #1006).
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
 * October 2026. The text of the QR begins with a link for the phone's camera, whatever a module says
 * (whatsmeow 876de1e9). The account is migrated to LIDs (WAWebLid1X1MigrationGating): people write from
 * theirs, and a new chat is stored by LID. Modules register one after the other (wa-js #3476, #3481).
 * Forwarding is in a bundle that loads on demand (wa-js PR #3582, waha #2278). Calls belong to the native
 * stack (wa-js PR #3567). A chat by LID is created only for origins on a list (wa-js PR #3573). WhatsApp
 * counts the new chats of an account (devlikeapro/waha #2186).
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
   * July 2026. Message keys have their string in `$1` (wwebjs #201852, PR #201901). Sync ends before the
   * library listens (PR #5748). Downloads require a mimetype (#201844). There are frames and pushState during
   * sync (PR #201653), the "What's new" dialog, and a reload after linking. The helper that posting a status
   * calls first is gone since the end of April (#201761; devlikeapro/waha #2063), and media are posted with
   * one object (PR #201816). A message has no avParams() (#201823).
   */
  '2026-07': JULY,
  '2026-09': SEPTEMBER,
  '2026-10': OCTOBER,
  /** The same, for an account that needs a passkey when a device is linked (since 2026-06-30). */
  '2026-09-passkey': { ...SEPTEMBER, passkey: true },
} as const satisfies Record<string, KnobSettings>;

export type Generation = keyof typeof GENERATIONS;

/** Throws RangeError for an unknown generation. */
export function generationNamed(name: string): Generation {
  if (Object.hasOwn(GENERATIONS, name)) return name as Generation;
  const known = Object.keys(GENERATIONS);
  throw new RangeError(`no generation "${name}"${guess(name, known)}; there are ${known.join(', ')}`);
}

export function knobsOf(generation: Generation): KnobValues {
  return { ...defaultKnobs(), ...GENERATIONS[generation] };
}
