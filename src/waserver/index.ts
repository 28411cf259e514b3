/** The server for programs: `import { WaServer } from 'wactl/waserver'`. */
export { ControlHttp } from './control/control-http.js';
export type { Credentials } from './media-host.js';
export type { Phone } from './phone.js';
export { type GroupOptions, WaServer, type WaServerOptions } from './wa-server.js';
export type { AccountOptions } from './world/account.js';
export type { WaitOptions } from './world/changes.js';
export type { OutgoingFile } from './world/compose.js';
export type { Contact, ContactOptions, SendOptions } from './world/contact.js';
export type { Received } from './world/content.js';
export type { Device } from './world/device.js';
export type { Group } from './world/group.js';
export type { GroupChange } from './world/group-change.js';
export type { Sent } from './world/outbox.js';
