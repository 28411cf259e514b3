// The table of faults: what is done to a daemon, what the daemon must do, and within which time. Each row
// runs for real, against the simulator and a real Chromium (play.ts). The vocabulary is in row.ts, given.ts
// and acts.ts.
import * as act from './acts.js';
import { both, freeze, inPage, inPageTimes, kill, set, signal, thaw, undo } from './acts.js';
import * as also from './also.js';
import * as given from './given.js';
import { clocked, down, justLinked, patient, ready, STATES } from './given.js';
import * as row from './row.js';
import {
  announced,
  exits,
  expels,
  fails,
  type Row,
  recovers,
  relinks,
  renews,
  resyncs,
  starts,
  unmoved,
} from './row.js';
import { NO_LIMIT } from './small-memory.js';

// biome-ignore format: a table is read by its columns
export const BROWSER: readonly Row[] = [
  { name: 'kill -9 of the browser',                          given: ready,   do: kill('main'),                                  expect: announced('browser_crashed'),         within: 20 },
  { name: 'SIGTERM to the browser',                          given: ready,   do: signal('SIGTERM', 'main'),                     expect: announced('browser_crashed'),         within: 20 },
  { name: 'kill -9 of every renderer',                       given: ready,   do: kill('renderers'),                             expect: announced('browser_crashed'),         within: 20 },
  { name: 'kill -9 of the GPU process',                      given: ready,   do: kill('gpu'),                                   expect: unmoved,                         within: 20 },
  { name: 'kill -9 of the network service',                  given: ready,   do: kill('network'),                               expect: recovers('network_down'),        within: 20 },
  { name: 'kill -9 of the storage service',                  given: ready,   do: kill('storage'),                               expect: unmoved,                         within: 20, needs: act.NO_STORAGE },
  { name: 'kill -9 of all browser processes at once',        given: ready,   do: kill(...act.WHOLE), expect: announced('browser_crashed'),         within: 20 },
  { name: 'kill -9 of the browser twice',                    given: ready,   do: both(set('syncTiming', 'never'), kill('main'), act.when('syncing'), kill('main'), undo), expect: announced('browser_crashed'),         within: 20 },
  { name: 'SIGSTOP of the browser',                          given: ready,   do: freeze('main'),                                expect: announced('page_unresponsive'),       within: 40 },
  { name: 'SIGSTOP of every renderer',                       given: ready,   do: freeze('renderers'),                           expect: announced('page_unresponsive'),       within: 40 },
  { name: 'SIGSTOP of the GPU process',                      given: ready,   do: freeze('gpu'),                                 expect: unmoved,                         within: 20, mend: thaw('gpu') },
  { name: 'SIGSTOP of the network service',                  given: ready,   do: freeze('network'),                             expect: recovers('network_down'),        within: 90 },
  { name: 'the page is closed',                              given: ready,   do: act.pageCloses,                                expect: announced('browser_crashed'),         within: 20 },
  { name: 'the page crashes',                                given: ready,   do: act.pageCrashes,                               expect: announced('browser_crashed'),         within: 20 },
  { name: 'scripts exhaust their memory',                    given: given.smallHeap, do: act.scriptsTake(400),                          expect: announced('browser_crashed'),         within: 40 },
  { name: 'the kernel ends a renderer for lack of memory',    given: ready,   do: act.kernelKills(100),                          expect: announced('browser_crashed'),         within: 20, needs: NO_LIMIT },
  { name: 'the browser is deleted and killed',               given: ready,   do: both(act.browserGone, kill('main')),           expect: { ...recovers('browser_missing'), alerts: ['browser_crashed'] }, within: 20, mend: undo },
  { name: 'the browser does not exist',                      given: down,    do: act.browserGone,                               expect: recovers('browser_missing'),     within: 20, mend: undo },
  { name: 'the browser never starts',                        given: down,    do: act.browserFails,                              expect: fails('attempts_exhausted'),     within: 60, mend: undo },
  { name: 'its first page never appears',                    given: down,    do: act.browserPageless,                           expect: recovers('page_unresponsive'),   within: 20 },
  { name: 'no browser opens this profile',                   given: down,    do: act.profileKills,                              expect: relinks('session_corrupt'),      within: 60, also: also.isQuarantined('corrupt') },
  { name: "another process holds the page's storage",        given: down,    do: act.storageHeld,                               expect: starts,                          within: 30, also: act.logs('whatsapp.session-unfound') },
  { name: 'another program wrote on after a torn write (H31)',    given: down, do: act.writeSpliced,                         expect: starts,                          within: 20, also: act.logs('leftover.torn-log') },
  { name: 'the browser wrote on after a torn write (H31)',      given: down,    do: act.writeTorn,                                 expect: starts,                          within: 40 },
  { name: 'two transactions are unfinished (H33)',            given: down,    do: act.transactionsUnfinished,                    expect: starts,                          within: 20, also: act.logs('leftover.unfinished-transactions') },
  { name: 'lock files of another host in the profile (H15)', given: down,    do: act.foreignSingleton,                          expect: starts,                          within: 20 },
  { name: 'a browser was left over on the profile (H14)',    given: down,    do: act.leftOver,                                  expect: starts,                          within: 30 },
];

