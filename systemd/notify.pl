# The daemon's voice to systemd: one line on stdin is one datagram, in which TABs separate the variables. Long-lived,
# since a process for each keepalive would block the daemon's event loop. Ends at the end of its input, and speaks
# for nobody: what it was not told it does not send, least of all a WATCHDOG=1.
use strict;
use warnings;
use Socket;

my $path = $ENV{NOTIFY_SOCKET} // exit 0;
$path =~ s/^@/\0/;
# Whoever signals the whole group means the daemon, which then ends us by the end of our input.
$SIG{$_} = 'IGNORE' for qw(TERM INT HUP USR1 USR2);
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n";
connect($socket, pack_sockaddr_un($path)) or die "$path: $!\n";
while (<STDIN>) {
    chomp;
    tr/\t/\n/;
    defined send($socket, $_, 0) or warn "send: $!\n";
}
