# Kills the browser of an account when the account's lease has run out, also while the daemon is suspended or dead.
#
#   perl browser-guard.pl PID START_TICKS UNTIL_MS
#
# PID and START_TICKS (field 22 of /proc/PID/stat) name the browser's main process; a process that got the same pid later
# is left alone. UNTIL_MS is the end of the lease in ms of /proc/uptime, which counts suspended time and does not jump with the wall
# clock. Each line on stdin is a later UNTIL_MS, or `done`. At the end of stdin the daemon has died: the time stays.
#
# Ends within a second of the browser. Exit status: 0 when the browser has ended or `done` came, 3 when it was killed here.
use strict;
use warnings;

# After the death of the daemon the browser closes by itself, and whoever stops the service waits for both of us.
use constant { POLL_MS => 500, ORPHAN_POLL_MS => 200 };

my ($pid, $start_ticks, $until_ms) = @ARGV;
@ARGV == 3 && !grep { !/^\d+$/ } @ARGV or die "usage: browser-guard.pl PID START_TICKS UNTIL_MS\n";

# Signals to a group or a unit are meant for the daemon.
$SIG{$_} = 'IGNORE' for qw(TERM INT HUP PIPE USR1 USR2);

sub line_of {
    my ($path) = @_;
    # A comm may contain newlines.
    local $/;
    open(my $file, '<', $path) or return '';
    return <$file> // '';
}

# The browser's process group, or 0 when it has ended. A zombie has: a suspended daemon does not wait for it.
sub group {
    my ($state, undef, $group, @more) = split ' ', line_of("/proc/$pid/stat") =~ s/.*\)//sr;
    return defined $more[16] && $more[16] == $start_ticks && $state !~ /[ZX]/ ? $group : 0;
}

sub left_ms {
    my ($uptime) = line_of('/proc/uptime') =~ /^(\S+)/ or die "/proc/uptime cannot be read\n";
    return $until_ms - 1_000 * $uptime;
}

my ($killed, $orphaned, $input) = (0, 0, '');
while (my $group = group()) {
    my $left_ms = left_ms();
    if ($killed || $left_ms <= 0) {
        print STDERR "browser-guard: the lease has run out; killing browser $pid\n" unless $killed;
        $killed = 1;
        kill 'KILL', $group == $pid ? -$pid : $pid;
        select undef, undef, undef, 0.02;
        next;
    }
    my $wait_ms = $orphaned ? ORPHAN_POLL_MS : POLL_MS;
    $wait_ms = $left_ms if $left_ms < $wait_ms;
    my $readable = '';
    vec($readable, 0, 1) = 1 unless $orphaned;
    next unless select($readable, undef, undef, $wait_ms / 1_000) > 0;
    $orphaned = 1 unless sysread STDIN, $input, 4_096, length $input;
    while ($input =~ s/^([^\n]*)\n//) {
        my $line = $1;
        exit 0 if $line eq 'done';
        $until_ms = $line if $line =~ /^\d+$/;
    }
}
exit($killed ? 3 : 0);
