// `wactl account`: adds an account to this machine and links its phone, or removes it.
import { Fault } from '../../protocol/fault.js';
import { isAccountName } from '../../protocol/names.js';
import { Client } from '../../socket/client.js';
import { clientPath } from '../../socket/path.js';
import { thisMachine } from '../../socket/this-machine.js';
import { type Command, type Context, command } from '../command.js';
import { start } from '../context.js';
import { Service } from '../service.js';
import { type Sink, terminal } from '../sink.js';
import { pair } from './pair.js';
import { qr } from './qr.js';
import { wait } from './wait.js';

const VERBS = ['add', 'remove', 'rename'] as const;
const CONNECT_MS = 5_000;
/** The browser starts, and the page decides whether it needs a phone. */
const BEGIN_MS = 60_000;
/** A pairing code is valid for about three minutes. */
const PAIRED_MS = 180_000;
/** WhatsApp is asked to unlink, and the browser ends. */
const LOGOUT_MS = 120_000;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `account: ${reason}`, hint: 'wactl account --help' });
};

export const account = command({
  name: 'account',
  group: 'Account',
  does: 'add an account to this machine, or remove one',
  verbs: [
    ['add NAME', 'create its configuration, enable and start its service, and link a phone'],
    [
      'remove NAME',
      'stop and disable its service; the link and the data are kept unless a flag says otherwise',
    ],
    ['rename NAME NEW', 'refused: an account keeps its name'],
  ],
  notes:
    'Uses the service of the machine (wad@NAME.service, usually as root), or with --user the one of the calling user;\n' +
    '`wactl accounts` lists all. `add` continues where it was interrupted.\n\n' +
    'An account cannot be renamed, because its session, directories, socket and unit have its name. To change it, `remove`\n' +
    'the account, `session export` it, and `session import` it under the new name.',
  args: [
    { name: 'VERB', required: true, does: 'add, remove or rename', choices: VERBS },
    { name: 'NAME', required: true, does: 'of the account: letters, digits, _ and -' },
    { name: 'NEW', required: false, does: 'rename: the new name' },
  ],
  options: {
    number: {
      type: 'text',
      value: 'NUMBER',
      does: 'add: link by a code typed on the phone with this number',
    },
    'no-link': { type: 'flag', does: 'add: do not wait for a phone' },
    logout: { type: 'flag', does: 'remove: unlink the phone first' },
    purge: { type: 'flag', does: 'remove: remove its session, messages and configuration' },
    user: { type: 'flag', does: 'the service of the calling user' },
  },
  examples: [
    ['sudo wactl account add shop', 'start it, and draw the QR code'],
    ["sudo wactl account add shop --number '+55 11 90000-0002'", 'the same with a code to type'],
    ['sudo wactl account remove shop --logout --purge', 'nothing of it remains'],
  ],
  async run(context) {
    const { args, options } = context;
    const [verb = '', name = '', other] = args;
    if (context.named || context.socket !== undefined)
      refuse('the account is NAME; -a and --socket have no effect');
    if (!isAccountName(name)) refuse(`"${name}" may contain only letters, digits, _ and -`);
    if (verb === 'rename') return rename(name, other);
    if (other !== undefined) refuse(`${verb} takes one NAME`);
    const { number, logout, purge } = options;
    if (verb === 'add' && (logout || purge)) refuse('--logout and --purge belong to remove');
    if (verb === 'remove' && (number !== undefined || options['no-link']))
      refuse('--number and --no-link belong to add');
    const service = Service.of(name, options.user === true);
    return verb === 'add'
      ? add(context, name, service, number, options['no-link'] === true)
      : remove(context, name, service, { logout: logout === true, purge: purge === true });
  },
});

function rename(name: string, other = 'NEW'): never {
  throw new Fault('usage', {
    reason: `account: ${name} keeps its name: its session, directories, socket and unit have it`,
    hint: `wactl -a ${name} session export FILE && wactl -a ${other} session import FILE`,
  });
}

