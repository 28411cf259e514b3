/** HTTP listens on local addresses and sockets only. */
import t from 'tap';
import { parseListen } from '../../../src/config/listen.js';

t.test('addresses of this machine and paths are accepted', async (t) => {
  for (const [text, listen] of [
    ['127.0.0.1:3001', { host: '127.0.0.1', port: 3001 }],
    ['127.255.0.1:1', { host: '127.255.0.1', port: 1 }],
    ['localhost:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
    ['/run/wad/http', { path: '/run/wad/http' }],
  ] as const)
    t.same(parseListen(text), listen, text);
});

t.test('other addresses are refused', async (t) => {
  for (const text of [
    ...[
      '',
      '3001',
      ':3001',
      '127.0.0.1',
      '127.0.0.1:',
      '127.0.0.1:65536',
      '127.0.0.1:123456',
      '127.0.0.256:1',
    ],
    ...[
      '0.0.0.0:1',
      '[::]:1',
      '10.0.0.1:1',
      '128.0.0.1:1',
      '[::2]:1',
      'example.org:80',
      'localhost.example.org:80',
    ],
    ...[
      '127.0.0.1:1 ',
      ' 127.0.0.1:1',
      '127.0.0.1:-1',
      '127.0.0.1:1\n',
      'run/wad',
      '/run/\0wad',
      'http://127.0.0.1:1',
    ],
  ])
    t.equal(parseListen(text), null, JSON.stringify(text));
});
