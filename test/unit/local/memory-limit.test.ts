/** The lowest memory limit of the process's control groups is found in the kernel's files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { availableMemory, groupLimit } from '../../../src/local/memory-limit.js';

const MB = 2 ** 20;
const SERVICE = '/system.slice/system-wad.slice/wad@default.service';
/** The value on a 64-bit machine without a limit. */
const V1_NONE = '9223372036854771712\n';

const CASES: readonly [what: string, of: string, files: object, mb: number | null][] = [
  ['version 2 without a limit', `0::${SERVICE}\n`, {}, null],
  ['MemoryMax= of the service', `0::${SERVICE}\n`, { [`${SERVICE}/memory.max`]: 1024 * MB }, 1024],
  [
    'a lower MemoryHigh=',
    `0::${SERVICE}\n`,
    { [`${SERVICE}/memory.max`]: 1024 * MB, [`${SERVICE}/memory.high`]: 600 * MB },
    600,
  ],
  [
    'a lower limit of a parent slice',
    `0::${SERVICE}\n`,
    { [`${SERVICE}/memory.max`]: 1024 * MB, '/system.slice/memory.max': 512 * MB },
    512,
  ],
  ['a container that is its own root', '0::/\n', { '/memory.max': 800 * MB, '/memory.high': 'max\n' }, 800],
  ['a container that cannot see the path it is given', '0::/docker/0f3a\n', { '/memory.max': 700 * MB }, 700],
  [
    'version 1',
    `4:memory:${SERVICE}\n1:cpu:/\n0::/\n`,
    { [`/memory${SERVICE}/memory.limit_in_bytes`]: 900 * MB, '/memory/memory.limit_in_bytes': V1_NONE },
    900,
  ],
  ['version 1 without a limit', '4:memory:/\n', { '/memory/memory.limit_in_bytes': V1_NONE }, null],
  [
    'version 1, mounted together with another controller',
    '4:cpu,memory:/\n',
    { '/memory/memory.limit_in_bytes': 400 * MB },
    400,
  ],
  [
    'a path with colons',
    '0::/kubepods.slice:cri-containerd:0f3a\n',
    { '/kubepods.slice:cri-containerd:0f3a/memory.max': 300 * MB },
    300,
  ],
  ['no control groups', '', {}, null],
];

for (const [what, of, files, mb] of CASES)
  t.test(what, async (t) => {
    const dir = t.testdir({ of });
    for (const [path, value] of Object.entries(files)) {
      const file = join(dir, 'root', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${value}\n`);
    }
    const limit = await groupLimit({ of: join(dir, 'of'), root: join(dir, 'root') });
    t.equal(limit, mb === null ? null : mb * MB);
  });

t.test('the limit of this process can be read', async (t) => {
  const limit = await groupLimit();
  t.ok(limit === null || limit > MB);
});

t.test('the memory that is available is the least of the machine and of every group', async (t) => {
  const group = (limit: number, used: number, cached: number) => ({
    [`${SERVICE}/memory.max`]: limit * MB,
    [`${SERVICE}/memory.current`]: used * MB,
    [`${SERVICE}/memory.stat`]: `anon 1\ninactive_file ${cached * MB}\nactive_file 5`,
  });
  const v1 = {
    [`/memory${SERVICE}/memory.limit_in_bytes`]: 900 * MB,
    [`/memory${SERVICE}/memory.usage_in_bytes`]: 850 * MB,
    [`/memory${SERVICE}/memory.stat`]: `inactive_file 1\ntotal_inactive_file ${30 * MB}`,
  };
  const two = `0::${SERVICE}\n`;
  const cases: [what: string, machineMb: number | null, of: string, files: object, mb: number | null][] = [
    ['the machine without a group', 700, two, {}, 700],
    ['a group with less', 700, two, group(1_000, 900, 50), 150],
    ['a group with more', 100, two, group(1_000, 200, 0), 100],
    ['a group over its limit', 700, two, group(1_000, 1_001, 0), 0],
    ['version 1', 700, `4:memory:${SERVICE}\n`, v1, 80],
    ['a group whose use cannot be read', 700, two, { [`${SERVICE}/memory.max`]: 10 * MB }, 700],
    ['nothing can be read', null, '', {}, null],
  ];
  for (const [what, machineMb, of, files, mb] of cases) {
    const dir = t.testdir({
      of,
      meminfo: machineMb === null ? '' : `MemAvailable: ${machineMb * 1024} kB\n`,
    });
    for (const [path, value] of Object.entries(files)) {
      const file = join(dir, 'root', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${value}\n`);
    }
    const bytes = await availableMemory({
      meminfo: join(dir, 'meminfo'),
      of: join(dir, 'of'),
      root: join(dir, 'root'),
    });
    t.equal(bytes, mb === null ? null : mb * MB, what);
  }
  t.ok(((await availableMemory()) ?? 0) > 0, 'here it is known');
});
