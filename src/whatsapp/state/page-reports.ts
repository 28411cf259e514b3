// The reports of our functions in the page, by kind, and what each of them changes.
import type { ClientListener } from '../../session/port.js';
import type { PageReport } from '../page/page-window.js';
import type { AccountLimits } from './account-limits.js';
import type { PersonNeeded } from './attention.js';
import type { LinkState } from './link-state.js';
import type { LogoutSigns } from './logout-signs.js';
import type { PasskeyRequest } from './passkey-request.js';

export interface ReportNeeds {
  look(): void;
  /** Stores a screenshot of the page. Returns its path, or null. */
  picture?(): string | null;
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** The parts of the page state that the reports change. */
export interface ReportTargets {
  readonly listener: ClientListener;
  readonly needs: ReportNeeds;
  readonly link: LinkState;
  readonly logout: LogoutSigns;
  readonly limits: AccountLimits;
  readonly passkey: PasskeyRequest;
  readonly personNeeded: PersonNeeded;
  newDocument(url: string): void;
  qr(payload: string): void;
  passkeyAnswered(): void;
  /** The passkey request of the page has begun or ended. */
  passkeyChanged(): void;
}

type ReportTable = {
  readonly [K in PageReport['kind']]: (report: Extract<PageReport, { kind: K }>) => void;
};

/** Returns the function that handles every report of one page. */
export function reportHandler(targets: ReportTargets): (report: PageReport) => void {
  const table = reportTable(targets);
  return (report) => {
    // The page can call our function with anything: an unknown kind is ignored.
    if (Object.hasOwn(table, report.kind)) (table[report.kind] as (report: PageReport) => void)(report);
  };
}

function reportTable(targets: ReportTargets): ReportTable {
  const { listener, needs, link, logout, limits, passkey, personNeeded } = targets;
  const picture = (): string => {
    const path = needs.picture?.() ?? null;
    return path === null ? '' : ` (a picture: ${path})`;
  };
  return {
    document: ({ url }) => targets.newDocument(url),
    state: (report) => {
      link.socketState(report.state, report.wid);
      link.stream(report);
    },
    'logout-begins': () => logout.begins(),
    'gives-up': ({ reason }) => logout.givesUp(reason),
    logout: () => link.loggedOut(),
    failure: ({ code }) => logout.refusedWith(code),
    limits: () => needs.look(),
    trusted: ({ chatId }) => listener.report({ type: 'trusted', chatId }),
    ban: ({ banned, expireS }) => limits.ban(banned, expireS),
    'code-over': () => listener.event({ type: 'client.pairing-over' }),
    qr: ({ text }) => {
      if (text === null) listener.report({ type: 'qr-gone' });
      else targets.qr(text);
    },
    people: ({ pairs, names }) => listener.report({ type: 'people', pairs, names }),
    missing: ({ what }) => needs.warn('whatsapp.watcher', { what }),
    dialog: ({ text, pressed }) => {
      needs.warn('whatsapp.dialog', { text, pressed });
      if (!pressed) personNeeded.dialog(`WhatsApp Web shows a dialog: ${text}${picture()}`);
    },
    'dialog-gone': () => personNeeded.dialog(null),
    passkey: ({ id, options }) => {
      passkey.asked(id, options, link.isLinked ? 'account' : 'link');
      targets.passkeyChanged();
    },
    'passkey-answered': () => targets.passkeyAnswered(),
    'passkey-gone': () => {
      passkey.end('refused');
      targets.passkeyChanged();
    },
    checkpoint: ({ type }) => personNeeded.checkpoint(type),
    'checkpoint-gone': () => personNeeded.checkpoint(null),
  };
}
