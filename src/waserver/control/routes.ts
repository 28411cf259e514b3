/**
 * The routes of the control API: those of the simulator (`test/simulator/control-routes.ts`) where the thing is the same,
 * so that one driver serves for both. Arguments come from the path, the query and the JSON body.
 */
import { CHANNEL_ROUTES } from './channel-routes.js';
import { CONTACT_ROUTES } from './contact-routes.js';
import { GROUP_ROUTES } from './group-routes.js';
import { PHONE_ROUTES } from './phone-routes.js';
import type { Routes } from './route.js';
import { showContact, showGroup, showPhone } from './views.js';

export const ROUTES: Routes = {
  'GET /': (server) => ({
    url: server.url,
    rootKey: server.rootKey.toString('base64'),
    phones: server.phones.map(showPhone),
    contacts: server.contacts.map(showContact),
    groups: server.groups.map(showGroup),
    problems: server.problems,
    missing: [...server.unknown],
  }),
  /** requests that the server does not know */
  'GET /missing': (server) => ({ missing: [...server.unknown] }),
  /** why connections were ended, and what people could not read */
  'GET /problems': (server) => ({ problems: server.problems }),
  ...PHONE_ROUTES,
  ...CONTACT_ROUTES,
  ...GROUP_ROUTES,
  ...CHANNEL_ROUTES,
  'POST /faults/drop-sockets': (server) => {
    for (const phone of server.phones) phone.cut();
  },
};
