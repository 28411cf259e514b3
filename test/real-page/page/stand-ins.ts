/**
 * Ours in place of what the real page has from its HTML or from the loader's own code: switches, assets, site data, the
 * loader as modules see it. Names and shapes are what the modules of 2026-04-27 use; values are ours.
 */
import type { Exports, ModuleTable } from './module-table.js';
import type { PageSettings } from './settings.js';

const nothing = (): void => {};

export function provideStandIns(table: ModuleTable, settings: PageSettings): void {
  for (const name of settings.absent) table.provide(name, absentModule(name));
  for (const [name, exports] of Object.entries(settings.data)) table.provide(name, exports);
  for (const all of [switches(settings), assets(), timers(), listeners(), loaderModules(table), looks(table)])
    for (const [name, exports] of Object.entries(all)) table.provide(name, exports);
  for (const id of PLAIN_COMPONENTS) table.define(`cr:${id}`, [], () => plainComponent(table));
  // The page checks and mends a film with a WebAssembly program, which is not in the folder: films go as they are.
  table.provide('WAKaleidoscopeMp4RepairMux', {
    mp4RepairMux: async ({ input }: { input: ArrayBuffer }) => ({ success: true, value: input }),
  });
  // A string of a class for each name that is one.
  table.provide('cx', (...names: unknown[]) => names.filter((name) => typeof name === 'string').join(' '));
}

/** Workers are named by their resource, components show nothing, and everything else is an empty record. */
function absentModule(name: string): Exports {
  // `useInitScript`: as workers that WorkerBundleResource starts. WebWorker asks for it, with the gate 21112.
  if (name.endsWith('Resource')) return { name, url: `/worker/${name}`, useInitScript: true };
  return name.endsWith('.react') ? () => null : {};
}

function switches({ gates, knobs }: PageSettings): Record<string, Exports> {
  const on = new Set(gates);
  const isOn = (id: string | number) => on.has(String(id));
  return {
    gkx: Object.assign(isOn, {
      ...{ add: nothing, addLoggedInternal: nothing, setPass: nothing, setFail: nothing, clear: nothing },
      ...{ getGKs: () => null, getLogged: () => [] },
    }),
    qex: { _: () => null, add: nothing },
    justknobx: {
      _: (id: string) => knobs[id] ?? false,
      getBool: () => false,
      getInt: () => 0,
      add: nothing,
    },
    MetaConfig: { _: () => false, add: nothing },
  };
}

function assets(): Record<string, Exports> {
  const file = (id: string | number) => ({ uri: `${location.origin}/asset/${id}`, loggingID: String(id) });
  const image = (id: string | number) => ({ sprited: 0, uri: file(id).uri, width: 16, height: 16 });
  return {
    bx: Object.assign(file, { add: nothing, getURL: ({ uri }: { uri: string }) => uri }),
    ix: Object.assign(image, { add: nothing }),
  };
}

/** The browser's own, without the page's measurements around them. */
function timers(): Record<string, Exports> {
  const scope = globalThis as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  const bound = (name: string) => scope[name]?.bind(globalThis);
  const [setTimeout, setInterval] = ['setTimeout', 'setInterval'].map(bound);
  const others = ['clearTimeout', 'clearInterval', 'cancelIdleCallback'];
  return {
    ...Object.fromEntries(others.map((name) => [name, bound(name)])),
    ...{ setTimeout, setTimeoutAcrossTransitions: setTimeout },
    ...{ setInterval, setIntervalAcrossTransitions: setInterval },
  };
}

function listeners(): Record<string, Exports> {
  type Listen = (target: EventTarget, type: string, call: EventListener) => { remove(): void };
  const listener =
    (options: AddEventListenerOptions): Listen =>
    (target, type, call) => {
      target.addEventListener(type, call, options);
      return { remove: () => target.removeEventListener(type, call, options) };
    };
  const passive =
    (capture: boolean) => (target: EventTarget, type: string, call: EventListener, isPassive: boolean) =>
      listener({ capture, passive: isPassive })(target, type, call);
  const all = {
    listen: listener({}),
    capture: listener({ capture: true }),
    registerDefault: listener({}),
    suppress: nothing,
    bubbleWithPassiveFlag: passive(false),
    captureWithPassiveFlag: passive(true),
  };
  return { EventListener: all, EventListenerWWW: all };
}

/** The loader under the names by which modules ask it for others. */
function loaderModules(table: ModuleTable): Record<string, Exports> {
  const loadModules = (names: readonly string[], call?: (...all: Exports[]) => void) => {
    table
      .load(names)
      .then(() => call?.(...names.map(table.require)))
      .catch((error) => console.error(`Bootloader ${names.join()}`, error));
    return { remove: nothing };
  };
  /** Loads nothing. */
  const ifRequired = (name: string, then?: (exports: Exports) => unknown, otherwise?: () => unknown) =>
    table.has(name) ? then?.(table.require(name)) : otherwise?.();
  return {
    Bootloader: {
      loadModules,
      ...{ enableBootload: nothing, handlePayload: nothing, done: nothing, undefineModule: nothing },
      ...{ markComponentsAsImmediate: nothing, getErrorCount: () => 0 },
    },
    ifRequired,
    ifRequireable: ifRequired,
    requireWeak: (name: string, call: (exports: Exports) => void) => table.requireLazy([name], call),
  };
}

/** Of conditional modules that only look good: components that show what is inside them, and hooks that do nothing. */
const PLAIN_COMPONENTS = [20391, 35629, 35630, 20414, 21238, 23443, 2671, 20362];

type Props = { readonly children?: unknown; readonly htmlAttributes?: object };

function plainComponent(table: ModuleTable): unknown {
  const { createElement, forwardRef } = table.require('react');
  return forwardRef(({ children, htmlAttributes }: Props, ref: unknown) =>
    createElement('div', { ...htmlAttributes, ref }, children),
  );
}

function looks(table: ModuleTable): Record<string, Exports> {
  const children = (props: Props) => props.children ?? null;
  return {
    'cr:20266': () => false,
    'cr:20267': () => null,
    'cr:12061': () => null,
    'cr:23442': () => [nothing, false],
    'cr:177': () => false,
    'cr:921407': () => [nothing],
    'cr:1752405': nothing,
    // What React does with an error that no component caught.
    'cr:8909': {
      showErrorDialog: ({ error }: { error?: Error }) => {
        console.error('react', error?.stack ?? error);
        return false;
      },
    },
    'HeroHoldBoundary.react': children,
    'HeroHoldLoggingBoundary.react': children,
    $: (id: string) => document.getElementById(id),
    IntlNumberTypeProps: {
      get module() {
        return table.require('IntlCLDRNumberType05');
      },
    },
  };
}