/** Faults that the monitor must find, with the default settings. */
// biome-ignore format: a table is read by its columns
export const PATIENT: readonly Row[] = [
  { name: 'kill -9 of the browser',                          given: patient, do: kill('main'),                                  expect: announced('browser_crashed'),         within: 40, also: also.oneStart },
  { name: 'the page hangs',                                  given: patient, do: inPage('hang', { ms: 300_000 }),               expect: announced('page_unresponsive'),       within: 105, also: also.secondCheck },
  { name: 'SIGSTOP of the browser',                          given: patient, do: freeze('main'),                                expect: announced('page_unresponsive'),       within: 105, also: also.secondCheck },
  { name: 'SIGSTOP of every renderer',                       given: patient, do: freeze('renderers'),                           expect: announced('page_unresponsive'),       within: 105, also: also.secondCheck },
  { name: 'no process can be started, and the renderers die',       given: patient, do: both(kill('zygotes'), kill('renderers')),      expect: announced('page_unresponsive'),       within: 105, also: also.secondCheck },
];

// biome-ignore format: a table is read by its columns
export const PAGE: readonly Row[] = [
  { name: 'it goes to about:blank',                          given: ready,   do: inPage('navigate', { url: 'about:blank' }),    expect: announced('page_unresponsive'),       within: 20 },
  { name: 'it reloads',                                      given: ready,   do: inPage('reload'),                              expect: resyncs,                         within: 20 },
  { name: 'it reloads twelve times (H3)',                    given: ready,   do: inPageTimes(12, 'reload'),                     expect: resyncs,                         within: 30 },
  { name: 'it reloads during a load',                        given: ready,   do: both(inPage('reload'), inPage('reload'), inPage('reload')), expect: resyncs,                         within: 30 },
  { name: 'thirty calls of pushState (H3)',                  given: ready,   do: inPage('pushState', { times: 30 }),            expect: unmoved,                         within: 20 },
  { name: 'ten frames load (H3)',                            given: ready,   do: inPage('iframe', { times: 10 }),               expect: unmoved,                         within: 20 },
  { name: 'it syncs a second time (H3)',                     given: ready,   do: both(inPage('setSynced', { value: false }), inPage('setSynced', { value: true })), expect: unmoved,                         within: 20 },
  { name: 'it syncs before the library listens (H9)',        given: down,    do: set('syncTiming', 'early'),                    expect: starts,                          within: 20 },
  { name: 'it never syncs',                                  given: down,    do: set('syncTiming', 'never'),                    expect: recovers('sync_timeout'),        within: 20, mend: undo },
  { name: 'a module is missing (H2)',                        given: down,    do: set('missingModules', ['WAWebFindChatAction']), expect: recovers('sync_timeout', ['outdated_library']), within: 20, mend: undo },
  { name: 'a module is missing permanently (H2)',            given: down,    do: set('missingModules', ['WAWebFindChatAction']), expect: fails('attempts_exhausted', ['outdated_library', 'attempts_exhausted']), within: 90, mend: undo },
  { name: 'modules register late',                           given: down,    do: set('requireDelayMs', 1_000),                  expect: starts,                          within: 20 },
  { name: 'the "What\'s new" dialog holds sync (U1)',        given: down,    do: set('dialogHoldsSync', true),                  expect: starts,                          within: 20 },
  { name: 'an uncaught error',                               given: ready,   do: inPage('throwError', { text: 'boom' }),        expect: unmoved,                         within: 20 },
  { name: 'it forgets its own version',                      given: ready,   do: inPage('wipeDebug'),                           expect: unmoved,                         within: 20 },
  { name: 'it hangs briefly',                                given: ready,   do: inPage('hang', { ms: 1_000 }),                 expect: unmoved,                         within: 20 },
  { name: 'it hangs',                                        given: ready,   do: inPage('hang', { ms: 300_000 }),               expect: announced('page_unresponsive'),       within: 60 },
  { name: 'another host takes the session over (H20)',       given: ready,   do: ({ phone }) => phone.conflict(),               expect: recovers('conflict'),            within: 30 },
  { name: 'the same, shown in its state (H20)',              given: ready,   do: both(set('replacedShows', 'state'), ({ phone }) => phone.conflict()), expect: recovers('conflict'), within: 20, mend: undo },
  { name: 'its state is UNLAUNCHED (H20)',                   given: ready,   do: inPage('setState', { state: 'UNLAUNCHED' }),   expect: recovers('network_down'),        within: 40 },
  { name: 'its state is PROXYBLOCK (H20)',                   given: ready,   do: inPage('setState', { state: 'PROXYBLOCK' }),   expect: recovers('network_down'),        within: 40 },
  { name: 'WhatsApp requires a newer version once',          given: down,    do: set('loginRefusal', '405'),                    expect: recovers('outdated_library'),    within: 30, mend: undo },
  { name: 'WhatsApp requires a newer version',               given: down,    do: set('loginRefusal', '405'),                    expect: fails('outdated_library'),       within: 60, mend: undo },
  { name: 'WhatsApp bans the account',                       given: ready,   do: ({ phone }) => phone.ban(),                    expect: expels,                          within: 20, mend: both(act.sendExits(4), ({ phone }) => phone.unban(), act.init) },
  { name: 'the same, shown in its state',                    given: ready,   do: both(set('refusalShows', 'state'), ({ phone }) => phone.ban()), expect: fails('banned'), within: 20, mend: both(act.sendExits(4), ({ phone }) => phone.unban(), undo, act.init) },
  { name: 'the phone unlinks it (H8)',                       given: ready,   do: ({ phone }) => phone.unlink(),                 expect: relinks('logged_out_by_phone'),  within: 20, also: also.isQuarantined() },
  { name: 'the server no longer knows the session',          given: down,    do: ({ phone }) => phone.unlink(),                 expect: relinks('logged_out_by_phone'),  within: 30, also: also.isQuarantined() },
  { name: 'the same, and the page reports nothing (H18)',    given: down,    do: both(set('refusalIsHeard', false), ({ phone }) => phone.unlink()),                expect: relinks('auth_failed'),          within: 30, also: also.isQuarantined('authfailed') },
  { name: 'a message stays in the page for a while (H10)',   given: ready,   do: act.messageLingers,                            expect: unmoved,                         within: 20 },
  { name: 'a message stays in the page (H10)',               given: ready,   do: act.messageStays,                              expect: announced('page_unresponsive'),       within: 100, mend: undo },
];

