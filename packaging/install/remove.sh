# --- Remove ------------------------------------------------------------------------------------------

do_uninstall() { # PURGE, or nothing
  check_machine
  if [ ! -d "$opt" ] && [ -z "$1" ]; then die "EdgeBox is not installed here."; fi
  stop_services
  # shellcheck disable=SC2086
  systemctl disable --quiet edgebox.target $services 2>/dev/null || true
  if systemctl list-unit-files edgebox-gpu.service >/dev/null 2>&1; then systemctl stop edgebox-gpu.service 2>/dev/null || true; fi
  remove_units
  step services "stopped and removed"
  if [ "$(readlink "$link" 2>/dev/null)" = "$opt/current/edgebox" ]; then rm -f "$link"; fi
  rm -rf "$opt"
  step program "removed"
  if [ -z "$1" ]; then
    step kept "$etc and $state (configuration, keys, data, models), and the user $user"
    say "EdgeBox is uninstalled. Installing it again goes on with the same data."
    return
  fi
  rm -rf "$etc" "$state" /run/edgebox
  for unit in edgebox-engine edgebox-api edgebox-worker edgebox-; do rm -rf "$units/$unit.service.d"; done
  if id "$user" >/dev/null 2>&1; then userdel "$user"; fi
  step data "removed, with configuration, keys, models and the user $user"
  say "Nothing of EdgeBox is left here."
}
