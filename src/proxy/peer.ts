// Whether the other end of a loopback connection is a process of this user, by the kernel's table of TCP sockets.
//
// Every user of a machine can connect to 127.0.0.1, and Chromium takes no password for a proxy from its command line.
// The table has the user of each socket. It is read anew for each connection, some microseconds for each socket of
// this machine.
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** 127.0.0.1 and a port as the table writes them: the address in the byte order of the machine. */
function entry(port: number): string {
  const bytes = new Uint8Array(Uint32Array.of(LITTLE_ENDIAN ? 0x0100007f : 0x7f000001).buffer);
  const address = new DataView(bytes.buffer).getUint32(0, LITTLE_ENDIAN);
  return `${address.toString(16).padStart(8, '0')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The columns of the table that are used. */
const LOCAL = 1;
const REMOTE = 2;
const USER = 7;

/**
 * The user of the socket that is connected from `from` to `to`, both ports of 127.0.0.1; null when there is none.
 * @param table the text of /proc/net/tcp
 */
export function ownerOf(table: string, from: number, to: number): number | null {
  const [local, remote] = [entry(from), entry(to)];
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[LOCAL] === local && columns[REMOTE] === remote) return Number(columns[USER]);
  }
  return null;
}

/** False also when it cannot be found out. */
export async function isOwnPeer(socket: Socket, uid = process.geteuid?.()): Promise<boolean> {
  const { remotePort, localPort } = socket;
  if (remotePort === undefined || localPort === undefined || uid === undefined) return false;
  // Of this process, because /proc/net is missing under ProcSubset=pid.
  const table = await readFile('/proc/self/net/tcp', 'latin1').catch(() => '');
  return ownerOf(table, remotePort, localPort) === uid;
}
