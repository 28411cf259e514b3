/** The script of the page, in a window that records what leaves it: no other server is trusted, and nothing else is dialled. */
import t, { type Test } from 'tap';
import { type Redirection, redirectChat } from '../../../src/canary/page-script.js';
import { makeServerIdentity, type ServerIdentity } from '../../../src/waserver/wire/certificate.js';
import { isSignedBy, typed, untyped } from '../../../src/waserver/wire/curve.js';
import { CERTIFICATE_CHAIN, CERTIFICATE_DETAILS } from '../../../src/waserver/wire/schemas.js';

/** What the page's modules do, by the same formats as our server's. */
const MODULES = {
  'WACert.pb': { CertChainSpec: CERTIFICATE_CHAIN },
  decodeProtobuf: {
    decodeProtobuf: (spec: typeof CERTIFICATE_CHAIN, bytes: Uint8Array) => spec.decode(bytes),
  },
  WAResultOrError: {
    makeResult: (value: unknown) => ({ success: true, value }),
    makeError: (error: string) => ({ success: false, error }),
  },
  WASignalKeys: { serializeIdentity: typed },
  WASignalSignatures: {
    verifyMsgSignalVariant: (key: Uint8Array, text: Uint8Array, signature: Uint8Array) =>
      isSignedBy(untyped(key), text, signature),
  },
};

class Dialled {
  static readonly all: string[] = [];
  constructor(address: string) {
    Dialled.all.push(address);
  }
}

type Dials = new (address: string | URL) => object;

interface Page {
  readonly book: Redirection;
  readonly dialled: readonly string[];
  readonly window: { readonly WebSocket: Dials; readonly WebTransport: Dials };
  /** The page's own verification, after the script. */
  verify(certificates: Uint8Array, key: Uint8Array): { readonly success: boolean };
}

function page(t: Test, root: Buffer, more: object = {}): Page {
  const certificates = {
    parseCertificateWA6: ({ details, signature }: { details: Uint8Array; signature: Uint8Array }) => ({
      value: { ...CERTIFICATE_DETAILS.decode(details), details, signature },
    }),
    verifyChainCertificateWA6: () => ({ success: false }),
  };
  const modules: Record<string, unknown> = { ...MODULES, WAVerifyChainCertificateWA6: certificates, ...more };
  const window = {
    WebSocket: class extends Dialled {},
    WebTransport: class extends Dialled {},
    fetch: () => Promise.resolve(null),
    XMLHttpRequest: class {
      open(): void {}
    },
    navigator: {},
    location: { href: 'https://web.whatsapp.com/' },
    require: (name: string) => {
      if (modules[name] === undefined) throw new Error(`Requiring unknown module "${name}"`);
      return modules[name];
    },
  };
  Object.assign(globalThis, { window });
  t.teardown(() => Reflect.deleteProperty(globalThis, 'window'));
  Dialled.all.length = 0;
  redirectChat('web.whatsapp.com', 5222, 'mmg.whatsapp.net', root.toString('hex'));
  return {
    book: (window as unknown as { __wadCanary: Redirection }).__wadCanary,
    dialled: Dialled.all,
    window: window as never,
    verify: (...given) => (certificates.verifyChainCertificateWA6 as (...all: unknown[]) => never)(...given),
  };
}

const CHAT = 'wss://web.whatsapp.com/ws/chat?ED=1';

t.test('the chat socket gets our port, and only our server is trusted', (t) => {
  const [ours, other] = [makeServerIdentity(), makeServerIdentity()];
  const { book, window, dialled, verify } = page(t, ours.root);
  new window.WebSocket(CHAT);
  t.same(dialled, ['wss://web.whatsapp.com:5222/ws/chat?ED=1']);
  t.match(book, { sockets: 1, trouble: null });
  const answers = ({ certificates, staticKey }: ServerIdentity) =>
    verify(certificates, staticKey.publicKey).success;
  t.equal(answers(ours), true);
  t.equal(book.trouble, null);
  t.equal(answers(other), false, 'a chain under another root');
  t.equal(book.trouble, 'another server has answered');
  new window.WebSocket(CHAT);
  t.equal(book.trouble, 'another server has answered', 'it is not forgotten when the page dials again');
  t.equal(answers({ ...ours, staticKey: other.staticKey }), false, 'our chain with the key of another');
  t.equal(answers(ours), true);
  t.equal(book.trouble, null);
  t.equal(verify(CERTIFICATE_CHAIN.encode({}), ours.staticKey.publicKey).success, false, 'no chain at all');
  t.end();
});

t.test('a page that cannot verify trusts nobody, and says why', (t) => {
  const ours = makeServerIdentity();
  const { book, window, verify } = page(t, ours.root, { WASignalKeys: undefined });
  new window.WebSocket(CHAT);
  t.equal(verify(ours.certificates, ours.staticKey.publicKey).success, false);
  t.match(book.trouble, /unknown module "WASignalKeys"/);
  const gone = page(t, ours.root, { WAVerifyChainCertificateWA6: {} });
  new gone.window.WebSocket(CHAT);
  t.match(gone.book.trouble, /verifyChainCertificateWA6 is gone/);
  t.end();
});

t.test('sockets to other hosts are not dialled, and are named', (t) => {
  const { book, window, dialled } = page(t, makeServerIdentity().root);
  for (const address of [
    'wss://other.whatsapp.net:443/ws/chat?x=1',
    new URL('wss://web.whatsapp.com.example/'),
  ])
    new window.WebSocket(address);
  new window.WebTransport('https://web.whatsapp.com/quic');
  t.same(dialled, ['wss://kept-back.invalid/', 'wss://kept-back.invalid/', 'https://kept-back.invalid/']);
  t.same(book.keptBack, [
    'SOCKET other.whatsapp.net/ws/chat',
    'SOCKET web.whatsapp.com.example/',
    'SOCKET web.whatsapp.com/quic',
  ]);
  t.equal(book.sockets, 0);
  t.ok(new window.WebSocket(CHAT) instanceof window.WebSocket, 'still of its class');
  t.notOk('WebSocketStream' in window, 'what the browser does not have is not added');
  t.end();
});
