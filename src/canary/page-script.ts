/**
 * What runs in the page before its own scripts. It is evaluated as text, so it uses nothing from outside.
 *
 * The chat socket goes to this process: `WebSocket` is wrapped, and an address of the chat host keeps its host and path and
 * gets the port that Chromium maps to us. So the page's security policy allows it, and WhatsApp's own port is never dialled.
 *
 * WhatsApp's servers prove themselves by a chain of certificates under a key in the page's code. Our server has another one,
 * so the export that verifies the chain (WAVerifyChainCertificateWA6, as of 2026-04-27) is replaced in this document by one
 * that accepts only a chain under our key: the page links itself to no other server, whoever answers. No text of a module
 * is changed.
 *
 * Requests that are not downloads, and sockets to any other host, are kept back: they get an address that does not exist, so the
 * page meets a network error. The script does not run in workers, so what they send is not covered.
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

interface Certificate {
  readonly serial: number;
  readonly issuerSerial: number;
  readonly key: Uint8Array;
  readonly details: Uint8Array;
  readonly signature: Uint8Array;
}
interface Certificates {
  parseCertificateWA6(certificate: unknown): { readonly value?: Certificate };
  verifyChainCertificateWA6?: unknown;
}
/** What the verification uses of the page. */
interface Verifying {
  readonly decodeProtobuf: {
    decodeProtobuf(
      spec: unknown,
      bytes: unknown,
    ): { readonly leaf?: unknown; readonly intermediate?: unknown };
  };
  readonly 'WACert.pb': { readonly CertChainSpec: unknown };
  readonly WAResultOrError: { makeResult(value: unknown): unknown; makeError(reason: string): unknown };
  readonly WASignalKeys: { serializeIdentity(key: Uint8Array): unknown };
  readonly WASignalSignatures: {
    verifyMsgSignalVariant(key: unknown, text: Uint8Array, signature: Uint8Array): boolean;
  };
  readonly WAVerifyChainCertificateWA6: Certificates;
}

type Dialling = new (address: string, ...rest: readonly unknown[]) => object;

interface CanaryWindow {
  WebSocket: Dialling;
  WebSocketStream?: Dialling;
  WebTransport?: Dialling;
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

/**
 * @param mediaHost is mapped to this process, so everything may be sent to it
 * @param root key of our server, in hexadecimal
 */
export function redirectChat(host: string, port: number, mediaHost: string, root: string): void {
  const book: Redirection = { sockets: 0, trouble: null, keptBack: [] };
  window.__wadCanary = book;
  const NAME = 'WAVerifyChainCertificateWA6';

  /** Why the server that has answered last is not ours. */
  let strange: string | null = null;
  const reasonOf = (error: unknown): string => String(error instanceof Error ? error.message : error);
  const from = <N extends keyof Verifying>(name: N): Verifying[N] =>
    (window.require as unknown as (name: N) => Verifying[N])(name);
  const rootKey = Uint8Array.from(root.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

  const isOurs = (
    leaf: Certificate | undefined,
    intermediate: Certificate | undefined,
    key: ArrayBuffer,
  ): boolean => {
    if (leaf === undefined || intermediate === undefined) return false;
    const { serializeIdentity } = from('WASignalKeys');
    const { verifyMsgSignalVariant } = from('WASignalSignatures');
    const isSigned = (by: Uint8Array, { details, signature }: Certificate): boolean =>
      verifyMsgSignalVariant(serializeIdentity(by), new Uint8Array(details), signature);
    // The root has the serial 0, as WhatsApp's.
    if (intermediate.issuerSerial !== 0 || leaf.issuerSerial !== intermediate.serial) return false;
    if (!isSigned(rootKey, intermediate) || !isSigned(new Uint8Array(intermediate.key), leaf)) return false;
    return String(new Uint8Array(leaf.key)) === String(new Uint8Array(key));
  };

  const verify = (bytes: unknown, serverKey: ArrayBuffer): unknown => {
    const { makeResult, makeError } = from('WAResultOrError');
    try {
      const { parseCertificateWA6: parse } = from(NAME);
      const chain = from('decodeProtobuf').decodeProtobuf(from('WACert.pb').CertChainSpec, bytes);
      const read = (one: unknown): Certificate | undefined => (one == null ? undefined : parse(one).value);
      const [leaf, intermediate] = [read(chain.leaf), read(chain.intermediate)];
      if (isOurs(leaf, intermediate, serverKey)) {
        strange = null;
        book.trouble = null;
        return makeResult({ leaf, intermediate });
      }
      strange = 'another server has answered';
    } catch (error) {
      strange = reasonOf(error);
    }
    book.trouble = strange;
    return makeError('invalid-certificate');
  };

  const trust = (): void => {
    const certificates = from(NAME);
    if (typeof certificates.verifyChainCertificateWA6 !== 'function')
      throw new Error(`${NAME}.verifyChainCertificateWA6 is gone`);
    if (!Reflect.set(certificates, 'verifyChainCertificateWA6', verify))
      throw new Error(`${NAME}.verifyChainCertificateWA6 cannot be replaced`);
  };

  const NOWHERE = 'https://kept-back.invalid/';
  const NO_SOCKET = 'wss://kept-back.invalid/';
  const note = (what: string, { hostname, pathname }: URL): void => {
    const name = `${what} ${hostname}${pathname}`;
    if (!book.keptBack.includes(name)) book.keptBack.push(name);
  };
  /** Whether a request stays here. Addresses of the document itself (blob:, data:) have no host. */
  const keepsBack = (method: string, address: string): boolean => {
    const to = new URL(address, window.location.href);
    if (/^(GET|HEAD)$/i.test(method) || to.hostname === '' || to.hostname === mediaHost) return false;
    note(method.toUpperCase(), to);
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

  /** What a socket dials instead. */
  const socketTo = (address: string | URL): string => {
    const to = new URL(address, window.location.href);
    if (to.hostname !== host) {
      note('SOCKET', to);
      return NO_SOCKET;
    }
    if (to.pathname.startsWith('/ws/chat')) {
      book.sockets += 1;
      try {
        trust();
        book.trouble = strange;
      } catch (error) {
        book.trouble = reasonOf(error);
      }
    }
    to.port = String(port);
    return to.href;
  };
  const dialling = (real: Dialling, instead: (address: string | URL) => string): Dialling =>
    new Proxy(real, {
      construct: (target, [address, ...rest]: [string | URL, ...unknown[]], newTarget) =>
        Reflect.construct(target, [instead(address), ...rest], newTarget),
    });
  window.WebSocket = dialling(window.WebSocket, socketTo);
  // Nobody answers these here. The page has one for calls (WAWebVoipWebTransportConnectionManager).
  const keptFrom = (dead: string) => (address: string | URL) => {
    note('SOCKET', new URL(address, window.location.href));
    return dead;
  };
  if (window.WebSocketStream) window.WebSocketStream = dialling(window.WebSocketStream, keptFrom(NO_SOCKET));
  if (window.WebTransport) window.WebTransport = dialling(window.WebTransport, keptFrom(NOWHERE));
}

/** Runs in the page. */
export const readRedirection = (): Redirection | null => window.__wadCanary ?? null;
