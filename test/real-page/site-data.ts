/**
 * What the modules find in the real page's HTML: a record for each name, with the fields that are read. Those that are not
 * listed are empty. The values are ours; they are such that the page opens, logs nothing to its makers, and speaks English.
 */

/** The build, as the page reports it. */
const REVISION = 1_038_000_000;

export const SITE_DATA: Readonly<Record<string, object>> = {
  SiteData: {
    ...{ client_revision: REVISION, server_revision: REVISION, push_phase: 'C3', pkg_cohort: '' },
    ...{ haste_session: '', hsi: '0', spin: 0, be_one_ahead: false, is_rtl: false, is_comet: true },
    ...{ is_experimental_tier: false, is_jit_warmed_up: true, vip: '127.0.0.1', semr_host_bucket: '' },
    ...{ manifest_origin: '', manifest_version_prefix: '' },
  },
  ServerTimeData: {
    ...{ serverTime: Date.now(), timeOfRequestStart: Date.now(), timeOfResponseStart: Date.now() },
    randomSampleRate: 1,
  },
  CurrentUserInitialData: {
    ...{ ACCOUNT_ID: '0', USER_ID: '0', NAME: '', SHORT_NAME: null, APP_ID: '256281040558' },
    ...{ IS_BUSINESS_PERSON_ACCOUNT: false, HAS_SECONDARY_BUSINESS_PERSON: false, IS_EMPLOYEE: false },
    ...{ IS_FACEBOOK_WORK_ACCOUNT: false, IS_INSTAGRAM_BUSINESS_PERSON: false, IS_TEST_USER: false },
    IS_MESSENGER_ONLY_USER: false,
  },
  UserAgentData: {
    ...{ browserName: 'Chrome', browserVersion: 150, browserFullVersion: '150.0', browserMinorVersion: 0 },
    ...{ engineName: 'Blink', engineVersion: '150.0', browserArchitecture: '64', deviceName: 'Unknown' },
    ...{
      platformName: 'Linux',
      platformArchitecture: '64',
      platformVersion: null,
      platformFullVersion: null,
    },
  },
  CookieDomain: { domain: 'web.whatsapp.com' },
  CookieCoreLoggingConfig: {
    ...{ maximumIgnorableStallMs: 16, sampleRate: 0, sampleRateClassic: 0, sampleRateFastStale: 0 },
  },
  InitialCookieConsent: {
    ...{ deferCookies: false, initialConsent: [1, 2], noCookies: false, shouldShowCookieBanner: false },
    ...{ shouldWaitForDeferredDatrCookie: false, optedInIntegrations: [], exemptCookies: [] },
    hasGranularThirdPartyCookieConsent: false,
  },
  ServerNonce: { ServerNonce: 'nonce' },
  LSD: { token: '' },
  DTSGInitData: { token: '', async_get_token: '' },
  SprinkleConfig: { param_name: 'jazoest', version: 2, should_randomize: false },
  WebDriverConfig: {
    ...{ isTestRunning: false, isJestE2ETestRun: false, auxiliaryServiceInfo: {}, testPath: null },
    originHost: null,
  },

  // The loader.
  BootloaderConfig: {
    ...{ deferBootloads: false, jsRetries: [], jsRetryAbortNum: 2, jsRetryAbortTime: 5, silentDups: true },
    ...{ hypStep4: false, phdOn: false, btCutoffIndex: 1, fastPathForAlreadyRequired: true },
    timesliceBufferSize: 5000,
  },
  BootloaderEndpointConfig: {
    ...{ debugNoBatching: false, maxBatchSize: -1, endpointURI: '/ajax/bootloader-endpoint/' },
  },
  CSSLoaderConfig: {
    ...{ timeout: 5000, modulePrefix: 'BLCSS:', forcePollForBootloader: false, loadEventSupported: true },
  },
  WebWorkerConfig: { logging: { enabled: false, config: '' }, evalWorkerURL: '', logToScuba: false },
  PromiseUsePolyfillSetImmediateGK: { www_always_use_polyfill_setimmediate: false },
  DataStoreConfig: { expandoKey: '__FB_STORE', useExpando: true },

  // Reports to the makers: off.
  AnalyticsCoreData: {
    ...{ app_id: '1', app_version: '1', device_id: '$^|', identity: null, push_phase: 'C3', session_id: '1' },
    ...{ report_interval: 50, stateful_events_list: [], stateful_events_list_for_br: [] },
    ...{ enable_bladerunner: false, enable_ack: false, enable_observer: false, use_critical_only: false },
    ...{ enable_session_id_bug_fix: true, enable_dataloss_timer: false, enable_fallback_for_br: false },
    ...{ use_br_for_falco: false, br_stateful_migration_on: false, queue_activation_experiment: false },
    ...{ max_delay_br_queue: 60_000, max_delay_br_init_not_complete: 3000, max_delay_br_max_wait: 60_000 },
    ...{ max_delay_br_queue_immediate: 3000, max_delay_br_init_not_complete_immediate: 3000 },
  },
  WhatsAppWebBanzaiConfig: { disabled: true, known_routes: [] },
  BanzaiConfig: {
    ...{ MAX_SIZE: 10_000, MAX_WAIT: 150_000, disabled: true, gks: {}, blacklist: [], known_routes: [] },
  },
  JSErrorLoggingConfig: {
    ...{ appId: 1, extra: [], reportInterval: 50, sampleWeight: null, sampleWeightKey: '__jssesw' },
    projectBlocklist: [],
  },
  WebConnectionClassServerGuess: { connectionClass: 'EXCELLENT' },
  WebLoomConfig: { adaptive_config: {} },
  MarauderConfig: { app_version: '0', gk_enabled: false },
  RequestStreamE2EClientSamplingConfig: { sampleRate: 0, methodToSamplingMultiplier: {} },
  JSSelfProfilerTrackedInteractions: { interactions: [] },
  RTISubscriptionManagerConfig: {
    ...{ config: {}, autobot: {}, assimilator: {}, unsubscribe_release: false, is_intern: false },
    bladerunner_www_sandbox: null,
  },
  MqttWebConfig: {
    ...{ fbid: '0', appID: 1, endpoint: '', pollingEndpoint: '', subscribedTopics: [], capabilities: 0 },
    ...{ clientCapabilities: 0, chatVisibility: false, hostNameOverride: '' },
  },
  MqttWebDeviceID: { clientID: '0' },
  DGWWebConfig: { appId: '1', appVersion: '0', dgwVersion: '2', endpoint: '', fbId: '0', authType: '' },
  TransportSelectingClientContextualConfig: { rawConfig: '{}' },
  RelayAPIConfigDefaults: {
    ...{ accessToken: '', actorID: '0', customHeaders: {}, enableNetworkLogger: false, fetchTimeout: 30_000 },
    ...{ graphURI: '/api/graphql/', retryDelays: [1000], useXController: true, xhrEncoding: null },
    ...{ subscriptionTopicURI: null, withCredentials: false, isProductionEndpoint: false },
    ...{ workRequestTaggingProduct: null, encryptionKeyParams: null },
  },

  // Language and numbers.
  IntlCurrentLocale: { code: 'en_US' },
  IntlViewerContext: { GENDER: 50_331_648, regionalLocale: null },
  IntlPhonologicalRules: { meta: {}, patterns: {} },
  IntlVariationHoldout: { disable_variation: false },
  IntlCompactDecimalNumberFormatConfig: { short_patterns: {}, long_patterns: {} },
  FbtQTOverrides: { overrides: {} },
  FbtResultGK: { shouldReturnFbtResult: true, inlineMode: 'NO_INLINE' },
  NumberFormatConfig: {
    ...{ decimalSeparator: '.', numberDelimiter: ',', minDigitsForThousandsSeparator: 4 },
    standardDecimalPatternInfo: { primaryGroupSize: 3, secondaryGroupSize: 3 },
    numberingSystemData: null,
  },
  DateFormatConfig: {
    ...{
      numericDateOrder: ['m', 'd', 'y'],
      numericDateSeparator: '/',
      shortDayNames: [],
      timeSeparator: ':',
    },
    ...{ weekStart: 6, formats: {}, ordinalSuffixes: {} },
  },
  CLDRDateFormatConfig: {
    ...{ supportedPHPFormatsKeys: {}, isLocaleConfigured: true, CLDRConfigurationLocale: 'en_US' },
    ...{ CLDRToPHPSymbolConversion: {}, intlRenderings: {}, intlDateSpecialChars: {} },
  },
  CurrencyConfig: {
    currencyMap: { USD: { format: '{symbol}{amount}', iso: 'USD', symbol: '$', offset: 100 } },
    ...{ currencyMapForRender: {}, adsCurrenciesByCode: {} },
    allCurrenciesByCode: {
      USD: { iso: 'USD', format: '{symbol}{amount}', symbol: '$', offset: 100, name: 'US Dollars' },
    },
  },

  // Looks and links.
  EmojiConfig: { hasEmojiPickerSearch: false, pixelRatio: '1', schemaAuth: '' },
  UriNeedRawQuerySVConfig: { uris: [] },
  CometPersistQueryParams: { relative: {}, domain: {} },
  CometMaxEnqueuedToastsSitevarConfig: { max: 2 },
  ZeroRewriteRules: { rewrite_rules: {}, whitelist: {} },
  IsInternSite: { is_intern_site: false },
  GetAsyncParamsExtraData: { extra_data: {} },
  WebBloksVersioningID: { versioningID: '0' },
  FBDomainsSVConfig: { domains: {} },
  ClickIDDomainBlacklistSVConfig: { domains: [] },
  ClickIDURLBlocklistSVConfig: { block_list_url: [] },
  ClickIDURLPrefixBlocklistSVConfig: { block_list_url_prefix: [] },
  VideoPlayerContextSensitiveConfigPayload: { context_sensitive_values: {}, static_values: {} },
  LinkshimHandlerConfig: {
    ...{ supports_meta_referrer: true, default_meta_referrer_policy: 'default', use_rel_no_opener: true },
    ...{ link_react_default_hash: '', untrusted_link_default_hash: '', use_rel_no_referrer: true },
    ...{ linkshim_host: 'l.whatsapp.com', linkshim_path: '/l.php', linkshim_enc_param: 'h' },
    ...{ linkshim_url_param: 'u', always_use_https: true, onion_always_shim: true, click_ids: [] },
    ...{ middle_click_requires_event: true, www_safe_js_mode: 'asynclazy', m_safe_js_mode: null },
    ...{ ghl_param_link_shim: false, is_linkshim_supported: true, current_domain: 'web.whatsapp.com' },
    ...{ blocklisted_domains: [], is_mobile_device: false },
  },
};

/** Switches that are on: 26258 is the build for everybody; 21112 starts every worker with the same script (WebWorker). */
export const GATES: readonly string[] = ['26258', '21112'];
/** 1854: every database is at its newest version (WAWebDbRolloutUtil); 4736: of how many days the phone sends thumbnails (WAWebClientPayload). */
export const KNOBS: Readonly<Record<string, boolean | number>> = { 1854: true, 4736: 60 };
