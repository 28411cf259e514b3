// The file of a message: shown when it is a picture, otherwise saved. Fetched only on request.
import { useEffect, useState } from 'preact/hooks';
import type { Message } from '../../../src/protocol/types.js';
import { useAction } from '../live/use-action.js';
import { Problem } from '../parts/problem.js';
import { useSession } from '../session/session.js';
import { bytes } from '../words/format.js';

/** Formats without scripts or references. Everything else is only saved, never opened in this page's origin. */
const PICTURES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
const IN_USE_MS = 60_000;

interface Props {
  readonly account: string;
  readonly message: Message;
}

export function Attachment({ account, message: { key, type, media } }: Props) {
  const { api } = useSession();
  const action = useAction();
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(
    () => () => {
      if (picture !== null) URL.revokeObjectURL(picture);
    },
    [picture],
  );
  const isPicture = PICTURES.includes(media?.mimetype ?? '');
  const fetched = () =>
    action.run(async () => {
      const file = await api.call(account, 'media.fetch', { id: key });
      const blob = await api.download(account, file.id);
      if (isPicture) setPicture(URL.createObjectURL(new Blob([blob], { type: media?.mimetype ?? '' })));
      else save(blob, file.name ?? media?.name ?? `${type}-${file.id.slice(0, 8)}`);
    });
  if (picture !== null) return <img class="picture" src={picture} alt="Attached to this message" />;
  const size = media?.size == null ? '' : ` (${bytes(media.size)})`;
  return (
    <>
      <button type="button" class="quiet" disabled={action.busy} onClick={fetched}>
        {action.busy ? (
          'Fetching…'
        ) : (
          <>
            {isPicture ? 'Show' : 'Save'} <bdi>{media?.name ?? type}</bdi>
            {size}
          </>
        )}
      </button>
      <Problem error={action.error} />
    </>
  );
}

/** The browser replaces what is not allowed in a name. */
function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), IN_USE_MS);
}