// biome-ignore format: a table is read by its columns
export const NETWORK: readonly Row[] = [
  { name: 'every connection is cut',                         given: ready,   do: act.dropSockets,                               expect: recovers('network_down'),        within: 20 },
  { name: 'every connection goes silent',                    given: ready,   do: ({ sim }) => sim.faults.halfOpen(),            expect: recovers('network_down'),        within: 30 },
  { name: 'the network is lost',                             given: ready,   do: act.networkDown,                               expect: recovers('network_down'),        within: 30, mend: undo },
  { name: 'the network is lost permanently',                 given: ready,   do: act.networkDown,                               expect: fails('attempts_exhausted'),     within: 90, mend: undo },
  { name: 'the server refuses connections',                  given: ready,   do: both(set('socketFault', 'refuse'), act.dropSockets), expect: recovers('network_down'),        within: 30, mend: undo },
  { name: 'the server accepts and never answers',            given: ready,   do: both(set('socketFault', 'hang'), act.dropSockets), expect: recovers('network_down'),        within: 30, mend: undo },
  { name: 'the server answers two seconds late',             given: ready,   do: both(set('socketSlowMs', 2_000), act.lasts(6_000)), expect: unmoved,                         within: 20, mend: undo },
  { name: 'the server answers half a second late',             given: down,    do: set('socketSlowMs', 500),                    expect: starts,                          within: 40 },
  { name: 'connections are refused',                         given: down,    do: set('loadFault', 'refuse'),                    expect: recovers('network_down'),        within: 20, mend: undo },
  { name: 'connections are reset',                           given: down,    do: set('loadFault', 'reset'),                     expect: recovers('network_down'),        within: 20, mend: undo },
  { name: 'the page never arrives (H12)',                    given: down,    do: set('loadFault', 'hang'),                      expect: recovers('network_down'),        within: 20, mend: undo },
  { name: 'a part of the page never arrives (H12)',          given: down,    do: set('loadFault', 'hang-subresource'),          expect: starts,                          within: 20 },
  { name: 'the server answers 503',                          given: down,    do: set('loadFault', 'error'),                     expect: recovers('page_unresponsive'),   within: 20, mend: undo },
  { name: 'the page is empty',                               given: down,    do: set('loadFault', 'blank'),                     expect: recovers('page_unresponsive'),   within: 20, mend: undo },
  { name: 'no name can be resolved',                         given: down,    do: act.browserWith('MAP web.whatsapp.com:443', 'MAP web.whatsapp.com.invalid:443'), expect: recovers('network_down'),        within: 20, mend: undo },
  { name: 'the chat server refuses',                         given: down,    do: set('socketFault', 'refuse'),                  expect: recovers('network_down'),        within: 30, mend: undo },
  { name: 'the chat server never answers',                   given: down,    do: set('socketFault', 'hang'),                    expect: recovers('sync_timeout'),        within: 30, mend: undo },
  { name: 'no network at all, permanently',                  given: down,    do: set('loadFault', 'refuse'),                    expect: fails('attempts_exhausted'),     within: 60, mend: undo },
];

