# --- The units and what runs ----------------------------------------------------------------

unit_files() { # RELEASE: prints its units and drop-ins, as NAME PATH; systemd/README.md explains which
  set -- "$1" "$1/systemd"
  if [ "$(cat "$1/BACKEND" 2>/dev/null)" = cuda ]; then set -- "$@" "$2/gpu"; fi
  # Hardened systems switch them off, and systemd then starts nothing that asks for one.
  if [ "$(cat "$namespaces" 2>/dev/null || printf 0)" = 0 ] && [ -d "$2/no-user-namespaces" ]; then
    set -- "$@" "$2/no-user-namespaces"
  fi
  for folder in "$1"/systemd/v*; do
    if [ -d "$folder" ] && [ "${folder##*/v}" -le "${systemd:-0}" ]; then set -- "$@" "$folder"; fi
  done
  find "$2" -maxdepth 1 -type f -name 'edgebox*' -printf '%P %p\n'
  shift 2
  if [ $# -gt 0 ]; then find "$@" -type f -path '*/edgebox*' -printf '%P %p\n'; fi
}

put_units() { # RELEASE: its units, without those of an earlier release
  listed=$(unit_files "$1" | sort)
  names=$(printf '%s\n' "$listed" | sed 's/ .*//')
  replaced="" failed=""
  if [ -e "$opt/units" ]; then # units that only an earlier release had
    while read -r name; do
      case "
$names
" in *"
$name
"*) ;; *) rm -f "$units/$name" && replaced=1 ;; esac
    done <"$opt/units"
  fi
  if [ "$(cat "$opt/units" 2>/dev/null)" != "$names" ]; then
    { printf '%s\n' "$names" >"$opt/units.new" && mv -T "$opt/units.new" "$opt/units"; } || failed=1
  fi
  while read -r name source; do
    if cmp -s "$source" "$units/$name"; then continue; fi
    mkdir -p "$(dirname "$units/$name")"
    if install -m 0644 "$source" "$units/$name.new" && mv "$units/$name.new" "$units/$name"; then
      replaced=1
    else
      rm -f "$units/$name.new" # a full disk: the unit of before stays, also on the way back
      failed=1
    fi
  done <<LIST
$listed
LIST
  if [ -n "$replaced" ]; then
    put_unit_labels
    systemctl daemon-reload
    changed=1
    step units "in $units"
  else
    step units "in $units, unchanged"
  fi
  [ -z "$failed" ] || return 1
}

remove_units() {
  if [ -e "$opt/units" ]; then
    while read -r name; do
      rm -f "$units/$name"
      rmdir "$(dirname "$units/$name")" 2>/dev/null || true
    done <"$opt/units"
    rm -f "$opt/units"
  fi
  systemctl daemon-reload
  systemctl reset-failed 'edgebox*' 2>/dev/null || true
}

point() { # NAME RELEASE: changes a link in one step
  rm -f "$opt/.$1.new"
  ln -s "releases/$2" "$opt/.$1.new"
  mv -T "$opt/.$1.new" "$opt/$1"
}

put_links() {
  if [ "$(current current)" != "$version" ]; then
    made_current=1
    changed=1
    point current "$version"
  fi
  if [ "$(readlink "$link" 2>/dev/null)" != "$opt/current/edgebox" ]; then
    mkdir -p "$(dirname "$link")"
    ln -sfn "$opt/current/edgebox" "$link"
    made_link=1
    changed=1
  fi
  step command "$link"
  put_sudo_link
}

services="edgebox-engine.service edgebox-api.service edgebox-worker.service"

enable_units() {
  for unit in edgebox.target $services; do
    if ! systemctl is-enabled --quiet "$unit" 2>/dev/null; then
      made_enabled="$made_enabled $unit"
      systemctl enable --quiet "$unit"
      changed=1
    fi
  done
}

ready() { # All three run, the models are loaded, and the API reaches engine and database
  for unit in $services; do
    systemctl is-active --quiet "$unit" || return 1
  done
  states=$(as_service "$opt/current/edgebox" --config "$config" status --json 2>/dev/null) || return 1
  ! printf '%s\n' "$states" | grep -Eq '"state": "(down|starting|another program|no database)"'
}

await_ready() { # Returns 1 if the box is not ready in time
  began=$(date +%s)
  until ready; do
    if [ $(($(date +%s) - began)) -ge "$patience" ]; then return 1; fi
    sleep 1
  done
  waited=$(($(date +%s) - began))
}

models_here() { # Both roles have a model or a server
  for role in slm mlm; do
    if [ -n "$(setting "engines.$role" url "")" ]; then continue; fi
    name=$(setting "engines.$role" model "$(sed 's/^# \([a-z_]* = \)/\1/' "$opt/current/edgebox.toml" | toml_value "engines.$role" model)")
    [ -f "$models_dir/$name.gguf" ] || return 1
  done
}

start() {
  if ! models_here; then
    step services "enabled, not started: there are no models yet"
    return
  fi
  if ready; then
    step services "run, ready"
    return
  fi
  changed=1
  # After a failure, only what this run started is stopped.
  # shellcheck disable=SC2086
  if [ -z "$in_use" ] && ! systemctl is-active --quiet $services; then made_started=1; fi
  # shellcheck disable=SC2086
  systemctl reset-failed edgebox.target $services 2>/dev/null || true
  systemctl start --no-block edgebox.target
  if ! await_ready; then
    last_words
    if [ -n "$in_use" ]; then die "EdgeBox is not ready after $patience s. The lines above say why; see also: edgebox doctor"; fi
    die "EdgeBox did not get ready within $patience s. This installation was undone; the lines above say why."
  fi
  step services "run, ready after $waited s"
}

start_switched() { # The API last: a failure to load or migrate shows before anything new is accepted
  timeout "$patience" systemctl start edgebox-engine.service edgebox-worker.service || true
  for unit in edgebox-engine.service edgebox-worker.service; do
    systemctl is-active --quiet "$unit" || return 1
  done
  api_began=1
  systemctl start --no-block edgebox.target
  await_ready
}

meant_to_run() { # Also true while the services crash: the administrator has not stopped them
  for unit in $services; do
    if systemctl is-active --quiet "$unit"; then return; fi
  done
  models_here && systemctl is-enabled --quiet edgebox.target
}

last_words() { # Shows the last log lines of the services
  journalctl --no-pager --quiet -o cat -n 8 -u edgebox-engine -u edgebox-api -u edgebox-worker 2>/dev/null |
    sed 's/^/    /' >&2 || true
}

stop_services() {
  # shellcheck disable=SC2086
  systemctl stop edgebox.target $services 2>/dev/null || true
}
