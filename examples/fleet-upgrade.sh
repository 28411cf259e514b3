#!/usr/bin/env bash
# Upgrades the machines of a fleet one after another, and stops at the first one where accounts do not become ready.
#   fleet-upgrade.sh COMMAND CANARY MACHINE...
# COMMAND gets the name of a machine, upgrades it, and returns when that is done. CANARY is an account that can be spared for a
# while: it is moved to each machine that was upgraded, and the next machine is touched only when it is ready there, within
# WAIT_SECONDS, 120 by default.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2 && exit 64; }
upgrade=$1 canary=$2 wait=${WAIT_SECONDS-120}
shift 2
for machine; do
  wactl fleet drain "$machine"
  "$upgrade" "$machine"
  wactl fleet undrain "$machine"
  wactl fleet move "$canary" --to "$machine" --timeout "$wait"
  wactl --fleet -a "$canary" wait ready --timeout "$wait"
done
