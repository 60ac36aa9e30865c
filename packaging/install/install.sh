# --- Install ---------------------------------------------------------------------------------------

undo() { # Removes everything that this failed first installation made, and nothing else
  if [ -n "$made_started" ]; then stop_services; fi
  if [ -n "$made_enabled" ]; then
    # shellcheck disable=SC2086
    systemctl disable --quiet $made_enabled 2>/dev/null || true
  fi
  if [ -n "$made_current" ]; then
    remove_units
    rm -f "$opt/current"
  fi
  if [ -n "$made_link" ]; then drop_links; fi
  if [ -n "$made_config" ]; then rm -f "$config" "$config.new"; fi
  # shellcheck disable=SC2086
  if [ -n "$made_database" ] && ! systemctl is-active --quiet $services; then
    for path in $made_database; do rm -f "$path" "$path-journal" "$path-wal" "$path-shm"; done
  fi
  put_back
  # shellcheck disable=SC2086
  if [ -n "$backup" ] && ! systemctl is-active --quiet $services; then
    for path in "$state/edgebox.db-wal" "$state/edgebox.db-shm" "$state/edgebox.db-journal"; do rm -f "$path"; done
    as_service mv -fT "$backup" "$state/edgebox.db" # the folder is the service's: not as root
    say "The database is unchanged." >&2
  fi
  if [ -n "$made_release" ]; then drop_release "$made_release"; fi
  if [ -z "$in_use" ]; then drop_labels; fi
  rm -rf "$opt/releases/.$version.partial"
  if [ -n "$given_state" ]; then
    chown -h "${given_state% *}" "$state"
    chmod "${given_state#* }" "$state"
  fi
  for path in $made_folders; do rm -rf "$path"; done
  rmdir "$opt/releases" 2>/dev/null || true
  rmdir "$opt" 2>/dev/null || true
  if [ -n "$made_user" ]; then
    userdel "$user" 2>/dev/null || true
    if [ -n "$had_group" ] && ! getent group "$user" >/dev/null; then groupadd --system --gid "$had_group" "$user"; fi
  fi
}

do_install() {
  say "EdgeBox $version ($backend)"
  check_machine
  in_use=$(current current)
  if [ -n "$in_use" ] && [ "$in_use" != "$version" ]; then
    die "EdgeBox $in_use is installed here. To replace it: sh $0 --upgrade"
  fi
  check_processor
  check_artifact
  check_signature
  if [ -n "$in_use" ]; then read_settings "$opt/current/edgebox"; fi
  check_settings
  check_port
  check_link
  check_models_dir
  check_room
  undo_with=undo
  put_release
  let_run
  if [ -z "$in_use" ] && [ -e "$config" ]; then
    read_settings "$target/edgebox"
    check_settings
    check_port
    check_models_dir
    check_room
  fi
  check_tls
  put_user
  put_data
  put_tls
  put_config
  check_config "$target/edgebox"
  keep_database
  put_client
  put_models
  check_models
  put_links
  put_units "$target"
  enable_units
  sync -f "$opt" "$etc" "$units"
  start
  undo_with=""
  let_go
  put_key
  if [ -n "$backup" ]; then
    if [ "$(schema)" = "$schema_before" ]; then rm -f "$backup"; else step backup "$backup, from before this release"; fi
  fi
  if [ -z "$secret" ] && [ -e "$etc/.secret-untold" ]; then
    rm -f "$etc/.secret-untold"
    say "An interrupted run made the first client. If its secret was not shown: edgebox keys list, then edgebox keys rotate CLIENT"
  fi
  if [ -z "$changed" ]; then
    say "EdgeBox $version was installed already: nothing was changed."
    return
  fi
  say "EdgeBox $version is installed."
  if [ -n "$secret" ]; then
    cat <<TEXT

The first client is $client. Its secret, shown this once:

    $secret

To allow a receiver of its callbacks: edgebox keys callbacks $client HOST[:PORT]
TEXT
    rm -f "$etc/.secret-untold"
  fi
  if [ -n "$made_config" ]; then
    cat <<TEXT

Only this machine can reach it so far. To allow the network, set under [api] in $config
    host = "0.0.0.0"
with tls_cert and tls_key (or allow_plain_http = true, where nobody else can read the network),
and type: systemctl restart edgebox-api
TEXT
    tell_firewall "$port"
  fi
  if [ -n "$made_config" ] && [ -n "$tls_cert" ]; then
    cat <<TEXT

Pages for people are on. The first account, then https://NAME:$port/ in a browser:
    edgebox operators add NAME --role admin
TEXT
  fi
  if ! models_here; then
    cat <<TEXT

Next, the models. See: edgebox models list. Carry the files here, then type
    edgebox models import FILE
    edgebox models use slm NAME, edgebox models use mlm NAME
    systemctl start edgebox.target
TEXT
  fi
}