type Add = Pick<Context, 'output' | 'note' | 'show' | 'onInterrupt' | 'timeoutMs'>;

async function add(
  context: Add,
  name: string,
  service: Service,
  number: string | undefined,
  noLink: boolean,
) {
  const { output, note, show, onInterrupt } = context;
  const isNew = service.configure();
  if (isNew && output === 'text') note(`${service.configFile} is its configuration`);
  await service.enable();
  if (output === 'text') note(`${service.unit} is running, and starts at boot`);
  if (noLink || output !== 'text') {
    show({ account: name, unit: service.unit, configFile: service.configFile }, () => '');
    return 0;
  }
  const again = `wactl account add ${name}${number === undefined ? '' : ` --number '${number}'`}`;
  onInterrupt(() => `continue with: ${again}`);
  const status = await link(name, number, context);
  if (status !== 0) note(`no phone is linked yet; continue with: ${again}`);
  return status;
}

/** Draws the QR code, or shows a code for the number, and waits for the phone. @returns the exit status */
async function link(name: string, number: string | undefined, { output, timeoutMs }: Add): Promise<number> {
  const screen = terminal(output);
  let state = '';
  const quiet: Sink = {
    ...screen,
    show: (result) => {
      state = (result as { readonly status: string }).status;
    },
  };
  const run = (row: Command, args: readonly string[], ms: number | undefined, sink: Sink) => {
    const globals = { account: name, named: true, socket: undefined, fleet: false, output, timeoutMs: ms };
    return start({ ...globals, command: row, args, options: {}, help: false, version: false }, sink).status;
  };
  if (number === undefined) return run(qr, [], timeoutMs, screen);
  const began = await run(wait, ['linking,syncing,ready'], timeoutMs ?? BEGIN_MS, quiet);
  if (began !== 0) return began;
  if (state === 'linking') {
    const shown = await run(pair, [number], timeoutMs, screen);
    if (shown !== 0) return shown;
    const linked = await run(wait, ['ready'], timeoutMs ?? PAIRED_MS, quiet);
    if (linked !== 0) return linked;
  }
  screen.show({ account: name }, () => 'A phone is linked.\n');
  return 0;
}

interface Wanted {
  readonly logout: boolean;
  readonly purge: boolean;
}

async function remove(
  context: Pick<Context, 'show' | 'warn'>,
  name: string,
  service: Service,
  wanted: Wanted,
) {
  const { show, warn } = context;
  const client = await daemonOf(name);
  let unlinked = false;
  if (wanted.logout) {
    if (client === null)
      throw new Fault('unreachable', {
        reason: `account: ${name} is not running, and only its daemon can unlink the phone`,
        hint: `wactl account add ${name} --no-link`,
      });
    const answer = await client.request('session.disconnect', {}, { timeoutMs: LOGOUT_MS, writes: true });
    ({ unlinked } = answer);
    if (answer.hadSession && !unlinked)
      warn('the phone may still list this device. Unlink it there: WhatsApp > Linked devices');
  }
  await client?.close();
  if (service.isPresent) await service.disable();
  else if (client !== null)
    throw new Fault('usage', {
      reason: `account: ${name} runs, and not as ${service.unit}: stop it where it was started`,
      hint: `wactl -a ${name} status`,
    });
  const removed = wanted.purge ? service.purge() : [];
  const kept = wanted.purge ? '' : `; ${service.stateDir} is kept (--purge removes it)`;
  show(
    { account: name, unit: service.unit, unlinked, removed },
    () => `${name} is removed from the accounts that start here${kept}.\n`,
  );
  return 0;
}

/** Null when no daemon of the account runs. @throws (rejects) Fault permission_denied, unsafe_socket, deadline_exceeded */
async function daemonOf(name: string): Promise<Client | null> {
  try {
    return await Client.connect(clientPath({ ...thisMachine(), account: name }), { timeoutMs: CONNECT_MS });
  } catch (error) {
    const fault = Fault.of(error);
    if (fault.kind === 'unreachable') return null;
    throw fault.addressedTo(['-a', name]);
  }
}
