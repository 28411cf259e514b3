/** First script of the document and of each worker: the module system, what stands in for the HTML, and the globals. */
import { BABEL_HELPERS } from './babel-helpers.js';
import { ServerLoader } from './loader.js';
import { type Exports, ModuleTable } from './module-table.js';
import { provideStandIns } from './stand-ins.js';
import { trustRoot } from './trust.js';

/** What the application is made of; the rest comes with them. */
const ROOTS = ['WAWebAppInitializer.react', 'ReactDOM', 'react', 'WAWebMainWrapper'];

declare global {
  /** For whoever looks into the page: what failed to run, and what is missing. */
  var __realPage: ModuleTable;
}

const settings = globalThis.__realPageSettings;
const table = new ModuleTable(globalThis, settings.conditional);
table.loader = new ServerLoader(settings.document);
provideStandIns(table, settings);
if (settings.trustedRoot !== null) trustRoot(table, settings.trustedRoot);
Object.assign(globalThis, {
  babelHelpers: BABEL_HELPERS,
  __d: table.define,
  define: table.define,
  require: Object.assign(table.require, {
    importDefault: table.importDefault,
    importNamespace: table.importNamespace,
  }),
  importDefault: table.importDefault,
  importNamespace: table.importNamespace,
  requireLazy: table.requireLazy,
  __realPage: table,
});
if (typeof document === 'undefined') startWorker();
else addEventListener('DOMContentLoaded', () => startApplication().catch(report));

function report(error: unknown): void {
  console.error('the page does not start', error instanceof Error ? error.stack : error);
}

async function startApplication(): Promise<void> {
  await table.load(ROOTS);
  const { createElement } = table.require('react');
  const { createRoot } = table.require('ReactDOM');
  const initializer: Exports = table.importDefault('WAWebAppInitializer.react');
  createRoot(document.getElementById('app')).render(createElement(initializer));
}

interface WorkerInit {
  readonly type?: string;
  readonly resource?: { readonly name: string };
  readonly initArgs?: readonly unknown[];
}

/** Modules of workers that are not named after the resource. */
const WORKER_MODULES: Readonly<Record<string, string>> = { WAWebMediaWorkerResource: 'legacy:WAMediaWorker' };

/** The first message names the resource, and has what the module's default export is called with (WorkerBundleResource). */
function startWorker(): void {
  Object.assign(globalThis, { window: globalThis });
  const first = ({ data }: MessageEvent<WorkerInit>): void => {
    if (data?.type !== 'sr-init' || data.resource === undefined) return;
    removeEventListener('message', first);
    const { name } = data.resource;
    try {
      const start: Exports = table.importDefault(WORKER_MODULES[name] ?? name.replace(/Resource$/, ''));
      // An older worker, such as legacy:WAMediaWorker, exports nothing, and runs by being required.
      if (typeof start === 'function') start(...(data.initArgs ?? []));
    } catch (error) {
      report(error);
    }
  };
  addEventListener('message', first);
}
