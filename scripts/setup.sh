# shellcheck shell=bash
# Setup steps shared by scripts/up, scripts/test and others: everything that must exist before Node can run our code.
# Each step first checks whether it is needed, and prints its name. An interrupt ends the running step with its children
# and undoes its partial result; only dpkg is allowed to finish. Sourced, with `root` set to the checkout.

readonly NEED_NODE=20.19.0
step_pid= # the process group of the running step
may_break=yes
with_sudo=no
interrupted=
undo= # a command that removes what an interrupted step leaves

say() { printf '==> %s\n' "$*"; }
refuse() {
  printf '%s: %s\n' "scripts/${0##*/}" "$1" >&2
  shift
  [ $# -eq 0 ] || printf '    %s\n' "$@" >&2
  exit 1
}

# The reader of our output may be gone as well; errors of printing are ignored.
on_signal() {
  interrupted=$1
  if [ -z "$step_pid" ]; then leave; fi
  if [ "$may_break" = yes ]; then
    end_group "$step_pid"
  else
    say 'interrupted: the package manager must not be cut off, so it finishes first' 2>/dev/null || true
  fi
}
leave() {
  trap '' INT TERM HUP
  if [ -n "$undo" ]; then eval "$undo"; fi
  printf '\n%s: interrupted; nothing was left running\n' "scripts/${0##*/}" >&2 || true
  exit $((128 + interrupted))
}
trap 'on_signal 2' INT
trap 'on_signal 15' TERM
trap 'on_signal 1' HUP

# Runs a command in a separate process group, so that it can be ended together with its children, and a Ctrl-C of the
# terminal reaches it only through us.
run() {
  local status=0
  set -m
  "$@" </dev/null &
  step_pid=$!
  set +m
  # wait returns early when a signal arrives; then the step is being ended, or is finishing.
  while :; do
    status=0
    wait "$step_pid" 2>/dev/null || status=$?
    kill -0 "$step_pid" 2>/dev/null || break
  done
  if [ -n "$interrupted" ] && [ "$may_break" = yes ]; then end_group "$step_pid"; fi
  step_pid=
  if [ -n "$interrupted" ]; then leave; fi
  return "$status"
}

# Signals a process group. Processes under sudo can be signalled only by sudo.
kill_group() {
  if kill "-$1" -- "-$2" 2>/dev/null; then return 0; fi
  [ "$with_sudo" = yes ] && sudo -n kill "-$1" -- "-$2" 2>/dev/null
}

# npm may take half a minute to end after a SIGTERM, so SIGKILL follows; `undo` removes everything that npm leaves.
end_group() {
  local tries=0
  kill_group TERM "$1" || return 0
  while kill_group 0 "$1"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 20 ]; then kill_group KILL "$1" || true; fi
    sleep 0.1
  done
}