// biome-ignore format: a table is read by its columns
export const DISK: readonly Row[] = [
  { name: 'the disk is full',                                given: down,    do: ({ disk }) => disk?.fill(10),                  expect: recovers('disk_full'),           within: 20, mend: undo },
  { name: 'the disk is full, permanently',                   given: down,    do: ({ disk }) => disk?.fill(10),                  expect: fails('attempts_exhausted'),     within: 30, mend: undo },
  { name: 'no byte is free',                                 given: down,    do: ({ disk }) => disk?.fill(0),                   expect: exits(73, ['daemon.failed']),    within: 20, also: also.says(/no room/) },
  { name: 'the disk is nearly full (H28)',                   given: ready,   do: ({ disk }) => disk?.fill(300),                  expect: row.unmovedBut('disk_full'),     within: 20, mend: both(undo, act.logs('disk.fine')) },
  { name: 'the disk fills up (H28)',                         given: ready,   do: ({ disk }) => disk?.fill(20),                  expect: announced('disk_full'),               within: 20, mend: both(undo, act.logs('disk.fine')) },
  { name: 'the disk fills up to the last byte (H28)',        given: ready,   do: ({ disk }) => disk?.fill(0),                   expect: row.announcedUnkept('disk_full'),       within: 20, mend: both(undo, act.logs('disk.fine')) },
  { name: 'the disk fills up, and the browser dies',         given: ready,   do: both(({ disk }) => disk?.fill(20), kill('main')), expect: { ...recovers('disk_full'), alerts: ['browser_crashed'] }, within: 20, mend: undo },
  { name: 'the disk fills up, and SIGTERM follows',          given: ready,   do: both(({ disk }) => disk?.fill(20), signal('SIGTERM', 'daemon')), expect: exits(0),                        within: 20 },
  { name: 'the disk fills up, and kill -9 follows',          given: ready,   do: both(({ disk }) => disk?.fill(20), kill('daemon')), expect: row.nextTakesOver,               within: 20 },
  { name: 'the profile is read-only',                        given: down,    do: ({ disk, home }) => disk?.readOnly(home.profile), expect: recovers('launch_failed'),       within: 20, mend: ({ disk, home }) => disk?.writable(home.profile) },
  { name: 'the profile is read-only, permanently',           given: down,    do: ({ disk, home }) => disk?.readOnly(home.profile), expect: fails('attempts_exhausted'),     within: 60, mend: ({ disk, home }) => disk?.writable(home.profile) },
  { name: 'the data path is read-only',                      given: down,    do: ({ disk, home }) => disk?.readOnly(home.authDir), expect: exits(77, ['daemon.failed']),    within: 20, mend: ({ disk, home }) => disk?.writable(home.authDir), also: also.says(/read-only/) },
];

