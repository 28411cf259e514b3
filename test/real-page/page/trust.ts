/**
 * Makes the page trust our root key: replaces the export that verifies the server's chain of certificates
 * (WAVerifyChainCertificateWA6) by one that does the same with our key. The page's other exports parse and verify, and no
 * module's text is changed.
 */
import type { Exports, ModuleTable } from './module-table.js';

interface Certificate {
  readonly serial: number;
  readonly issuerSerial: number;
  readonly key: Uint8Array;
  readonly details: Uint8Array;
  readonly signature: Uint8Array;
}

/** The serial of the root, in the certificates that it signs. */
const ROOT_SERIAL = 0;

const same = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/** @param root 32 bytes in hexadecimal */
export function trustRoot(table: ModuleTable, root: string): void {
  table.after('WAVerifyChainCertificateWA6', (exports: Exports) => {
    const { makeResult, makeError } = table.require('WAResultOrError');
    const isSigned = (key: Uint8Array, { details, signature }: Certificate): boolean =>
      table
        .require('WASignalSignatures')
        .verifyMsgSignalVariant(
          table.require('WASignalKeys').serializeIdentity(key),
          new Uint8Array(details),
          signature,
        );
    const rootKey = Uint8Array.from(root.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    exports.verifyChainCertificateWA6 = (bytes: ArrayBuffer, serverKey: ArrayBuffer) => {
      const { CertChainSpec } = table.require('WACert.pb');
      const chain = table.require('decodeProtobuf').decodeProtobuf(CertChainSpec, bytes);
      if (chain.intermediate == null || chain.leaf == null) return makeError('missing-certificate');
      const [intermediate, leaf] = [chain.intermediate, chain.leaf].map(
        (one) => exports.parseCertificateWA6(one).value as Certificate | undefined,
      );
      const isValid =
        intermediate !== undefined &&
        leaf !== undefined &&
        intermediate.issuerSerial === ROOT_SERIAL &&
        isSigned(rootKey, intermediate) &&
        leaf.issuerSerial === intermediate.serial &&
        isSigned(new Uint8Array(intermediate.key), leaf) &&
        same(new Uint8Array(leaf.key), new Uint8Array(serverKey));
      return isValid ? makeResult({ leaf, intermediate }) : makeError('invalid-certificate');
    };
  });
}
