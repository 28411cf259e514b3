/** Message ids in the shapes the platforms give them; whatsapp-web.js tells the device by shape and length. */
import { randomBytes } from 'node:crypto';

export const messageId = {
  android: (): string => `AC${randomBytes(15).toString('hex').toUpperCase()}`,
  ios: (): string => `3A${randomBytes(9).toString('hex').toUpperCase()}`,
  web: (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`,
};
