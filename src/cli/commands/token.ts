// `wactl token`: creates, lists and revokes the tokens with which programs use the gateway.
import { Fault } from '../../protocol/fault.js';
import { isAccountName } from '../../protocol/names.js';
import { SCOPE_WORDS, SCOPES, type Scope } from '../../protocol/scope.js';
import { type Context, command } from '../command.js';
import { askGateway } from '../gateway.js';
import { showList } from '../listing.js';
import { MOMENT, momentToCome } from '../moment.js';
import { renderGrant, renderTokens } from '../render/token.js';

const VERBS = ['create', 'list', 'revoke'] as const;
const EVERY = '*';

interface Given {
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly expires?: string;
}

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `token ${reason}`, hint: 'wactl token --help' });
};

export const token = command({
  name: 'token',
  group: 'Gateway',
  does: 'create, list and revoke tokens for the gateway',
  verbs: [
    ['create', 'print a new token, this once'],
    ['list', 'every token: scopes, accounts, expiry and uses (the default)'],
    ['revoke NAME', 'refuse it from now on, and end its event streams'],
  ],
  takesAccounts: true,
  notes: [
    'A program sends its token to the gateway as `Authorization: Bearer TOKEN`. The gateway keeps only a hash of it.',
    `Scopes:\n${SCOPES.map((scope) => `${scope}: ${SCOPE_WORDS[scope]}`).join(';\n')}.`,
    'Here `--account` names the accounts that the token is for: one, several separated by commas, or `*` for every account, ' +
      'also later ones. --socket names the control socket of the gateway (default: $WAD_GATEWAY_SOCKET, else the one of ' +
      'the system, else of this user).',
  ].join('\n\n'),
  args: [
    { name: 'VERB', required: false, does: 'create, list or revoke', choices: VERBS },
    { name: 'NAME', required: false, does: 'revoke: the name of the token' },
  ],
  options: {
    name: { type: 'text', value: 'NAME', does: 'create: its name; letters, digits, _ and -' },
    scope: {
      type: 'list',
      value: 'SCOPE',
      choices: SCOPES,
      does: `create: ${SCOPES.join(', ')}; several with commas`,
    },
    expires: { type: 'text', value: 'TIME', does: `create: its end: ${MOMENT} (default: none)` },
  },
  examples: [
    [
      'wactl token create --name crm --scope send -a shop --expires 90d',
      'a token for one account, for 90 days',
    ],
    ["wactl token create --name ops --scope admin --account '*'", 'a token for everything'],
    ['wactl token revoke crm', 'it was lost, or is not needed any more'],
  ],
  async run(context) {
    const { args, options, named } = context;
    const [verb = 'list', name] = args;
    if (verb === 'create') {
      if (name !== undefined) refuse(`create takes no argument: give its name with --name ${name}`);
      return create(context, options);
    }
    for (const [option, value] of Object.entries(options))
      if (value !== undefined && option in token.options) refuse(`${verb} takes no --${option}`);
    if (named) refuse(`${verb} takes no --account`);
    if (verb === 'list') {
      if (name !== undefined) refuse('list takes no NAME');
      const answer = await askGateway(context, 'token.list', {});
      const text = renderTokens(answer.tokens, Date.now());
      showList(context, answer, text, 'there are no tokens; create one with: wactl token create --help');
      return 0;
    }
    if (name === undefined) return refuse('revoke needs the NAME of a token');
    const answer = await askGateway(context, 'token.revoke', { name }, true);
    context.show(answer, () => `${answer.token.name} is revoked\n`);
    return 0;
  },
});

async function create(context: Context, { name, scope, expires }: Given): Promise<number> {
  if (name === undefined) return refuse('create needs --name');
  if (!isAccountName(name))
    return refuse(`create: the name "${name}" may contain only letters, digits, _ and -`);
  if (scope === undefined) return refuse(`create needs --scope: ${SCOPES.join(', ')}`);
  if (!context.named)
    return refuse("create needs --account: a name, several with commas, or '*' for every account");
  const accounts = context.account.split(',');
  const pattern = accounts.find((one) => one !== EVERY && !isAccountName(one));
  if (pattern !== undefined) return refuse(`create: --account "${pattern}": write each name, or '*' alone`);
  if (accounts.includes(EVERY) && accounts.length > 1) return refuse("create: --account '*' stands alone");
  const answer = await askGateway(
    context,
    'token.create',
    {
      name,
      scopes: scope as readonly string[] as Scope[],
      accounts: accounts.includes(EVERY) ? null : accounts,
      ...(expires === undefined ? {} : { expiresAt: momentToCome('expires', expires) }),
    },
    true,
  );
  context.show(answer, () => `${answer.secret}\n`);
  if (context.output === 'text') context.note(renderGrant(answer.token));
  return 0;
}
