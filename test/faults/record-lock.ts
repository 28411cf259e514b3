// Holds a record lock in another process for as long as a browser lives. Node has no call for it, and
// flock(1) takes locks of another kind. Perl is on every Debian.

/**
 * A perl script that starts a program while a child process holds the lock on a file: perl -e SCRIPT FILE
 * PROGRAM ARGUMENTS.
 */
const WITH_LOCK = `
use Fcntl;
my $file = shift;
my $program = $$;
pipe(my $held, my $holder) or die $!;
if (fork) {
  close $holder;
  readline($held) // die "not held";
  exec @ARGV;
}
open(my $locked, "+<", $file) or die $!;
my $record = pack("s s x4 q q i", F_WRLCK, 0, 0, 0, 0);
fcntl($locked, F_SETLK, $record) or die $!;
syswrite($holder, "held\\n");
select(undef, undef, undef, 0.02) while getppid == $program;
`;

/** The beginning of a shell command. The program after it runs while another process holds this lock. */
export const withLock = (file: string): string => `perl -e '${WITH_LOCK}' '${file}'`;
