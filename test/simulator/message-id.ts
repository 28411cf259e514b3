/**
 * Makes message ids in the formats of the platforms; whatsapp-web.js recognises the device by format and
 * length.
 */
import { randomBytes } from 'node:crypto';

export const messageId = {
  android: (): string => `AC${randomBytes(15).toString('hex').toUpperCase()}`,
  ios: (): string => `3A${randomBytes(9).toString('hex').toUpperCase()}`,
  web: (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`,
};
