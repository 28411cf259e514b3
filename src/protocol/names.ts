// The permitted names of accounts and consumers, which people choose.

/** An account name becomes part of a path, a unit's instance and a metric's label. */
export const isAccountName = (name: string): boolean => /^[\w-]{1,64}$/.test(name);

/** The name of an event consumer. */
export const CONSUMER_NAME = /^[\w.-]{1,64}$/;
