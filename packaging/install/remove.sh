# --- Remove ------------------------------------------------------------------------------------------

empty() { # FOLDER: removes it with its content; it may be a mounted disk, or a link to one
  real=$(readlink -f "$1") || return 0
  if [ -d "$real" ]; then
    find "$real" -mindepth 1 ! -name lost+found -delete || true
    left=$(find "$real" -mindepth 1 -maxdepth 1 ! -name lost+found | head -n 1)
    [ -z "$left" ] || die "$left could not be removed. Remove it, then try again."
    rmdir "$real" 2>/dev/null || true
  fi
  if [ -L "$1" ]; then rm -f "$1"; fi
}

drop_user() { # Whoever else needs the user or its group keeps it: the data is gone by now
  kept=""
  if [ "$(id -u "$user" 2>/dev/null || printf 0)" -ge 1000 ]; then
    kept="The user $user is left: it is no system account, so it was here before EdgeBox."
  elif id "$user" >/dev/null 2>&1 && ! why=$(userdel "$user" 2>&1); then
    kept="The user $user is left ($why). To remove it: userdel $user"
  elif getent group "$user" >/dev/null && ! why=$(groupdel "$user" 2>&1); then # where userdel leaves it
    gid=$(getent group "$user" | cut -d : -f 3) others=""
    while IFS=: read -r name _ _ group _; do
      if [ "$group" = "$gid" ]; then others="$others $name"; fi
    done <<LIST
$(getent passwd)
LIST
    if [ -n "$others" ]; then why="it is the primary group of:$others"; fi
    kept="The group $user is left ($why). When it is not needed any more: groupdel $user"
  fi
}

do_uninstall() { # PURGE: not empty to remove the data as well
  check_machine
  if [ ! -d "$opt" ] && [ -z "$1" ]; then die "EdgeBox is not installed here."; fi
  stop_services
  # shellcheck disable=SC2086
  systemctl disable --quiet edgebox.target $services 2>/dev/null || true
  if systemctl list-unit-files edgebox-gpu.service >/dev/null 2>&1; then systemctl stop edgebox-gpu.service 2>/dev/null || true; fi
  remove_units
  step services "stopped and removed"
  drop_links
  drop_trust "$opt/releases"
  drop_labels
  if [ -n "$1" ]; then empty "$state"; fi
  empty "$opt"
  step program "removed"
  if [ -z "$1" ]; then
    step kept "$etc and $state (configuration, keys, data, models), and the user $user"
    say "EdgeBox is uninstalled. A new installation continues with the same data."
    return
  fi
  found=$(setting "" state_dir "$state")
  empty "$etc"
  rm -rf /run/edgebox
  for unit in edgebox-engine edgebox-api edgebox-worker edgebox-gpu edgebox-; do rm -rf "$units/$unit.service.d"; done
  rm -rf "$units/edgebox.target.d"
  drop_user
  tell_purged
}

tell_purged() { # What is gone, and what the configuration named elsewhere
  gone="configuration, keys and models" left=""
  case ${models_dir%/}/ in
    "$state"/*) ;;
    *) if [ -d "$models_dir" ]; then gone="configuration and keys" left="$models_dir"; fi ;;
  esac
  if [ -z "$kept" ]; then gone="$gone, and the user $user"; fi
  step data "removed, with $gone"
  if [ -n "$kept" ]; then say "$kept"; fi
  if [ "${found%/}" != "$state" ]; then left="$found${left:+ and $left}"; fi
  if [ -n "$left" ]; then
    say "Left, because $config named it: $left. Nothing else of EdgeBox is here."
  elif [ -z "$kept" ]; then
    say "Nothing of EdgeBox is left here."
  fi
}
