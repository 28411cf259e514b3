// Why an account's proxy cannot be used, as a word for programs and as a sentence for people.

export const PROXY_CAUSES = [
  'unreachable',
  'password_refused',
  'not_resolved',
  'no_way_on',
  'not_a_proxy',
  'bad_password_file',
] as const;
export type ProxyCause = (typeof PROXY_CAUSES)[number];

/** Completes "The proxy ADDRESS …". */
export const PROXY_CAUSE_WORDS: Readonly<Record<ProxyCause, string>> = {
  unreachable: 'cannot be reached',
  password_refused: 'refuses the user or the password',
  not_resolved: 'has a name that cannot be resolved',
  no_way_on: 'answers, but does not connect to WhatsApp',
  not_a_proxy: 'does not answer like a proxy of this kind',
  bad_password_file: 'has a password file that cannot be used',
};
