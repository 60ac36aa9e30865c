# --- Upgrade and rollback ----------------------------------------------------------------------------

schema() { # Prints user_version of the database, four bytes in the head of the file
  if [ -f "$state/edgebox.db" ]; then
    od -An -tu1 -j 60 -N 4 "$state/edgebox.db" | awk '{ print ((($1 * 256) + $2) * 256 + $3) * 256 + $4 }'
  else
    printf 0
  fi
}

back_up() { # NAME RELEASE...: backs the database up with the first release whose program can
  backup=""
  if [ ! -f "$state/edgebox.db" ]; then return; fi
  put_folder "$state/backups" 0700 "$user" "$user"
  name=$1
  shift
  for release; do
    backup=$state/backups/$name.db
    if as_service sh -c 'umask 077; exec "$@"' - "$opt/releases/$release/edgebox" --config "$config" backup "$backup" >/dev/null; then
      step backup "$backup"
      return
    fi
  done
  backup=""
  die "The database could not be backed up. Nothing was changed."
}

restore() { # RELEASE BACKUP: the release's own program restores all or nothing
  told=$(as_service "$opt/releases/$1/edgebox" --config "$config" restore --json "$2") || return 1
  aside=$(printf '%s\n' "$told" | field kept_aside)
  step database "restored from $2; the replaced one is kept as $aside"
}

newest_batch() { # RELEASE: prints the id of the last batch, read by that release's program
  as_service "$opt/releases/$1/edgebox" --config "$config" batches list --limit 1 --json 2>/dev/null | field batch_id
}

write_down() { # FILE TEXT: writes all or nothing, also in a power cut
  printf '%s\n' "$2" >"$1.new"
  sync "$1.new"
  mv -T "$1.new" "$1"
  sync -f "$opt"
}

is_enabled() { systemctl is-enabled --quiet edgebox.target 2>/dev/null; }

switch_to() { # RELEASE: changes links and units while the services are stopped
  enabled=""
  if is_enabled; then enabled=1; fi
  point current "$1"
  fit_config "$1"
  put_units "$opt/releases/$1"
  if [ -n "$enabled" ]; then enable_units; fi # what the administrator disabled stays so
  sync -f "$opt" "$units"
}

schema_changed() {
  [ "$(schema)" != "$schema_before" ] || [ -s "$state/edgebox.db-wal" ]
}

go_back() { # After a failed upgrade or rollback: puts the release that was in use back
  stop_services
  taken_back=""
  if [ -n "$newer" ]; then
    taken_back=$newer
  elif [ -n "$backup" ] && schema_changed; then
    taken_back=$backup
  fi
  if [ -n "$taken_back" ] && [ -n "$api_began" ]; then
    newest=$(newest_batch "$version")
    if [ -n "$newest" ] && [ "$newest" != "$newest_before" ]; then
      stay
      return
    fi
  fi
  say "Going back to $in_use." >&2
  if [ -n "$taken_back" ] && restore "$in_use" "$taken_back"; then taken_back=""; fi
  put_back
  switch_to "$in_use"
  if [ "$action" = --upgrade ]; then
    if [ -n "$before_that" ]; then point previous "$before_that"; else rm -f "$opt/previous"; fi
    mv "$opt/before.old" "$opt/before" 2>/dev/null || rm -f "$opt/before"
  fi
  rm -f "$opt/upgrading"
  if [ -n "$made_release" ] && [ "$(current current)" = "$in_use" ]; then drop_release "$made_release"; fi
  rm -rf "$opt/releases/.$version.partial"
  if [ -n "$taken_back" ]; then
    cat >&2 <<TEXT
EdgeBox $in_use is in use again but not running: its database could not be restored (the line
above says why). Correct that, then type
    runuser -u $user -- $link --config $config restore $taken_back
    systemctl start edgebox.target
TEXT
    return
  fi
  if [ -z "$to_run" ]; then
    say "EdgeBox $in_use is in use again. It was not running before." >&2
    return
  fi
  systemctl start --no-block edgebox.target
  if await_ready; then
    say "EdgeBox $in_use runs again, ready after $waited s." >&2
  else
    say "EdgeBox $in_use was started again but is not ready yet. See: edgebox doctor" >&2
  fi
}

