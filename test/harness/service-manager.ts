// The datagram socket of a service manager, and what is sent to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';

/** Prints `ready`, then one line for each datagram, until its stdin ends. */
const LISTENER = `
use strict; use Socket; use IO::Select; $| = 1;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, pack_sockaddr_un($ARGV[0])) or die "bind: $!"; print "ready\\n";
my $all = IO::Select->new($s, \\*STDIN);
while (1) { for my $h ($all->can_read) { exit 0 if $h == \\*STDIN; recv($s, my $d, 65536, 0); $d =~ s/\\n/\\\\n/g; print "$d\\n"; } }`;

/** Listens as systemd would. Ends with the test. `received` waits for the next datagram. */
export async function manager(t: Test) {
  const directory = mkdtempSync(join(tmpdir(), 'wad-notify-'));
  const socket = join(directory, 'notify');
  const perl = spawn('perl', ['-e', LISTENER, socket], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(async () => {
    perl.stdin.end();
    if (perl.exitCode === null) await once(perl, 'exit');
    rmSync(directory, { recursive: true });
  });
  const lines = createInterface(perl.stdout)[Symbol.asyncIterator]();
  const received = async () => ((await lines.next()) as IteratorResult<string, undefined>).value;
  t.equal(await received(), 'ready');
  return { socket, received };
}
