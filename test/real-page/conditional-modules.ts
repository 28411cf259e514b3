/**
 * Which module each conditional one is. The server chooses one for each `cr:NUMBER` of a build, so a snapshot of the modules
 * does not say it. It is found by how it is used: by a member that only one module exports, or by a module that only hands
 * it on. What cannot be found so is in a table, for the modules of 2026-04-27.
 */
import type { Modules } from './modules.js';

export type ConditionalModules = Readonly<Record<string, string | null>>;

/** Names of three letters or so are exported by many. */
const MEMBER = '([A-Za-z_$][\\w$]{5,})';
/** Other builds: the application for Windows, debugging. */
const OTHER_BUILD = /Windows|Debug|Hybrid/;
/** How the chosen module is named after the one that hands it on. */
const ENDINGS = ['.prod', '-prod', 'Comet', 'WWW', '.www', 'Impl', '.comet'];

/** null: not in the build for everybody. */
const KNOWN: ConditionalModules = {
  // React.
  1294158: 'React.classic',
  1292365: 'React-prod.classic',
  1294159: 'ReactDOM.classic',
  5277: 'ReactDOM.classic.prod-or-profiling',
  5278: 'ReactDOM-prod.classic',
  1293: 'ReactDOM-prod.classic',
  6994: 'ReactReconciler-prod.classic',
  7002: 'ReactReconcilerConstants-prod.classic',
  7004: 'ReactReconcilerConstants.classic',
  7007: 'ReactReconciler.classic',
  // What the page has in common with other pages of its makers.
  7383: 'BanzaiWWW',
  1642797: 'BanzaiComet',
  9989: 'Banzai',
  9985: 'performanceAbsoluteNow',
  9986: 'CurrentUser',
  1172: 'WebSession',
  8958: 'FBJSON',
  8959: 'DTSG',
  8960: 'DTSG_ASYNC',
  6943: 'EventListenerImplForCacheStorage',
  5695: 'EventListenerWWW',
  310: 'RunWWW',
  925100: 'RunComet',
  1126: 'TimeSliceSham',
  755: 'warningWWW',
  7730: 'getFbtResult',
  1183579: 'InlineFbtResultImplComet',
  370: 'Lexical.prod',
  13727: 'LexicalExtension.prod',
  3453: 'WDSButtonFontColorConfig',
  // WhatsApp's own.
  36997: 'WAWebMediaWasmWorkerClient',
  37443: 'WAWebMessagePluginProcessAsAddonRegistry',
  37444: 'WAWebMessagePluginParseProtobufRegistry',
  37446: 'WAWebMultipleMessageParserPluginParseProtobufRegistry',
  27582: 'WAWebPersistedJobInitializers',
  375: 'WAWebFtsLightClient',
  1106: 'WAWebMainThreadLogger',
  17143: 'WAWebContactCollection',
  37437: 'WAWebCmd',
  // These would be found, and are not there.
  ...Object.fromEntries(
    [
      ...[734, 1274, 5128, 6640, 7162, 7329, 12181, 15957, 17219, 22912, 34987, 34988, 35483, 696703, 951783],
      ...[1353359, 1634616],
    ].map((id) => [id, null]),
  ),
};

/** Everything that is known, and all that is found by use. Modules that are not in the folder are null. */
export function conditionalModules(modules: Modules): ConditionalModules {
  const all = { ...foundByUse(modules), ...KNOWN };
  const isThere = (name: string | null) => name !== null && modules.has(name);
  return Object.fromEntries(Object.entries(all).map(([id, name]) => [id, isThere(name) ? name : null]));
}

function foundByUse(modules: Modules): Record<string, string> {
  const exporters = exportersOf(modules);
  const found: Record<string, string> = {};
  const choose = (id: string, member: string, isOther: RegExp): void => {
    const fit = (exporters.get(member) ?? []).filter((name) => !isOther.test(name));
    if (fit.length === 1 && fit[0] !== undefined) found[id] ??= fit[0];
  };
  const texts = [...modules].filter(([, { text }]) => text.includes('"cr:'));
  // `(x = n("cr:1")) != null ? x : {}`, whose members are taken.
  for (const [, { text }] of texts)
    for (const [, variable, id = ''] of text.matchAll(
      /\b(\w+) = \(\w+ = n\("cr:(\d+)"\)\) != null \? \w+ : \{\}/g,
    ))
      for (const [, member = ''] of text.matchAll(new RegExp(`\\b${variable}\\.${MEMBER}`, 'g')))
        choose(id, member, new RegExp(`${OTHER_BUILD.source}|Worker`));
  // Members that are taken without asking whether it is there.
  for (const [, { text }] of texts) {
    const line = text.replace(/\s+/g, ' ');
    for (const [, id = '', member = ''] of text.matchAll(new RegExp(`n\\("cr:(\\d+)"\\)\\.${MEMBER}`, 'g')))
      if (!isAsked(line, id)) choose(id, member, OTHER_BUILD);
  }
  // Modules that only hand it on.
  for (const [name, { text }] of texts) {
    const id = /(?:exports|default) = n\("cr:(\d+)"\)/.exec(text)?.[1];
    const chosen = ENDINGS.map((ending) => name + ending).find((one) => modules.has(one));
    if (id !== undefined && chosen !== undefined) found[id] ??= chosen;
  }
  return found;
}

/** By each exported member: who exports it. */
function exportersOf(modules: Modules): ReadonlyMap<string, string[]> {
  const exporters = new Map<string, Set<string>>();
  for (const [name, { text }] of modules)
    for (const [, member = ''] of text.matchAll(new RegExp(`\\bl\\.${MEMBER}\\s*=`, 'g')))
      exporters.set(member, (exporters.get(member) ?? new Set()).add(name));
  return new Map([...exporters].map(([member, names]) => [member, [...names]]));
}

const isAsked = (line: string, id: string): boolean =>
  new RegExp(`n\\("cr:${id}"\\)\\)? ?(==|!=|&&|\\?)|&& n\\("cr:${id}"`).test(line);
