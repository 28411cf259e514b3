// The files of whatsapp-web.js that are loaded. Its index also loads its other strategies with archivers, which costs 75 ms at
// the start and 8 MB. In a build this file is a bundle of its own with a code cache (scripts/library-bundle.mjs). The bundle
// has the library's name, by which stack traces show whose error it is (failures/errors.ts).
export { default as LocalAuth } from 'whatsapp-web.js/src/authStrategies/LocalAuth.js';
export { default as Client } from 'whatsapp-web.js/src/Client.js';
export { default as Message } from 'whatsapp-web.js/src/structures/Message.js';
