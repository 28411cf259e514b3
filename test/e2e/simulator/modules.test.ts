/**
 * Every module that the source of whatsapp-web.js requires exists in the simulated page, or is listed as
 * missing.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import { BareClient } from '../../simulator/bare-client.js';
import { Simulator } from '../../simulator/simulator.js';

const SOURCE = 'node_modules/whatsapp-web.js/src';

/**
 * Listed as missing in test/simulator/README.md: parts of channels, business notes, catalogues and orders, bots, the page's own
 * window controls.
 */
const NOT_PLAYED = [
  'WAWebBizOrderBridge',
  'WAWebBizProductCatalogBridge',
  'WAWebBotMessageSecret',
  'WAWebChangeNewsletterOwnerAction',
  'WAWebCountriesNativeCountryNames',
  'WAWebDrawerManager',
  'WAWebMexFetchNewsletterSubscribersJob',
  'WAWebNewsletterCreateQueryJob',
  'WAWebNewsletterDemoteAdminJob',
  'WAWebNewsletterSendMsgAction',
  'WAWebNewsletterSubscriberListAction',
  'WAWebNewsletterUpdateUserSettingJob',
  'WAWebNoteAction',
];

t.test(
  "the page has every module that the library requires, except those in the README's list",
  async (t) => {
    const files = (await readdir(SOURCE, { recursive: true })).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(files.map((name) => readFile(path.join(SOURCE, name), 'utf8')));
    const names = new Set(
      texts.flatMap((text) =>
        [...text.matchAll(/(?:require\(\s*|module: )'(WA\w+)'/g)].map((match) => match[1]),
      ),
    );
    t.ok(names.size > 120, `${names.size} names`);
    await using sim = await Simulator.start();
    const bare = await BareClient.start(sim);
    t.teardown(() => bare.remove());
    const lacking = await bare.client.pupPage?.evaluate(
      `${JSON.stringify([...names].sort())}.filter((name) => { try { window.require(name); } catch { return true; } })`,
    );
    t.same(lacking, NOT_PLAYED);
    // The reports of the page arrive in order, so after this answer all earlier ones are here.
    await sim.pages[0]?.look();
    t.same(sim.missing.sort(), NOT_PLAYED, 'the simulator has recorded each missing name');
  },
);
