/**
 * What runs in the page before its own scripts. It is evaluated as text, so it uses nothing from outside.
 *
 * The chat socket goes to this process: `WebSocket` is wrapped, and an address of the chat host keeps its host and path and
 * gets the port that Chromium maps to us. So the page's security policy allows it, and WhatsApp's own port is never dialled.
 *
 * WhatsApp's servers prove themselves by a chain of certificates under a key in the page's code. Our server has another one,
 * so the export that verifies the chain (WAVerifyChainCertificateWA6, as of 2026-04-27) is replaced in this document. No
 * text of a module is changed.
 *
 * Requests that are not downloads are kept back: they get an address that does not exist, so the page meets a network error.
 */

/** What the script has seen; the canary reads it. */
export interface Redirection {
  /** How many chat sockets the page has opened. */
  sockets: number;
  /** Why our server cannot be trusted, in one sentence; null while nothing is wrong. */
  trouble: string | null;
  /** Requests that were kept back, each once. */
  readonly keptBack: string[];
}

interface Certificates {
  parseCertificateWA6(certificate: unknown): { value: unknown };
  verifyChainCertificateWA6?: unknown;
}

interface CanaryWindow {
  WebSocket: new (address: string, ...rest: readonly unknown[]) => object;
  fetch: (input: unknown, init?: { readonly method?: string }) => Promise<unknown>;
  readonly XMLHttpRequest: {
    readonly prototype: { open(method: string, address: string, ...rest: unknown[]): void };
  };
  readonly navigator: { sendBeacon?(address: string): boolean };
  readonly location: { readonly href: string };
  require?: (name: string) => never;
  __wadCanary?: Redirection;
}
declare const window: CanaryWindow;

/** @param mediaHost is mapped to this process, so everything may be sent to it */
export function redirectChat(host: string, port: number, mediaHost: string): void {
  const book: Redirection = { sockets: 0, trouble: null, keptBack: [] };
  window.__wadCanary = book;
  const NAME = 'WAVerifyChainCertificateWA6';

  const trust = (): void => {
    const from = window.require as unknown as (name: string) => unknown;
    const certificates = from(NAME) as Certificates;
    if (typeof certificates.verifyChainCertificateWA6 !== 'function')
      throw new Error(`${NAME}.verifyChainCertificateWA6 is gone`);
    const verify = (bytes: unknown): unknown => {
      const { decodeProtobuf } = from('decodeProtobuf') as {
        decodeProtobuf(spec: unknown, bytes: unknown): { leaf: unknown; intermediate: unknown };
      };
      const { CertChainSpec } = from('WACert.pb') as { CertChainSpec: unknown };
      const { makeResult } = from('WAResultOrError') as { makeResult(value: unknown): unknown };
      const chain = decodeProtobuf(CertChainSpec, bytes);
      return makeResult({
        leaf: certificates.parseCertificateWA6(chain.leaf).value,
        intermediate: certificates.parseCertificateWA6(chain.intermediate).value,
      });
    };
    if (!Reflect.set(certificates, 'verifyChainCertificateWA6', verify))
      throw new Error(`${NAME}.verifyChainCertificateWA6 cannot be replaced`);
  };

  const NOWHERE = 'https://kept-back.invalid/';
  /** Whether a request stays here. Addresses of the document itself (blob:, data:) have no host. */
  const keepsBack = (method: string, address: string): boolean => {
    const to = new URL(address, window.location.href);
    if (/^(GET|HEAD)$/i.test(method) || to.hostname === '' || to.hostname === mediaHost) return false;
    const name = `${method.toUpperCase()} ${to.hostname}${to.pathname}`;
    if (!book.keptBack.includes(name)) book.keptBack.push(name);
    return true;
  };
  const { fetch } = window;
  window.fetch = (input, init) => {
    const asked = input as { readonly url?: string; readonly method?: string };
    const isKept = keepsBack(init?.method ?? asked.method ?? 'GET', asked.url ?? String(input));
    return isKept ? fetch(NOWHERE) : fetch(input, init);
  };
  const requests = window.XMLHttpRequest.prototype;
  const { open } = requests;
  requests.open = function (method, address, ...rest) {
    const to = keepsBack(method, String(address)) ? NOWHERE : address;
    return open.apply(this, [method, to, ...rest]);
  };
  window.navigator.sendBeacon = (address) => keepsBack('BEACON', String(address));

  window.WebSocket = new Proxy(window.WebSocket, {
    construct(target, [address, ...rest]: [string | URL, ...unknown[]], newTarget) {
      const to = new URL(address, window.location.href);
      if (to.hostname === host) {
        if (to.pathname.startsWith('/ws/chat')) {
          book.sockets += 1;
          try {
            trust();
            book.trouble = null;
          } catch (error) {
            book.trouble = String(error instanceof Error ? error.message : error);
          }
        }
        to.port = String(port);
      }
      return Reflect.construct(target, [to.href, ...rest], newTarget);
    },
  });
}

/** Runs in the page. */
export const readRedirection = (): Redirection | null => window.__wadCanary ?? null;
