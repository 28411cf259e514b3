/** Albums: a heading without content, and files that refer to it by its key. */
import { MsgKey } from './msg-key.js';

/** WAWebAlbumsGenerateAlbumMessageProto: it knows nothing of the files. */
export const generateAlbumMessageProto = ({ contextInfo }: { contextInfo?: object }) => ({
  albumMessage: { contextInfo },
});

/** The types that this page sends (WAWebAssociationProtoUtils, WAWebMessageAssociation.flow). */
const SENT = new Set(['MEDIA_ALBUM', 'BOT_PLUGIN', 'MEDIA_POLL']);

export const AssociationProtoUtils = {
  getValidatedOutgoingMessageAssociationContextInfo(type: unknown, parent: unknown): object | undefined {
    if (type == null || parent == null) return undefined;
    if (!SENT.has(String(type))) throw new Error('Invalid outgoing association type');
    if (!(parent instanceof MsgKey)) throw new TypeError('e.toString is not a function');
    return { messageAssociation: { associationType: type, parentMessageKey: parent } };
  },
};

/** WAWebE2EProtoGenerator.getProtobufMessage: a file whose association is wrong is sent without one. */
export function associated<T extends object>(message: T): T {
  const { associationType, parentMsgKey, ...rest } = message as {
    associationType?: unknown;
    parentMsgKey?: unknown;
  };
  try {
    const { getValidatedOutgoingMessageAssociationContextInfo: validated } = AssociationProtoUtils;
    if (validated(associationType, parentMsgKey) !== undefined) return message;
  } catch {
    // The page logs it.
  }
  return rest as T;
}