stay() { # Keeps what was accepted: the other release could not read it, or an older copy lacks it
  let_go
  rm -f "$opt/upgrading" "$opt/before.old"
  systemctl start --no-block edgebox.target
  if [ "$action" = --rollback ]; then
    rm -f "$opt/previous" "$opt/before"
    cat >&2 <<TEXT
EdgeBox $version stays: it has accepted consultations. To see what is wrong: edgebox doctor
The database of $in_use, with what came in after the upgrade, is $newer
TEXT
    return
  fi
  cat >&2 <<TEXT
EdgeBox $version stays: it has accepted consultations, and $in_use cannot read its database.
To see what is wrong: edgebox doctor. To go back to $in_use without them:
    $opt/current/install.sh --rollback --with-database
TEXT
}

drop_partial() { # Before the services were stopped: removes what the upgrade made
  put_back
  if [ -n "$made_release" ]; then drop_release "$made_release"; fi
  rm -rf "$opt/releases/.$version.partial"
  say "EdgeBox $in_use is unchanged." >&2
}

sortable() { sed -E 's/[.-]?(dev|a|b|rc)[0-9]/~&/'; } # sort -V puts what follows a ~ first: 1.0rc1 is before 1.0

older() { # A B: version A comes before version B
  [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sortable | sort -V | head -n 1)" = "$(printf '%s\n' "$1" | sortable)" ]
}

do_upgrade() {
  check_machine
  in_use=$(current current)
  [ -n "$in_use" ] || die "EdgeBox is not installed here. To install it: sh $0"
  say "EdgeBox $in_use to $version ($backend)"
  check_processor
  check_artifact
  check_signature
  if [ "$in_use" = "$version" ]; then
    read_upgrading
    if [ "$interrupted" = "$version" ]; then
      go_on
      return
    fi
    put_release
    let_run
    repaired=$changed
    put_key
    say "EdgeBox $version is in use already: ${repaired:+its files were repaired, else }nothing was changed."
    return
  fi
  if [ -z "$downgrade" ] && older "$version" "$in_use"; then
    die "EdgeBox $version is older than $in_use, which is in use. To go back to the release before the last upgrade: $opt/current/install.sh --rollback. To install an older one all the same: sh $0 --upgrade --downgrade"
  fi
  if [ "$backend" != cuda ] && [ "$(cat "$opt/releases/$in_use/BACKEND" 2>/dev/null)" = cuda ]; then
    die "EdgeBox $in_use uses the GPU, but this file cannot. Use the -cuda file; or, if the GPU was removed: sh $opt/current/install.sh --uninstall (data stays), then sh $0"
  fi
  read_settings "$opt/current/edgebox"
  check_settings
  check_models_dir
  check_room
  to_run=""
  if meant_to_run; then to_run=1; fi
  before_that=$(current previous)
  undo_with=drop_partial
  put_release
  let_run
  put_data
  put_models
  check_models
  check_config "$target/edgebox"
  stopped=$(date +%s)
  undo_with=resume
  stop_services
  back_up "before-$version-$(date -u +%Y%m%dT%H%M%SZ)" "$in_use" "$version"
  schema_before=$(schema)
  newest_before=$(newest_batch "$in_use" || true)
  if [ -e "$opt/before" ]; then cp "$opt/before" "$opt/before.old"; fi
  # Before the switch: after a power cut, --rollback and --upgrade need these two files.
  write_down "$opt/before" "$in_use $schema_before $backup"
  undo_with=go_back
  point previous "$in_use"
  write_down "$opt/upgrading" "$version $newest_before"
  run_new
}

run_switched() { # Switches to the other release and starts it
  switch_to "$version"
  stop_services # a watchdog or another administrator may have started the release of before
  if [ -n "$to_run" ] && ! start_switched; then
    last_words
    die "EdgeBox $version did not get ready within $patience s; the lines above say why."
  fi
  undo_with=""
}

tell_services() {
  if [ -n "$to_run" ]; then
    step services "run, ready; down for $(($(date +%s) - stopped)) s"
  else
    how=start
    if ! is_enabled; then how="enable --now"; fi
    step services "not started, because they did not run before. To start them: systemctl $how edgebox.target"
  fi
}

run_new() { # Switches to the new release and removes what is no longer needed
  run_switched
  let_go
  put_key
  rm -f "$opt/before.old" "$opt/upgrading"
  drop_old
  tell_services
  say "EdgeBox $version is in use. To go back: $opt/current/install.sh --rollback"
}

