// `wactl fleet`: the accounts that run on whichever of several machines is alive.
import { Fault } from '../../protocol/fault.js';
import { isAccountName } from '../../protocol/names.js';
import { type Context, command } from '../command.js';
import { configText, type FleetView, type Operator, waitFor, withFleet } from '../fleet.js';
import { Arrivals } from '../fleet-arrivals.js';
import { showList } from '../listing.js';
import { printableIn } from '../output.js';
import { renderFleet, renderFleetAccounts, renderMachines } from '../render/fleet.js';

const VERBS = [
  'status',
  'accounts',
  'machines',
  'add',
  'remove',
  'start',
  'stop',
  'move',
  'drain',
  'undrain',
] as const;

/** A lease that expires, a start, and a store that is copied. */
const WAIT_MS = 120_000;
/** The machine hands over a few at a time. */
const DRAIN_MS = 900_000;

const refuse = (reason: string): never => {
  throw new Fault('usage', { reason: `fleet ${reason}`, hint: 'wactl fleet --help' });
};

export const fleet = command({
  name: 'fleet',
  group: 'Fleet',
  does: 'accounts on several machines: list, add, move, drain',
  verbs: [
    ['status', 'machines and accounts (the default)'],
    ['accounts', 'every account, and the machine that runs it'],
    ['machines', 'every machine, with its room and what it runs'],
    ['add NAME', 'run an account on one of the machines, or change its --config and --label'],
    ['remove NAME', 'run it nowhere, and forget it; the link and the stored profile stay'],
    ['start NAME', 'run it again'],
    ['stop NAME', 'run it nowhere; the link stays'],
    ['move NAME --to MACHINE', 'run it on this machine, and wait until it is ready there; the link stays'],
    ['drain MACHINE', 'hand over what it runs, and wait until all is ready elsewhere; it takes nothing more'],
    ['undrain MACHINE', 'let it take accounts again, and wait until its agent is there'],
  ],
  notes:
    'Works on the NATS servers of --server, else of WAD_FLEET_SERVERS, else of the table [fleet] in wad.toml, which also has the credentials.\n' +
    'The agents of the machines (wad-agent(8)) do what is asked; the command waits until it is done, unless --no-wait is given. When it is\n' +
    'not done within --timeout SECONDS (900 for drain, else 120) it exits 8 and says what it waits for; the agents continue.\n\n' +
    'Drain and move wait until accounts that were ready are ready on another machine. A drain hands over [agent] parallel accounts at\n' +
    'a time, the next ones only when those are ready: when other machines cannot run them, the rest stays where it is.\n\n' +
    'A configuration is TOML, as in wad.toml(5), without what belongs to the machine: paths, sockets, [session], [http], [fleet].',
  args: [
    { name: 'VERB', required: false, does: VERBS.join(', '), choices: VERBS },
    { name: 'NAME', required: false, does: 'an account or, for drain and undrain, a machine' },
  ],
  options: {
    server: { type: 'list', value: 'URL', does: 'NATS servers: nats://HOST:4222 (repeat, or commas)' },
    config: { type: 'text', value: 'FILE', does: "add: the account's configuration; - is stdin" },
    label: {
      type: 'list',
      value: 'LABEL',
      does: 'add: only on machines with this label (repeat, or commas)',
    },
    to: { type: 'text', value: 'MACHINE', does: 'move: where it is to run' },
    'no-wait': { type: 'flag', does: 'return when it is asked for, before it is done' },
  },
  examples: [
    ['wactl fleet', 'which machines are there, and where does each account run?'],
    ['wactl fleet add shop --config shop.toml --label eu', 'an account, on a machine with the label eu'],
    ['wactl fleet move shop --to m2', 'without a QR code, within seconds'],
    ['wactl fleet drain m1', 'before its upgrade; then: wactl fleet undrain m1'],
  ],
  async run(context) {
    const [verb = 'status', name] = context.args;
    const { server = [], ...given } = context.options;
    for (const [option, only] of [
      ['config', 'add'],
      ['label', 'add'],
      ['to', 'move'],
    ] as const)
      if (given[option] !== undefined && verb !== only) refuse(`${verb} takes no --${option}`);
    if (verb === 'status' || verb === 'accounts' || verb === 'machines') {
      if (name !== undefined) refuse(`${verb} takes no NAME`);
      return withFleet(server, (operator) => look(context, verb, operator));
    }
    if (name === undefined) return refuse(`${verb} needs a NAME`);
    if (!isAccountName(name)) return refuse(`${verb}: "${name}" may contain only letters, digits, _ and -`);
    const task = taskOf(verb, name, given);
    return withFleet(server, (operator) => perform(context, operator, task));
  },
});

