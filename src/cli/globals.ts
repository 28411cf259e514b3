// The options that every command takes.
import type { Options } from './command.js';
import { OUTPUTS } from './output.js';

export const DEFAULT_TIMEOUT_MS = 120_000;

export const GLOBALS = {
  account: {
    type: 'text',
    alias: 'a',
    value: 'NAME',
    does: 'account (default: $WAD_ACCOUNT, else default)',
  },
  socket: {
    type: 'text',
    value: 'PATH',
    does: "the daemon's socket (default: with -a the account's, else $WAD_SOCKET, else the account's)",
  },
  fleet: {
    type: 'flag',
    does: 'reach the account over NATS, on whichever machine runs it (also: WAD_FLEET=1)',
  },
  output: {
    type: 'text',
    alias: 'o',
    value: 'FORM',
    choices: OUTPUTS,
    does: 'text, json (the RPC result) or jsonl',
  },
  timeout: { type: 'text', value: 'S', does: 'seconds to wait (default: 120, unless following)' },
  help: { type: 'flag', alias: 'h', does: 'print this help, or that of a command' },
  version: { type: 'flag', alias: 'V', does: 'print `wactl VERSION`, then exit' },
} as const satisfies Options;