go_on() { # Continues an upgrade after a power cut; systemd has started the new release meanwhile
  say "An upgrade to $version was cut short; it continues."
  read_before
  [ "$before_version" != "$version" ] || die "$opt/before names $version as its own previous release. Nothing was changed. See: edgebox doctor"
  in_use=$before_version schema_before=$before_schema backup=$before_backup before_that="" api_began=1
  put_release
  let_run
  read_settings "$target/edgebox"
  made_release=$target
  for path in "$models_dir"/*.before; do
    if [ -e "$path" ]; then replaced_files="${path%.before} $replaced_files"; fi
  done
  to_run=""
  if meant_to_run; then to_run=1; fi
  stopped=$(date +%s)
  undo_with=go_back
  stop_services
  run_new
}

resume() { # After the stop and before the switch: starts the old release again
  drop_partial
  mv -f "$opt/before.old" "$opt/before" 2>/dev/null || true
  if [ -n "$to_run" ]; then systemctl start --no-block edgebox.target; fi
}

drop_old() { # Removes all releases but the current and the previous, and all backups but three
  for path in "$opt"/releases/*; do
    case $(basename "$path") in
      "$(current current)" | "$(current previous)") ;;
      *) drop_release "$path" ;;
    esac
  done
  drop_backups
}

drop_backups() ( # The folder is the service's, and so are the names in it: root lists and removes nothing there
  cd / # find goes back to where it began, and the service may not read every folder of root's
  needed=$(cut -d ' ' -f 3 "$opt/before" 2>/dev/null || true) # for the way back: it stays, though a wrong clock made it the oldest
  first=4
  if [ -n "$needed" ]; then first=3; fi
  if as_service test -d "$state/backups"; then
    as_service find "$state/backups" -maxdepth 1 -type f -name 'before-*.db' ! -path "$needed" -printf '%T@ %p\0' |
      sort -z -rn | tail -z -n +$first | cut -z -d ' ' -f 2- | as_service xargs -0 -r rm -f --
  fi
)

read_upgrading() { # The version of an upgrade that was cut short, and the last batch before it
  interrupted=""
  if [ -e "$opt/upgrading" ]; then read -r interrupted newest_before <"$opt/upgrading" || true; fi
}

read_before() { # What the upgrade recorded about the previous release
  before_version="" before_schema="" before_backup=""
  if [ -e "$opt/before" ]; then read -r before_version before_schema before_backup <"$opt/before" || true; fi
  [ -n "$before_schema" ] || die "$opt/before, the record of the previous release, is missing or empty. Install the release that you want: --uninstall, then its file. The backups are in $state/backups."
}

do_rollback() {
  check_machine
  in_use=$(current current)
  target_version=$(current previous)
  [ -n "$target_version" ] && [ -d "$opt/releases/$target_version" ] || die "There is no earlier release to go back to."
  read_before
  read_settings "$opt/current/edgebox" "$opt/releases/$target_version/edgebox"
  check_settings
  say "EdgeBox $in_use back to $target_version"
  if [ "$before_version" = "$target_version" ] && [ "$(schema)" != "$before_schema" ] && [ -z "$with_database" ]; then
    die "$target_version cannot read the database of $in_use. To restore the database from before the upgrade ($before_backup), without what came in since: $0 --rollback --with-database"
  fi
  if [ -n "$with_database" ]; then
    [ -f "$before_backup" ] || die "The database from before the upgrade is missing (${before_backup:-there was none}). Nothing was changed."
    needed=$(wc -c <"$before_backup") free=$(free_bytes "$state")
    [ "$free" -ge "$needed" ] || die "Not enough room in $state for the database from before the upgrade: $(megabytes "$free") MB are free, $(megabytes "$needed") MB are needed. Nothing was changed."
  fi
  check_older "$target_version"
  stopped=$(date +%s)
  backup=""
  schema_before=$(schema)
  version=$target_version
  to_run=""
  if meant_to_run; then to_run=1; fi
  undo_with=go_back
  stop_services
  if [ -n "$with_database" ]; then
    trap '' INT TERM HUP PIPE # until the file to restore on failure is known
    restore "$target_version" "$before_backup" || die "The database from before the upgrade could not be restored."
    newer=$aside
    on_signals
    newest_before=$(newest_batch "$target_version")
  fi
  run_switched
  rm -f "$opt/previous" "$opt/before" "$opt/upgrading"
  drop_old
  tell_services
  say "EdgeBox $target_version is in use."
}
