// The table of wwebjs-api's routes, by its OpenAPI document of commit e45da16 (2026-07).
import { type Row, refuse } from './row.js';
import { WWEBJS_CHATS } from './wwebjs-chats.js';
import { WWEBJS_MESSAGES } from './wwebjs-messages.js';
import { WWEBJS_SESSIONS } from './wwebjs-sessions.js';

/** `VERB /path/NAME/{sessionId}` for each name. */
const each = (path: string, ...names: readonly string[]): string[] =>
  names.map((name) => `POST ${path}/${name}/{sessionId}`);

const REFUSED: readonly Row[] = [
  ...refuse(
    'It would unlink several accounts at once. Use terminate for each.',
    'GET /session/terminateInactive',
    'GET /session/terminateAll',
  ),
  ...refuse('No method returns a picture of the page.', 'GET /session/getPageScreenshot/{sessionId}'),
  ...refuse('It is an example of that program.', 'POST /localCallbackExample'),
  ...refuse(
    'A method of the library cannot be called by its name.',
    ...['client', 'chat', 'groupChat', 'message'].flatMap((noun) => each(`/${noun}`, 'runMethod')),
  ),
  ...refuse(
    'No method does this yet.',
    ...each('/client', 'getCommonGroups', 'searchMessages'),
    ...each('/client', 'getContactDeviceCount', 'getCountryCode', 'getFormattedNumber'),
    ...each('/chat', 'clearMessages', 'delete'),
    ...each('/message', 'getInfo', 'getMentions', 'getOrder', 'getPayment', 'getQuotedMessage'),
    ...each('/message', 'getReactions', 'getGroupMentions', 'getContact', 'getPollVotes'),
    ...each('/contact', 'getAbout', 'getFormattedNumber', 'getCountryCode', 'getCommonGroups'),
  ),
  ...refuse(
    'Labels have methods of their own here: label.list, label.assign and others, in another form.',
    ...each(
      '/client',
      'getChatLabels',
      'getChatsByLabelId',
      'getLabelById',
      'getLabels',
      'addOrRemoveLabels',
    ),
    ...each('/chat', 'getLabels', 'changeLabels'),
  ),
  ...refuse(
    'No method reads pictures of people and groups.',
    ...each('/client', 'getProfilePicUrl'),
    ...each('/contact', 'getProfilePicUrl'),
  ),
  ...refuse(
    'Not translated yet. Call `group.preview`, `group.join`, `group.requests`, `group.answer` or `group.picture` (`POST /api/rpc/NAME`).',
    ...each('/client', 'acceptInvite', 'getInviteInfo'),
    ...each('/groupChat', 'getGroupMembershipRequests', 'approveGroupMembershipRequests'),
    ...each('/groupChat', 'rejectGroupMembershipRequests', 'setPicture', 'deletePicture'),
  ),
  ...refuse(
    'The profile of the account is changed on the phone.',
    ...each('/client', 'setDisplayName', 'setProfilePicture', 'setStatus'),
    'DELETE /client/deleteProfilePicture/{sessionId}',
  ),
  ...refuse(
    'The account is never shown as online.',
    ...each('/client', 'sendPresenceAvailable', 'sendPresenceUnavailable'),
  ),
  ...refuse(
    'The daemon decides what the page downloads and opens, and when it connects.',
    ...each('/client', 'setAutoDownloadAudio', 'setAutoDownloadDocuments', 'setAutoDownloadPhotos'),
    ...each('/client', 'setAutoDownloadVideos', 'setBackgroundSync', 'syncHistory', 'resetState'),
    ...each('/client', 'openChatWindow', 'openChatWindowAt'),
    ...each('/chat', 'syncHistory'),
  ),
  ...refuse('Files are returned in base64: `downloadMedia`.', ...each('/message', 'downloadMediaAsData')),
  ...refuse(
    'No method reads or changes channels. A message is sent to a channel of yours by its id.',
    ...each('/client', 'getChannelByInviteCode', 'createChannel', 'subscribeToChannel'),
    ...each('/client', 'unsubscribeFromChannel', 'searchChannels'),
    'GET /client/getChannels/{sessionId}',
    ...each('/channel', 'getClassInfo', 'sendMessage', 'fetchMessages', 'sendSeen', 'mute', 'unmute'),
    ...each('/channel', 'acceptChannelAdminInvite', 'sendChannelAdminInvite', 'revokeChannelAdminInvite'),
    ...each('/channel', 'transferChannelOwnership', 'demoteChannelAdmin', 'getSubscribers'),
    ...each('/channel', 'setProfilePicture', 'setDescription', 'setSubject', 'setReactionSetting'),
    ...each('/channel', 'deleteChannel'),
  ),
];

export const WWEBJS_ROWS: readonly Row[] = [
  ...WWEBJS_SESSIONS,
  ...WWEBJS_MESSAGES,
  ...WWEBJS_CHATS,
  ...REFUSED,
];
