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

restore() { # RELEASE BACKUP: by that release's own program, wholly or not at all
  told=$(as_service "$opt/releases/$1/edgebox" --config "$config" restore --json "$2") || return 1
  aside=$(printf '%s\n' "$told" | sed -n 's/^ *"kept_aside": "\(.*\)",\{0,1\}$/\1/p')
  step database "restored from $2; the one before is kept as $aside"
}

switch_to() { # RELEASE: links and units; services are stopped
  point current "$1"
  put_units "$opt/releases/$1"
  enable_units
}

go_back() { # An upgrade that failed: the release before, as it was
  say "Going back to $in_use." >&2
  stop_services
  taken_back=""
  if [ -n "$newer" ]; then
    taken_back=$newer
  elif [ -n "$backup" ] && [ "$(schema)" != "$schema_before" ]; then
    taken_back=$backup
  fi
  if [ -n "$taken_back" ] && restore "$in_use" "$taken_back"; then taken_back=""; fi
  drop_models
  switch_to "$in_use"
  if [ "$action" = --upgrade ]; then
    if [ -n "$before_that" ]; then point previous "$before_that"; else rm -f "$opt/previous"; fi
    mv "$opt/before.old" "$opt/before" 2>/dev/null || rm -f "$opt/before"
  fi
  if [ -n "$made_release" ]; then rm -rf "$made_release" "$opt/releases/.$version.partial"; fi
  if [ -n "$taken_back" ]; then
    cat >&2 <<TEXT
EdgeBox $in_use is in use again and stopped: its database could not be restored (the line above
says why). Put that right, then
    runuser -u $user -- $link --config $config restore $taken_back
    systemctl start edgebox.target
TEXT
    return
  fi
  if [ -z "$to_run" ]; then
    say "EdgeBox $in_use is in use again; it was not running." >&2
    return
  fi
  systemctl start --no-block edgebox.target
  if await_ready; then
    say "EdgeBox $in_use runs again, ready after $waited s." >&2
  else
    say "EdgeBox $in_use was started again and is not ready yet: edgebox doctor" >&2
  fi
}

drop_partial() {
  drop_models
  if [ -n "$made_release" ]; then rm -rf "$made_release" "$opt/releases/.$version.partial"; fi
  say "EdgeBox $in_use is as it was." >&2
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
  check_models_dir
  check_room
  to_run=""
  if meant_to_run; then to_run=1; fi
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
  if [ -n "$to_run" ] && ! start_switched; then
    last_words
    die "EdgeBox $version did not get ready within $patience s; the lines above say why."
  fi
  undo_with=""
  keep_models
  rm -f "$opt/before.old"
  drop_old
  if [ -n "$to_run" ]; then
    step services "run, ready; down for $(($(date +%s) - stopped)) s"
  else
    step services "not started, as before: systemctl start edgebox.target"
  fi
  say "EdgeBox $version is in use. Back again: $opt/current/install.sh --rollback"
}

resume() { # Stopped, and not switched yet
  drop_partial
  if [ -n "$to_run" ]; then systemctl start --no-block edgebox.target; fi
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
  to_run=""
  if meant_to_run; then to_run=1; fi
  undo_with=go_back
  stop_services
  if [ -n "$with_database" ] && [ "$(schema)" != "$before_schema" ]; then
    trap '' INT TERM HUP # until it is known what to take back
    restore "$target_version" "$before_backup" || die "The database of before the upgrade could not be restored."
    newer=$aside
    on_signals
  fi
  switch_to "$target_version"
  if [ -n "$to_run" ] && ! start_switched; then
    last_words
    die "EdgeBox $target_version did not get ready within $patience s; the lines above say why."
  fi
  undo_with=""
  rm -f "$opt/previous" "$opt/before"
  drop_old
  if [ -n "$to_run" ]; then
    step services "run, ready; down for $(($(date +%s) - stopped)) s"
  else
    step services "not started, as before: systemctl start edgebox.target"
  fi
  say "EdgeBox $target_version is in use."
}
