// Calls: the port's requests, put to the page.
import type { CallPage } from '../session/page-port.js';
import type { Kit } from './kit.js';

export const callPage = (kit: Kit): CallPage => ({
  reject: (id) => kit.act('calls.reject', 'calls', 'reject', id),
});