async function look(
  context: Context,
  verb: 'status' | 'accounts' | 'machines',
  operator: Operator,
): Promise<number> {
  const shown = printed(context, await operator.view());
  if (verb === 'machines')
    showList(context, { machines: shown.machines }, renderMachines(shown.machines), 'there are no machines');
  else if (verb === 'accounts')
    showList(
      context,
      { accounts: shown.accounts },
      renderFleetAccounts(shown.accounts),
      'there are no accounts',
    );
  else showList(context, shown, renderFleet(shown), 'there are neither machines nor accounts');
  return 0;
}

const printed = ({ output }: Context, view: FleetView): FleetView =>
  output === 'text' ? printableIn(view) : view;

/** What is asked, and when it is done. */
interface Task {
  readonly name: string;
  /** The accounts that leave their machine; those that are ready now are awaited there. */
  readonly leaves?: (view: FleetView) => readonly string[];
  ask(operator: Operator): Promise<void>;
  readonly isDone: (view: FleetView) => boolean;
  /** Completes "shop: …". */
  readonly done: string;
  readonly timeoutMs: number;
}

interface Given {
  readonly config?: string;
  readonly label?: readonly string[];
  readonly to?: string;
  readonly 'no-wait'?: boolean;
}

function taskOf(verb: string, name: string, { config, label, to }: Given): Task {
  const holder = ({ accounts }: FleetView) =>
    accounts.find(({ account }) => account === name)?.machine ?? null;
  const isHeld = (view: FleetView) => holder(view) !== null;
  const runsNowhere = ({ machines }: FleetView) => machines.every(({ accounts }) => !accounts.includes(name));
  const task = { name, timeoutMs: WAIT_MS };
  switch (verb) {
    case 'add': {
      const text = config === undefined ? undefined : configText(config);
      return { ...task, ask: (operator) => operator.add(name, text, label), isDone: isHeld, done: 'runs' };
    }
    case 'remove':
      return { ...task, ask: (operator) => operator.remove(name), isDone: runsNowhere, done: 'is removed' };
    case 'start':
      return { ...task, ask: (operator) => operator.run(name, true), isDone: isHeld, done: 'runs' };
    case 'stop':
      return {
        ...task,
        ask: (operator) => operator.run(name, false),
        isDone: runsNowhere,
        done: 'is stopped',
      };
    case 'move': {
      if (to === undefined) return refuse('move needs --to MACHINE');
      const isThere = (view: FleetView) => holder(view) === to;
      const leaves = (view: FleetView) => (isThere(view) ? [] : [name]);
      const ask = (operator: Operator) => operator.move(name, to);
      return { ...task, leaves, ask, isDone: isThere, done: `runs on ${to}` };
    }
    case 'drain': {
      const leaves = ({ machines }: FleetView) =>
        machines.find(({ machine }) => machine === name)?.accounts ?? [];
      const isEmpty = (view: FleetView) => leaves(view).length === 0;
      const ask = (operator: Operator) => operator.drain(name, true);
      return { name, leaves, ask, isDone: isEmpty, done: 'runs no account', timeoutMs: DRAIN_MS };
    }
    default:
      return {
        ...task,
        ask: (operator) => operator.drain(name, false),
        isDone: ({ machines }) => machines.some(({ machine, alive }) => machine === name && alive),
        done: 'takes accounts',
      };
  }
}

async function perform(context: Context, operator: Operator, task: Task): Promise<number> {
  const { name, ask, isDone, done, leaves, timeoutMs } = task;
  const isAsked = (context.options as Given)['no-wait'] === true;
  const before = printableIn(await operator.view());
  const arrivals = await Arrivals.of(operator, before, isAsked ? [] : (leaves?.(before) ?? []));
  await ask(operator);
  if (!isAsked) {
    let places: ReadonlyMap<string, string> | null = null;
    context.onInterrupt(() => `the agents continue; look with: wactl fleet status`);
    const waited = {
      ...{ until: `${name} ${done}`, rest: () => arrivals.rest },
      timeoutMs: context.timeoutMs ?? timeoutMs,
    };
    await waitFor(operator, waited, async (view) => {
      const now = new Map(view.accounts.map(({ account, machine }) => [account, machine ?? '-']));
      if (context.output === 'text' && places !== null) report(context, places, now);
      places = now;
      const news = await arrivals.look(view);
      if (context.output === 'text') for (const line of news) context.note(line);
      return isDone(view) && arrivals.areThere;
    });
  }
  const view = printed(context, await operator.view());
  const answer = {
    account: view.accounts.find(({ account }) => account === name) ?? null,
    machine: view.machines.find(({ machine }) => machine === name) ?? null,
  };
  context.show(answer, () => `${name}${isAsked ? ': it is asked for' : ` ${done}`}\n`);
  return 0;
}

/** What has moved since the last look. */
function report(
  context: Context,
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): void {
  for (const [account, place] of now) {
    const was = before.get(account);
    if (was !== undefined && was !== place) context.note(`${account}: ${was} -> ${place}`);
  }
}
