/** What somebody must know of a device to write to it first: its keys, with a one-time key if it has one left. */
export interface PublicPreKey {
  readonly id: number;
  /** 32 bytes */
  readonly publicKey: Buffer;
}
export interface Bundle {
  readonly registrationId: number;
  /** 32 bytes */
  readonly identityKey: Buffer;
  readonly signedPreKey: PublicPreKey & { readonly signature: Buffer };
  readonly preKey?: PublicPreKey | undefined;
}
