# --- What a system adds that others lack ------------------------------------------------------------

has_selinux() { [ -e /sys/fs/selinux/enforce ]; }

put_labels() { # SELinux: systemd may start what is labelled as a program; a folder of /opt is not
  if ! has_selinux; then return; fi
  if command -v semanage >/dev/null; then # known to the policy, so that a relabelling keeps it
    semanage fcontext -a -t bin_t "$opt/releases/[^/]+/edgebox" 2>/dev/null || true
  fi
  if command -v restorecon >/dev/null; then
    for folder in "$opt" "$etc" "$state"; do
      if [ -d "$folder" ]; then restorecon -R "$folder" 2>/dev/null || true; fi
    done
  fi
  if ! command -v semanage >/dev/null; then chcon -t bin_t "$target/edgebox" 2>/dev/null || true; fi
  step selinux "labels of $opt, $etc and $state"
}

put_unit_labels() { # The same of what was written beside systemd's units
  if has_selinux && command -v restorecon >/dev/null; then
    restorecon -R "$units" 2>/dev/null || true
  fi
}

drop_labels() {
  if has_selinux && command -v semanage >/dev/null; then
    semanage fcontext -d "$opt/releases/[^/]+/edgebox" 2>/dev/null || true
  fi
}

has_fapolicyd() { command -v fapolicyd-cli >/dev/null && systemctl is-active --quiet fapolicyd.service; }

put_trust() { # fapolicyd lets nothing run that it does not know
  if ! has_fapolicyd; then return; fi
  known=1 # before 1.1 it has one file for all that is trusted
  fapolicyd-cli --file add "$target/" --trust-file edgebox >/dev/null 2>&1 ||
    fapolicyd-cli --file update "$target/" >/dev/null 2>&1 ||
    fapolicyd-cli --file add "$target/" >/dev/null 2>&1 || known=""
  fapolicyd-cli --update >/dev/null 2>&1 || true
  if [ -n "$known" ]; then step trust "fapolicyd knows $target"; fi
}

drop_trust() { # FOLDER
  if ! has_fapolicyd; then return; fi
  fapolicyd-cli --file delete "$1/" >/dev/null 2>&1 || true
  fapolicyd-cli --update >/dev/null 2>&1 || true
}

check_program() { # It starts: what forbids that is found before anything is stopped or switched
  tries=1
  if has_fapolicyd; then tries=60; fi # it reads what it was told some seconds later
  until said=$(env -i HOME=/root LANG=C.UTF-8 PATH="$PATH" "$target/edgebox" --version 2>&1); do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then forbidden; fi
    sleep 1
  done
}

forbidden() { # Ends with what keeps the program from starting
  why=""
  case ,$(findmnt -n -o OPTIONS -T "$opt" 2>/dev/null), in
    *,noexec,*) why=" The disk of $opt is mounted noexec. Mount it without, or another one at $opt." ;;
  esac
  if has_fapolicyd; then why="$why fapolicyd is active: journalctl -u fapolicyd says what it denied."; fi
  if [ "$(cat /sys/fs/selinux/enforce 2>/dev/null)" = 1 ]; then
    why="$why SELinux is enforcing: ausearch -m avc -ts recent says what it denied."
  fi
  die "The program cannot be started here: $(printf '%s\n' "$said" | tail -n 1)$why"
}

let_run() { # The release that was just put: this system lets it run
  put_labels
  put_trust
  check_program
  tell_gpu
}

tell_gpu() { # A release for GPUs: whether it can use one here
  if [ "$(cat "$target/BACKEND" 2>/dev/null)" != cuda ]; then return; fi
  case $(env -i HOME=/root LANG=C.UTF-8 PATH="$PATH" "$target/edgebox" llama-check 2>/dev/null || true) in
    *" 1") step gpu "can be used" ;;
    *) step gpu "none can be used, so the models run on the processor: edgebox doctor says why" ;;
  esac
}

sudo_misses() { # FOLDER: sudo's own list of folders lacks it, as on RHEL
  listed=$(cat "$sudoers" "$sudoers".d/* 2>/dev/null |
    sed -n 's/^[[:space:]]*Defaults[[:space:]]\{1,\}secure_path[[:space:]]*=[[:space:]]*//p' | tail -n 1 | tr -d '"')
  case :$listed: in :: | *":$1:"*) return 1 ;; esac
}

put_sudo_link() { # sudo finds the command as well
  if [ "$(readlink "$sudo_link" 2>/dev/null)" = "$opt/current/edgebox" ]; then return; fi
  if [ -e "$sudo_link" ] || ! sudo_misses "$(dirname "$link")"; then return; fi
  ln -s "$opt/current/edgebox" "$sudo_link" 2>/dev/null || return 0 # a read-only /usr
  made_link=1
  changed=1
  step sudo "$sudo_link, where sudo looks"
}

drop_links() { # The command, where it is ours
  for path in "$link" "$sudo_link"; do
    if [ "$(readlink "$path" 2>/dev/null)" = "$opt/current/edgebox" ]; then rm -f "$path"; fi
  done
}

tell_firewall() { # PORT: how to open it in the firewall that is active here
  if systemctl is-active --quiet firewalld.service; then
    printf '\nfirewalld is active here. To let the network in:\n    firewall-cmd --permanent --add-port=%s/tcp && firewall-cmd --reload\n' "$1"
  elif command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'; then
    printf '\nufw is active here. To let the network in:\n    ufw allow %s/tcp\n' "$1"
  fi
}
