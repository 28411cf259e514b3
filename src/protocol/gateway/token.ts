// The methods of the gateway's control socket that create, list and revoke its tokens.
import { z } from 'zod';
import { method } from '../method.js';
import { isAccountName } from '../names.js';
import { instant, record } from '../schema.js';
import { SCOPES } from '../scope.js';

export const MAX_TOKENS = 1_000;
const MAX_ACCOUNTS = 200;
const NOW = '2026-01-01T00:00:00.000Z';

const accountName = () =>
  z.string().refine(isAccountName, 'expected letters, digits, "_" and "-", at most 64');
const tokenName = () =>
  z.string().refine(isAccountName, 'expected letters, digits, "_" and "-", at most 64').describe('Its name.');

const scopes = () =>
  z
    .array(z.enum(SCOPES))
    .min(1)
    .max(SCOPES.length)
    .describe('What it permits; `admin` includes the other scopes.');
const accounts = () =>
  z
    .array(accountName())
    .min(1)
    .max(MAX_ACCOUNTS)
    .nullable()
    .describe('The accounts that it is valid for. Null: every account of the machine, also later ones.');

/** What a token permits, and how it was used. The secret itself is not kept. */
export const tokenSchema = record({
  name: tokenName(),
  scopes: scopes(),
  accounts: accounts(),
  createdAt: instant().describe('When it was created.'),
  expiresAt: instant().nullable().describe('From this time on it is refused. Null: it does not expire.'),
  uses: z
    .int()
    .min(0)
    .describe('How many requests were made with it. After a crash, up to a minute of them is missing.'),
  lastUsedAt: instant().nullable().describe('When the last request was made with it. Null before the first.'),
});
export type Token = z.infer<typeof tokenSchema>;

const EXAMPLE: Token = {
  ...{ name: 'crm', scopes: ['read', 'send'], accounts: ['shop', 'support'], createdAt: NOW },
  ...{ expiresAt: '2026-04-01T00:00:00.000Z', uses: 0, lastUsedAt: null },
};

export const tokenMethods = {
  'token.create': method({
    name: 'token.create',
    does: 'Creates a token for HTTP, and shows it this once.',
    effect: 'writes',
    scope: 'admin',
    since: '0.2.0',
    params: () =>
      record({
        name: tokenName(),
        scopes: scopes(),
        accounts: accounts(),
        expiresAt: instant()
          .nullable()
          .optional()
          .describe('From this time on it is refused. It does not expire when left out or null.'),
      }),
    result: () =>
      record({
        secret: z
          .string()
          .describe('The token, as `Authorization: Bearer` takes it. It cannot be shown again.'),
        token: tokenSchema.describe('What it permits.'),
      }),
    faults: ['token_exists', 'disk_full', 'permission_denied'],
    example: {
      params: { name: 'crm', scopes: ['read', 'send'], accounts: ['shop', 'support'] },
      result: { secret: 'wad_uS0EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMP', token: EXAMPLE },
    },
  }),
  'token.list': method({
    name: 'token.list',
    does: 'Every token, also expired ones, in the order of their creation.',
    effect: 'reads',
    scope: 'admin',
    since: '0.2.0',
    params: () => record({}),
    result: () => record({ tokens: z.array(tokenSchema).describe('The tokens.') }),
    faults: [],
    example: { params: {}, result: { tokens: [{ ...EXAMPLE, uses: 1_200, lastUsedAt: NOW }] } },
  }),
  'token.revoke': method({
    name: 'token.revoke',
    does: 'Revokes a token: requests with it are refused at once, and its event streams end.',
    effect: 'writes',
    scope: 'admin',
    since: '0.2.0',
    params: () => record({ name: tokenName() }),
    result: () => record({ token: tokenSchema.describe('The token that was revoked.') }),
    faults: ['no_such_token', 'disk_full', 'permission_denied'],
    example: { params: { name: 'crm' }, result: { token: { ...EXAMPLE, uses: 1_200, lastUsedAt: NOW } } },
  }),
};