// biome-ignore format: a table is read by its columns
export const DAEMON: readonly Row[] = [
  ...STATES.map((state): Row => ({ name: 'kill -9 of the daemon', given: state, do: kill('daemon'), expect: row.nextTakesOver, within: 10 })),
  ...STATES.map((state): Row => ({ name: 'SIGTERM', given: state, do: signal('SIGTERM', 'daemon'), expect: state === given.loggingOut ? row.exitsUnlinked : exits(0), within: 20 })),
  { name: 'kill -9 of the daemon',                           given: justLinked, do: kill('daemon'),                                expect: row.nextTakesOver,               within: 10 },
  { name: 'SIGTERM',                                         given: given.justScanned, do: signal('SIGTERM', 'daemon'),                   expect: exits(0),                        within: 5 },
  { name: 'SIGHUP: its terminal is closed',                  given: ready,   do: signal('SIGHUP', 'daemon'),                    expect: exits(0),                        within: 20 },
  { name: 'SIGTERM to a daemon whose browser is frozen',     given: ready,   do: both(freeze('main'), signal('SIGTERM', 'daemon')), expect: exits(0),                        within: 20, rough: true },
  { name: 'SIGTERM to a daemon whose page hangs',            given: ready,   do: both(inPage('hang', { ms: 300_000 }), signal('SIGTERM', 'daemon')), expect: exits(0),                        within: 20, rough: true },
  { name: 'SIGTERM twice',                                   given: ready,   do: both(signal('SIGTERM', 'daemon'), signal('SIGTERM', 'daemon')), expect: exits(0),                        within: 20 },
  { name: 'a second one is started',                         given: ready,   do: act.secondDaemon,                              expect: unmoved,                         within: 20 },
  { name: 'it is frozen, and a second one is started',       given: ready,   do: both(freeze('daemon'), act.secondDaemon, thaw('daemon')), expect: unmoved,                         within: 20 },
  { name: 'it is frozen until its lock is stale',            given: ready,   do: both(freeze('daemon'), act.lasts(13_000), thaw('daemon')), expect: unmoved,                         within: 30 },
  { name: 'another process takes its lock',                  given: ready,   do: act.lockStolen,                                expect: exits(75, ['lock_held']),        within: 20, mend: act.lockGone },
  { name: 'its lock is removed',                             given: ready,   do: act.lockGone,                                  expect: exits(75, ['lock_held']),        within: 20 },
  { name: 'two are started at once after a crash',           given: ready,   do: both(kill('daemon'), act.twoAtOnce),           expect: starts,                          within: 40 },
  { name: 'the clock goes an hour ahead',                    given: clocked, do: act.clockAt(3_600_000),                        expect: unmoved,                         within: 20 },
  { name: 'the clock goes a year ahead, and back',           given: clocked, do: both(act.clockAt(31_536_000_000), act.clockAt(0)), expect: unmoved,                         within: 20 },
  { name: 'the clock goes back by a year',                   given: clocked, do: act.clockAt(-31_536_000_000),                  expect: unmoved,                         within: 20 },
  { name: 'the clock goes back, and another host takes over', given: clocked, do: both(act.clockAt(86_400_000), ({ phone }) => phone.conflict(), act.when('reconnecting'), act.when('ready'), act.clockAt(0), act.fromHere, ({ phone }) => phone.conflict()), expect: recovers('conflict'),            within: 40 },
  { name: 'the clock jumps, and the browser dies',           given: clocked, do: both(act.clockAt(3_600_000), kill('main')),    expect: announced('browser_crashed'),         within: 20 },
];

/** Faults that are checked slowly: once a minute, and after a minute without a message. */
// biome-ignore format: a table is read by its columns
export const UPKEEP: readonly Row[] = [
  { name: 'the page takes too much memory (H26)',            given: given.memoryLimit, do: act.pageTakes(900),                            expect: renews,                          within: 200 },
  { name: 'its control group limits its memory (H26)',       given: patient, do: both(act.memoryLimited(1_100), act.pageTakes(900)), expect: renews,                          within: 200, needs: NO_LIMIT },
  { name: 'the browser is upgraded under it (H27)',          given: patient, do: act.upgrade,                                   expect: renews,                          within: 200 },
];
