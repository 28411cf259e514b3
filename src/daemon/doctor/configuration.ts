// Checks the configuration: can it be read, and does it or the environment contain
// anything without a meaning?
import { ConfigError } from '../../config/error.js';
import { type Check, fail, ok, warn } from './finding.js';

export const configuration: Check = {
  name: 'config',
  run: ({ loaded, account }) => {
    const remedy = `wad --account ${account} --check-config`;
    if (loaded instanceof ConfigError) return fail(loaded.message.split('\n').join('; '), remedy);
    if (loaded.warnings.length > 0) return warn(loaded.warnings.join('; '), remedy);
    return ok(loaded.files.length === 0 ? 'defaults, no file' : loaded.files.join(', '));
  },
};
