# --- Upgrade and rollback ----------------------------------------------------------------------------

schema() { # Of the database: SQLite keeps it in four bytes of the file's head
  if [ -f "$state/edgebox.db" ]; then
    od -An -tu1 -j 60 -N 4 "$state/edgebox.db" | awk '{ print ((($1 * 256) + $2) * 256 + $3) * 256 + $4 }'
  else
    printf 0
  fi
}

back_up() { # RELEASE NAME: the database as it is, by the program that wrote it
  backup=""
  if [ ! -f "$state/edgebox.db" ]; then return; fi
  put_folder "$state/backups" 0700 "$user" "$user"
  backup=$state/backups/$2.db
  as_service sh -c 'umask 077; exec "$@"' - "$opt/releases/$1/edgebox" --config "$config" backup "$backup" >/dev/null || {
    backup=""
    die "The database could not be backed up. Nothing was changed."
  }
  step backup "$backup"
}

restore() { # RELEASE BACKUP: only where the older program cannot read the database of RELEASE
  newer=$state/edgebox.db.from-$1 # kept; and taken back where a rollback fails
  move_database "$state/edgebox.db" "$newer"
  as_service sh -c 'umask 077; cp "$1" "$2"' - "$2" "$state/edgebox.db"
  step database "restored from $2; the newer one is kept as $newer"
}

move_database() { # FROM TO, with whatever SQLite still has beside it
  rm -f "$2-wal" "$2-shm" "$2-journal"
  for beside in "" -wal -shm -journal; do
    if [ -e "$1$beside" ]; then mv -T "$1$beside" "$2$beside"; fi
  done
}

switch_to() { # RELEASE: links and units; services are stopped
  point current "$1"
  put_units "$opt/releases/$1"
  enable_units
}

go_back() { # An upgrade that failed: the release before, as it was
  say "Going back to $in_use." >&2
  stop_services
  if [ -n "$newer" ]; then
    move_database "$newer" "$state/edgebox.db"
  elif [ -n "$backup" ] && [ "$(schema)" != "$schema_before" ]; then
    restore "$version" "$backup"
  fi
  switch_to "$in_use"
  if [ "$action" = --upgrade ]; then
    if [ -n "$before_that" ]; then point previous "$before_that"; else rm -f "$opt/previous"; fi
    mv "$opt/before.old" "$opt/before" 2>/dev/null || rm -f "$opt/before"
  fi
  systemctl start --no-block edgebox.target
  for path in $made_models; do rm -f "$path" "$path.new"; done
  if [ -n "$made_release" ]; then rm -rf "$made_release" "$opt/releases/.$version.partial"; fi
  if await_ready; then
    say "EdgeBox $in_use runs again, ready after $waited s." >&2
  else
    say "EdgeBox $in_use was started again and is not ready yet: edgebox doctor" >&2
  fi
}

drop_partial() {
  for path in $made_models; do rm -f "$path" "$path.new"; done
  if [ -n "$made_release" ]; then rm -rf "$made_release" "$opt/releases/.$version.partial"; fi
  say "EdgeBox $in_use runs on as before." >&2
}

do_upgrade() {
  check_machine
  in_use=$(current current)
  [ -n "$in_use" ] || die "EdgeBox is not installed here. Without --upgrade this file installs it."
  say "EdgeBox $in_use to $version ($backend)"
  check_processor
  check_artifact
  check_signature
  if [ "$in_use" = "$version" ]; then
    check_release "$opt/releases/$version"
    say "EdgeBox $version is in use already: nothing was changed."
    return
  fi
  check_room
  was_running=""
  if systemctl is-active --quiet edgebox-api.service; then was_running=1; fi
  undo_with=drop_partial
  put_release
  put_data
  put_models
  check_models
  "$target/edgebox" --version >/dev/null || die "The new program does not start here."
  stopped=$(date +%s)
  undo_with=resume
  stop_services
  back_up "$in_use" "before-$version-$(date -u +%Y%m%dT%H%M%SZ)"
  schema_before=$(schema)
  undo_with=go_back
  before_that=$(current previous)
  if [ -e "$opt/before" ]; then mv "$opt/before" "$opt/before.old"; fi
  # Before the switch: should the power fail now, --rollback knows the way.
  point previous "$in_use"
  printf '%s %s %s\n' "$in_use" "$schema_before" "$backup" >"$opt/before"
  switch_to "$version"
  if [ -n "$was_running" ]; then
    # The engine first: what it cannot load is known before the API takes in anything new.
    timeout "$patience" systemctl start edgebox-engine.service || true
    if systemctl is-active --quiet edgebox-engine.service; then systemctl start --no-block edgebox.target; fi
    if ! systemctl is-active --quiet edgebox-engine.service || ! await_ready; then
      last_words
      die "EdgeBox $version did not get ready within $patience s; the lines above say why."
    fi
  fi
  undo_with=""
  rm -f "$opt/before.old"
  drop_old
  if [ -n "$was_running" ]; then step services "run, ready; down for $(($(date +%s) - stopped)) s"; fi
  say "EdgeBox $version is in use. Back again: $opt/current/install.sh --rollback"
}

resume() { # Stopped, and not switched yet
  systemctl start --no-block edgebox.target
  drop_partial
}

drop_old() { # Releases that are neither in use nor the one before; all but the last three backups
  for path in "$opt"/releases/*; do
    case $(basename "$path") in
      "$(current current)" | "$(current previous)") ;;
      *) rm -rf "$path" ;;
    esac
  done
  # shellcheck disable=SC2012  # names of our own making
  ls -1t "$state/backups"/before-*.db 2>/dev/null | tail -n +4 | while read -r path; do rm -f "$path"; done
}

do_rollback() {
  check_machine
  in_use=$(current current)
  target_version=$(current previous)
  [ -n "$target_version" ] && [ -d "$opt/releases/$target_version" ] || die "There is no earlier release to go back to."
  read -r before_version before_schema before_backup <"$opt/before"
  say "EdgeBox $in_use back to $target_version"
  if [ "$before_version" = "$target_version" ] && [ "$(schema)" != "$before_schema" ] && [ -z "$with_database" ]; then
    die "$target_version cannot read the database of $in_use. To go back to the one of before the upgrade ($before_backup), without what came in since: $0 --rollback --with-database"
  fi
  stopped=$(date +%s)
  backup=""
  schema_before=$(schema)
  version=$target_version
  undo_with=go_back
  stop_services
  if [ -n "$with_database" ] && [ "$(schema)" != "$before_schema" ]; then restore "$in_use" "$before_backup"; fi
  switch_to "$target_version"
  systemctl start --no-block edgebox.target
  if ! await_ready; then
    last_words
    die "EdgeBox $target_version did not get ready within $patience s; the lines above say why."
  fi
  undo_with=""
  rm -f "$opt/previous" "$opt/before"
  drop_old
  step services "run, ready; down for $(($(date +%s) - stopped)) s"
  say "EdgeBox $target_version is in use."
}