# Sets `args` to the arguments, with the paths that follow the named options made absolute: a relative one refers to the
# caller's working directory, so this comes before `cd`.
#   absolute_paths '--cert --key' "$@"
absolute_paths() {
  local names=" $1 " word path follows=no
  shift
  args=()
  for word in "$@"; do
    path=$word
    if [ "$follows" = no ]; then path=${word#*=}; fi
    case $path in
      '' | /* | -*) ;;
      *)
        if [ "$follows" = yes ]; then
          word=$PWD/$word
        else
          case $names in *" ${word%%=*} "*) word=${word%%=*}=$PWD/$path ;; esac
        fi
        ;;
    esac
    args+=("$word")
    follows=no
    case $names in *" $word "*) follows=yes ;; esac
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    run env DEBIAN_FRONTEND=noninteractive "$@"
  else
    with_sudo=yes
    run sudo -n "$@"
    with_sudo=no
  fi
}

need_node() {
  local found
  found=$(node --version 2>/dev/null) || found=
  if [ -z "$found" ] || ! node -e "
    const [a, b] = process.versions.node.split('.').map(Number), [x, y] = '$NEED_NODE'.split('.').map(Number);
    process.exit(a > x || (a === x && b >= y) ? 0 : 1);"; then
    refuse "Node.js $NEED_NODE or newer is needed, and ${found:-none} is here. Install it, then run this again:" \
      'Debian 13 and newer:  sudo apt-get install nodejs npm' \
      'older ones, Ubuntu:   https://nodejs.org/en/download'
  fi
  command -v npm >/dev/null || refuse 'npm is needed, and is not installed:' 'sudo apt-get install npm'
}

# Prints a browser that the daemon would find, too. A headless shell, which is never chosen by default, comes last.
browser() {
  local name
  if [ -n "${WAD_BROWSER_PATH:-}" ]; then
    command -v "$WAD_BROWSER_PATH" || true
    return
  fi
  for name in chromium chromium-browser google-chrome-stable google-chrome chrome \
    /opt/google/chrome/chrome /opt/chromium/chrome chromium-headless-shell chrome-headless-shell; do
    if command -v "$name"; then return; fi
  done
  return 0
}

# Ubuntu's /usr/bin/chromium-browser is a script that starts a snap.
is_snap() {
  case $(readlink -f "$1") in /snap/* | /usr/bin/snap) return 0 ;; esac
  case $(head -c 4096 "$1" | tr -d '\0') in
    '#!'*/snap/bin/* | '#!'*'snap run chromium'* | '#!'*'snap install chromium'*) return 0 ;;
  esac
  return 1
}

readonly NO_SNAP="A snap cannot use a profile in a hidden folder or in /tmp. Chrome's own package can; install it, then run this again:"
readonly CHROME='https://www.google.com/chrome/ (the .deb)'

need_browser() {
  local path
  path=$(browser)
  if [ -z "$path" ]; then
    if [ -n "${WAD_BROWSER_PATH:-}" ]; then refuse "WAD_BROWSER_PATH names no program: $WAD_BROWSER_PATH"; fi
    if grep -qsE '^ID=ubuntu$' /etc/os-release; then
      refuse "no browser is here, and Ubuntu has Chromium as a snap only. $NO_SNAP" "$CHROME"
    fi
    install_package chromium
    path=$(browser)
    [ -n "$path" ] || refuse 'the package chromium is installed, but there is no program chromium in PATH'
  elif is_snap "$path"; then
    refuse "$path is a snap. $NO_SNAP" "$CHROME" 'or name another browser in WAD_BROWSER_PATH'
  else
    say "browser: $path"
  fi
}

# The commands in docs/http.md are tested as they are, with curl.
need_curl() {
  if command -v curl >/dev/null; then return; fi
  install_package curl
}

# A trial of a fleet needs a server of NATS.
need_nats() {
  if command -v nats-server >/dev/null; then return; fi
  install_package nats-server
}

# Programs without which a few tests are skipped, each with its Debian package.
readonly EXTRAS='
  chromium-headless-shell chromium-headless-shell
  dbus-daemon             dbus
  dpkg-deb                dpkg
  ffmpeg                  ffmpeg
  fish                    fish
  groff                   groff
  ip                      iproute2
  lintian                 lintian
  mandoc                  mandoc
  microsocks              microsocks
  mmdebstrap              mmdebstrap
  nats-server             nats-server
  pgrep                   procps
  podman                  podman
  promtool                prometheus
  setpriv                 util-linux
  shellcheck              shellcheck
  systemd-analyze         systemd
  tinyproxy               tinyproxy
  zsh                     zsh
'
need_extras() {
  local program package
  while read -r program package <&3; do
    if [ -z "$program" ] || command -v "$program" >/dev/null; then continue; fi
    install_package "$package" || say "without $package the tests that need $program are skipped"
  done 3<<<"$EXTRAS"
}

# Old package lists name an old browser with known bugs. Only the folder partial/ has the time of the last update: the
# lists themselves have that of the server.
refresh_lists() {
  local lists=
  eval "$(apt-config shell lists Dir::State::lists/d)"
  lists=${lists:-/var/lib/apt/lists/}partial
  if [ ! -d "$lists" ]; then
    say 'apt-get update (there are no package lists)'
    as_root apt-get update -q
  elif [ -z "$(find "$lists" -maxdepth 0 -mmin -1440)" ]; then
    say 'apt-get update (the package lists are older than a day)'
    as_root apt-get update -q || say 'that failed; continuing with the existing lists'
  fi
}

install_package() {
  local package=$1
  command -v apt-get >/dev/null || refuse "$package is not here, and no apt-get. Install it, then run this again."
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || refuse "$package is not here, and no sudo. As root, run:" "apt-get install --no-install-recommends $package"
    say "installing $package from the distribution takes root: sudo may ask for your password"
    sudo -v || refuse 'without root, ask your administrator for:' "apt-get install --no-install-recommends $package"
  fi
  refresh_lists
  say "apt-get install --no-install-recommends $package"
  if ! as_root apt-get install -qy --no-install-recommends --download-only "$package"; then
    say 'apt-get update (the package lists may be old)'
    as_root apt-get update -q
    as_root apt-get install -qy --no-install-recommends --download-only "$package"
  fi
  local status=0
  may_break=no
  as_root apt-get install -qy --no-install-recommends "$package" || status=$?
  may_break=yes
  return "$status"
}

# npm writes node_modules/.package-lock.json last. If it is missing or old, node_modules is incomplete.
need_modules() {
  if [ ! package-lock.json -nt node_modules/.package-lock.json ]; then return; fi
  say 'npm ci (no browser is downloaded)'
  undo='rm -rf node_modules'
  PUPPETEER_SKIP_DOWNLOAD=1 run npm ci --include=dev --no-audit --no-fund || refuse 'npm ci failed; its own words are above'
  undo=
}

# A folder's time changes when a file in it is added or removed.
need_build() {
  if [ -e build/.built ] && [ -e dist/wactl.cjs ] && [ -z "$(
    find src test bench scripts package.json package-lock.json tsconfig.json -newer build/.built -print -quit
  )" ]; then return; fi
  say 'npm run build'
  mkdir -p build
  undo='rm -f build/.building'
  touch build/.building
  run node scripts/prune.mjs
  run npm run --silent build || refuse 'the build failed; the reason is above'
  mv build/.building build/.built
  undo=
}
