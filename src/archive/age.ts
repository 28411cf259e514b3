// The package that encrypts archives. It is bundled apart, and loaded only when something is sealed or opened: it computes tables
// for its curves, which take 3 MB.
export { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
