/** Which part of a message can be edited, by whom and for how long (WAWebMessageEditUtils, WAWebMsgActionCapability). */
import type { Msg } from './messages.js';

/** Seconds in which an edit is taken. */
const WINDOW_S = 1_200;

/** WAWebMessageEditUtils.getMsgEditType */
export function editedPart({ type }: Msg): 'body' | 'caption' | null {
  if (type === 'chat') return 'body';
  return ['image', 'video', 'document'].includes(type) ? 'caption' : null;
}

const isEditable = (msg: Msg): boolean =>
  msg.id.fromMe && !msg.isForwarded && Date.now() / 1000 < msg.t + WINDOW_S;

export const canEditText = (msg: Msg): boolean => editedPart(msg) === 'body' && isEditable(msg);
/** A file that went without a caption gets none. */
export const canEditCaption = (msg: Msg): boolean =>
  editedPart(msg) === 'caption' && Boolean(msg.caption) && isEditable(msg);
