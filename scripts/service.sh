# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are for the scripts that source this
# The paths of an installed service, shared by scripts/install and scripts/uninstall. Sourced.

# places MODE PREFIX DESTDIR
places() {
  local prefix=$2
  systemctl=(systemctl)
  unit_names=(wad@.service wad-ready@.service wad-canary@.service wad-canary@.timer wad-canary-deep@.service wad-canary-deep@.timer wad.target wad-gateway.service)
  if [ "$1" = user ]; then
    prefix=$HOME/.local
    systemctl=(systemctl --user)
    unit_source=user/
    units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
    etc=${XDG_CONFIG_HOME:-$HOME/.config}/wad
    state=${XDG_STATE_HOME:-$HOME/.local/state}/wad
    gateway_state=$state-gateway
  else
    unit_source=
    unit_names+=(wad-agent.service)
    polkit=/etc/polkit-1/rules.d
    units=/etc/systemd/system
    sysusers=/etc/sysusers.d
    tmpfiles=/etc/tmpfiles.d
    # systemd searches below these two prefixes. For another prefix, the administrator's directories are used.
    case $prefix in
      /usr | /usr/local)
        units=$prefix/lib/systemd/system
        sysusers=$prefix/lib/sysusers.d
        tmpfiles=$prefix/lib/tmpfiles.d
        polkit=$prefix/share/polkit-1/rules.d
        ;;
    esac
    etc=/etc/wad
    state=/var/lib/wad
    gateway_state=/var/lib/wad-gateway
  fi
  lib=$prefix/lib/wad
  bin=$prefix/bin
  completions=$prefix/share
  bash_completions=$completions/bash-completion/completions
  fish_completions=$completions/fish/vendor_completions.d
  man=$completions/man
  man_pages=(man1/wactl.1 man8/wad.8 man8/wad-gateway.8 man8/wad-agent.8 man5/wad.toml.5)
  zsh_completions=$completions/zsh/site-functions
  # Debian's zsh uses another directory for prefix /usr.
  if [ "$prefix" = /usr ] && [ -e /etc/debian_version ]; then zsh_completions=$completions/zsh/vendor-completions; fi
  fresh=yes
  if [ -e "$3$units/wad@.service" ]; then fresh=no; fi
}

# Prints the instances that are running, starting or stopping.
accounts_running() {
  "${systemctl[@]}" list-units --plain --no-legend --state=active,activating,reloading,deactivating 'wad@*.service' |
    awk '{ print $1 }'
}
