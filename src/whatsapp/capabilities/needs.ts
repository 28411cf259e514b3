// The table of capabilities: which modules, members of modules and proofs each one needs. A build that lost one loses
// that capability and no other. `session.status` uses these names.

import type { CapabilityState } from '../../protocol/capability.js';
import { ACTION_CAPABILITIES } from './actions.js';

/**
 * Capability → needs. A need is a module, a member of one, or a proof (page/lacks.ts). A capability with a missing need is
 * missing.
 */
const TABLE = {
  'session.receive': [
    'WAWebSocketModel.Socket',
    'WAWebConnModel.Conn',
    'WAWebUserPrefsMeUser.getMaybeMePnUser',
    'WAWebUserPrefsMeUser.getMaybeMeLidUser',
    'WAWebCollections.Msg',
    'WAWebCollections.Chat',
    'a wid as text',
  ],
  'send.text': [
    'WAWebCollections.Msg',
    'WAWebCollections.Chat',
    'WAWebMsgKey.newId',
    'WAWebWidFactory.createWid',
    'a wid as text',
    'WAWebChatGetters.getIsNewsletter',
    'WAWebChatGetters.getIsBroadcast',
    'WAWebFindChatAction.findOrCreateLatestChat',
    'WAWebSendMsgChatAction.addAndSendMsgToChat',
    'WAWebGetEphemeralFieldsMsgActionsUtils.getEphemeralFields',
  ],
  'link.qr': [
    'WAWebConnModel.Conn',
    'WABase64.encodeB64',
    'WAWebCompanionRegClientUtils.DEVICE_PLATFORM',
    'WAWebUserPrefsInfoStore.waNoiseInfo',
    'WAWebSignalStoreApi.waSignalStore',
    'WAWebUserPrefsMultiDevice.getADVSecretKey',
  ],
  'link.code': ['WAWebAltDeviceLinkingApi.startAltLinkingFlow'],
  'session.logoutNotice': ['WAWebCmd.Cmd'],
  'session.progress': ['WAWebOfflineHandler.OfflineMessageHandler'],
  'message.links': ['WALinkify.findLink', 'WALinkify.findLinks'],
  'message.resend': ['WAWebSyncGatingUtils'],
  'calls.receive': ['WAWebCallCollection', 'a listener for calls'],
  /** Without it, a restriction is known only from refusals. */
  'session.restriction': [
    'WAWebReachoutTimelockUtils.REACHOUT_TIMELOCK_IDB_KEY',
    'WAWebReachoutTimelockUtils.canSendMsgWhileTimelocked',
    'WAWebGetReachoutTimelockJob.fetchReachoutTimelock',
    'WAWebIndividualNewChatMessageCappingLimitUtils.getCappingData',
    'WAWebIndividualNewChatMessageCappingLimitUtils.canSendMsgWhileCapped',
    'WAWebGetNewChatMessageCappingInfoJob.fetchOrUpdateCapStatus',
    'WAWebUserPrefsIndexedDBStorage.userPrefsIdb',
    'WAWebSendMsgJob.encryptAndSendMsg',
  ],
  ...ACTION_CAPABILITIES,
} as const satisfies Record<string, readonly string[]>;

export type Capability = keyof typeof TABLE;

export const NEEDS: Readonly<Record<string, readonly string[]>> = TABLE;

/** How long a need must be missing before it is reported: modules register one after the other (D11). */
export const LASTS_MS = 2_000;

/** The capabilities that `ready` requires. */
export const ESSENTIAL: readonly string[] = ['session.receive', 'send.text'];

/**
 * The needs of our shims, our stand-ins and the library as soon as they are installed: modules that a page registers at its
 * start. They are awaited before that, up to LASTS_MS.
 */
export const FIRST_NEEDS: readonly string[] = [
  ...new Set(
    (
      [
        ...ESSENTIAL,
        'link.qr',
        'link.code',
        'session.logoutNotice',
        'session.progress',
        'message.links',
        'message.resend',
      ] as const
    ).flatMap((name) => NEEDS[name] ?? []),
  ),
];

/** Every need, each once. */
export const ALL_NEEDS: readonly string[] = [...new Set(Object.values(NEEDS).flat())];

/**
 * The capabilities that a page lacks, with their missing needs.
 * @param lacking missing modules, missing members of existing modules, and failed proofs
 */
export function lost(
  lacking: readonly string[],
): Record<string, Extract<CapabilityState, { state: 'missing' }>> {
  const rows = Object.entries(NEEDS).map(([name, needs]) => {
    // The members of a missing module are not listed.
    const gone = needs.map((need) => [moduleOf(need), need].find((word) => lacking.includes(word)));
    return [name, [...new Set(gone.filter((word) => word !== undefined))]] as const;
  });
  return Object.fromEntries(
    rows.filter(([, what]) => what.length > 0).map(([name, what]) => [name, { state: 'missing', what }]),
  );
}

/** `WAWebMsgKey` of `WAWebMsgKey.newId`. */
export const moduleOf = (need: string): string => need.split('.', 1)[0] ?? need;
