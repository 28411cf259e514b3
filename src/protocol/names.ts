// The names that people give: of accounts and of consumers.

/** It becomes part of a path, a unit's instance and a metric's label. */
export const isAccountName = (name: string): boolean => /^[\w-]{1,64}$/.test(name);

/** Of an event consumer. */
export const CONSUMER_NAME = /^[\w.-]{1,64}$/;
