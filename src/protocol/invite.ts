// Invitations: the links by which people join groups and follow channels, and the codes at their ends.
import { Fault } from './fault.js';

const FORMS = {
  group: { host: 'chat.whatsapp.com', path: '/', like: 'https://chat.whatsapp.com/CODE' },
  channel: { host: 'whatsapp.com', path: '/channel/', like: 'https://whatsapp.com/channel/CODE' },
} as const;

const CODE = /^[\w-]{8,64}$/;

export const inviteLink = (of: keyof typeof FORMS, code: string): string =>
  `https://${FORMS[of].host}${FORMS[of].path}${code}`;

/**
 * The code of an invitation that is given as a link or a code. Older links of groups have `/invite/` before the code, and
 * a link may carry parameters. @throws Fault invalid_params
 */
export function inviteCode(of: keyof typeof FORMS, text: string): string {
  const { host, path, like } = FORMS[of];
  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/^www\./i, '');
  const end = bare.toLowerCase().startsWith(`${host}${path}`) ? bare.slice(host.length + path.length) : bare;
  const code = end.replace(/^invite\//, '').replace(/[/?#].*$/, '');
  if (CODE.test(code)) return code;
  throw new Fault('invalid_params', {
    reason: `That is no invitation of a ${of}: give ${like}, or its code.`,
    hint: null,
  });
}
