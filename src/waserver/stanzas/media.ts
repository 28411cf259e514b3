/** xmlns `w:m`: where files are. */
import { MEDIA_AUTH } from '../media-host.js';
import { node } from '../wire/nodes.js';
import type { Handlers } from './request.js';

/** The kinds that the page looks for among the downloads of a host (WAWebQueryMediaConnJob). */
const KINDS = ['video', 'image', 'gif', 'audio', 'ptt', 'sticker', 'document', 'thumbnail-link'];

export const MEDIA: Handlers = {
  'w:m set media_conn': ({ mediaHost }) => [
    node('media_conn', { auth: MEDIA_AUTH, ttl: '300', auth_ttl: '21600', max_buckets: '12' }, [
      node('host', { hostname: mediaHost, class: 'primary' }, [
        node(
          'download',
          {},
          KINDS.map((kind) => node(kind)),
        ),
      ]),
    ]),
  ],
};
