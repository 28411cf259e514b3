// A connection for uploads ends with its owner, and when no piece came for as long as a daemon keeps an upload.
import t from 'tap';
import { UploadClients } from '../../../src/gateway/upload-clients.js';
import { Client } from '../../../src/socket/client.js';
import { startServer } from '../../harness/server.js';

const PIECE = { data: 'YQ==' };
const OPTIONS = { timeoutMs: 5_000, writes: true };

t.test('a connection that rests ends, and the next piece gets a new one', async (t) => {
  await using server = await startServer({
    'media.put': () => ({ upload: 'u-1', size: 1, file: null }),
  });
  const opened: Client[] = [];
  const open = async (): Promise<Client> => {
    const client = await Client.connect(server.path);
    opened.push(client);
    return client;
  };
  const clients = new UploadClients(open, 100);
  const end = new AbortController();
  const owner = { closed: end.signal };
  await clients.put(owner, PIECE, OPTIONS);
  await clients.put(owner, PIECE, OPTIONS);
  t.equal(opened.length, 1, 'the pieces of one owner share a connection');
  await opened[0]?.closed;
  await clients.put(owner, PIECE, OPTIONS);
  t.equal(opened.length, 2);
  end.abort();
  await opened[1]?.closed;
  await clients.close();
});
