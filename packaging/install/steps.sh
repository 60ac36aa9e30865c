# --- The steps. Each checks first, does what is missing, and reports it --------------------------------

put_release() {
  target=$opt/releases/$version
  if [ -e "$target/MANIFEST" ] && [ "$(sum <"$target/MANIFEST")" != "$manifest_sha256" ]; then
    die "Another build of $version is installed ($(cat "$target/BACKEND" 2>/dev/null)). To replace it and keep the data: sh $opt/current/install.sh --uninstall, then sh $0"
  fi
  if [ -d "$target" ]; then
    if (check_release "$target") 2>/dev/null; then
      step program "$target, unchanged"
      return
    fi
    step program "$target is damaged and is replaced"
  else
    made_release=$target
  fi
  mkdir -p "$opt/releases"
  rm -rf "$opt/releases"/.[!.]* # left by a power cut
  partial=$opt/releases/.$version.partial
  mkdir "$partial"
  section "$((head_bytes))" "$((program_bytes))" | tar -xz -C "$partial" --no-same-owner -p -f - 2>/dev/null ||
    die "The program could not be unpacked into $opt: its disk is full (df $opt; df -i $opt)."
  check_release "$partial"
  sync -f "$partial"
  if [ -e "$target" ]; then mv -T "$target" "$opt/releases/.gone"; fi
  mv "$partial" "$target"
  rm -rf "$opt/releases/.gone"
  changed=1
  step program "$target"
}

drop_release() { # FOLDER: renamed first, so that no half release is left under its name
  if [ ! -e "$1" ]; then return; fi
  drop_trust "$1"
  rm -rf "$opt/releases/.gone"
  mv -T "$1" "$opt/releases/.gone"
  rm -rf "$opt/releases/.gone"
}

check_release() { # FOLDER: it has exactly the files of its MANIFEST, unchanged
  if [ -n "$manifest_sha256" ] && [ "$(sum <"$1/MANIFEST")" != "$manifest_sha256" ]; then
    die "$1/MANIFEST belongs to another release."
  fi
  (cd "$1" && sha256sum --quiet --strict -c MANIFEST >/dev/null 2>&1) ||
    die "Files in $1 differ from the release: $(cd "$1" && sha256sum --quiet -c MANIFEST 2>/dev/null | head -n 3 | tr '\n' ' ')"
  listed=$(wc -l <"$1/MANIFEST")
  there=$(find "$1" ! -type d ! -path "$1/MANIFEST" | wc -l)
  [ "$listed" -eq "$there" ] || die "$1 has $there files, but its MANIFEST lists $listed."
}

put_user() {
  had_group=$(getent group "$user" | cut -d : -f 3)
  if id "$user" >/dev/null 2>&1; then
    [ -n "$had_group" ] || die "There is a user $user, but no group of this name. Type: groupadd --system $user; usermod -aG $user $user; then try again."
    step user "$user, unchanged"
    return
  fi
  made_user=1
  group=--user-group
  if [ -n "$had_group" ]; then group="--no-user-group --gid $user"; fi # left by --purge, because others are in it
  shell=/bin/false
  if [ -e /usr/sbin/nologin ]; then shell=/usr/sbin/nologin; fi
  # shellcheck disable=SC2086
  useradd --system $group --home-dir "$state" --no-create-home --shell "$shell" \
    --comment "EdgeBox" "$user" || die "The user $user could not be created."
  changed=1
  step user "$user"
}

put_folder() { # PATH MODE OWNER GROUP
  if [ -d "$1" ]; then return; fi
  made_folders="$1 $made_folders"
  install -d -m "$2" -o "$3" -g "$4" "$1"
  changed=1
}

as_service() { # COMMAND...: runs it as the services' user with their variables
  # A libcap-ng that is older than the kernel does not know all; no-new-privs holds all the same.
  caps="--inh-caps=-all --bounding-set=-all"
  # shellcheck disable=SC2086
  setpriv $caps true 2>/dev/null || caps=""
  # shellcheck disable=SC2046,SC2086
  setpriv --reuid="$user" --regid="$user" --init-groups $caps --no-new-privs env -i HOME="$state" LANG=C.UTF-8 PATH="$PATH" $(unit_environment) "$@"
}

put_data() {
  put_folder "$etc" 0750 root "$user"
  put_folder "$state" 0700 "$user" "$user"
  own_state
  put_folder "$models_dir" 0755 root root
}

own_state() { # Gives a mounted disk, or the data of a reinstalled system, to the services' user
  owner=$(stat -c %u "$state")
  if [ "$owner" = "$(id -u "$user")" ]; then return; fi
  if find "$state" -mindepth 1 -maxdepth 1 ! -name lost+found ! -path "$models_dir" | grep -q . && id "$owner" >/dev/null 2>&1; then
    die "$state belongs to $(id -nu "$owner") and is not empty. Move it away; or, if it is the data of an earlier EdgeBox: useradd --system --user-group $user, chown -R $user: $state, chown -R root: $models_dir; then try again."
  fi
  given_state="$owner $(stat -c %a "$state")"
  find "$state" -xdev -uid "$owner" ! -name lost+found ! -path "$models_dir" ! -path "$models_dir/*" \
    -exec chown -h "$user:$user" {} +
  chmod 0700 "$state"
  changed=1
  step data "$state, given to $user"
}

put_key() { # Last of all: after a failure the previous key is still trusted
  if [ -z "$key" ] || cmp -s "$key" "$trusted"; then return; fi
  install -m 0644 "$key" "$trusted"
  changed=1
  step key "$trusted: from now on only releases signed with it are accepted"
}

put_tls() { # The service can read the key itself, so a new one needs no restart
  if [ -z "$tls_cert" ]; then return; fi
  put_folder "$etc/tls" 0750 root "$user"
  put_file "$tls_cert" "$etc/tls/cert" 0644 root
  put_file "$tls_key" "$etc/tls/key" 0640 "$user"
  step tls "$etc/tls"
}

put_file() { # SOURCE TARGET MODE GROUP
  if cmp -s "$1" "$2"; then return; fi
  set_aside "$2"
  install -m "$3" -o root -g "$4" "$1" "$2.new"
  mv -T "$2.new" "$2"
  changed=1
}

put_models() { # The models of this file that the folder lacks
  check_models_dir
  offset=$((head_bytes + program_bytes))
  while read -r name size hash; do
    [ -n "$name" ] || continue
    if have_model "$name" "$size" "$hash"; then
      step model "$name, unchanged"
    else
      set_aside "$models_dir/installed.json"
      set_aside "$models_dir/$name.gguf"
      section "$offset" "$size" 2>/dev/null >"$models_dir/$name.gguf.new" ||
        die "The model $name could not be written: the disk of $models_dir is full."
      chmod 0644 "$models_dir/$name.gguf.new"
      mv -T "$models_dir/$name.gguf.new" "$models_dir/$name.gguf"
      new_models="$new_models $name"
      changed=1
      step model "$name, $(megabytes "$size") MB"
    fi
    offset=$((offset + size))
  done <<LIST
$models
LIST
}

set_aside() { # FILE: keeps it as FILE.before until the end; an interrupted run may have done so already
  case " $replaced_files" in *" $1 "*) return 0 ;; esac
  if [ -e "$1" ] && [ ! -e "$1.before" ]; then
    ln "$1" "$1.before" 2>/dev/null || mv -T "$1" "$1.before" # a disk without hard links
  fi
  replaced_files="$1 $replaced_files"
}

put_back() { # Restores the files that were set aside
  for path in $replaced_files; do
    rm -f "$path.new"
    if [ ! -e "$path.before" ]; then
      rm -f "$path"
    elif [ ! "$path" -ef "$path.before" ]; then
      mv -T "$path.before" "$path"
    else
      rm -f "$path.before"
    fi
  done
}

let_go() { # Removes the files that were set aside
  for path in $replaced_files; do rm -f "$path.before"; done
  rm -f "$models_dir"/*.before # of an interrupted run
}

check_models() { # The program hashes the new models and records the result
  for name in $new_models; do
    ask "$target/edgebox" models verify "$name" >/dev/null ||
      die "The model $name did not arrive whole in $models_dir."
  done
}

put_config() {
  if [ -e "$config" ]; then
    step settings "$config, unchanged"
    if [ -n "$tls_cert" ] && [ -z "$(setting api tls_cert "")" ]; then
      die "The installation does not change $config. For HTTPS, set under [api]: tls_cert = \"$etc/tls/cert\" and tls_key = \"$etc/tls/key\", then try again."
    fi
    as_service test -r "$config" || die "The service cannot read $config. Type: chown root:$user $config; chmod 640 $config; then try again."
  else
    made_config=1
    default_config >"$config.new"
    chown "root:$user" "$config.new"
    chmod 0640 "$config.new"
    mv "$config.new" "$config"
    changed=1
    step settings "$config"
  fi
}

put_client() { # The program makes the database and the first client as the services' user
  set --
  for host in $callbacks; do set -- "$@" --callback "$host"; done
  if [ ! -e "$state/edgebox.db" ]; then
    for path in "$state/edgebox.db" "$state/huey.db"; do
      if [ ! -e "$path" ]; then made_database="$made_database $path"; fi
    done
    changed=1
  fi
  if [ ! -e "$state/edgebox.db" ]; then : >"$etc/.secret-untold"; fi
  told=$(as_service "$target/edgebox" --config "$config" init --json "$@") || {
    rm -f "$etc/.secret-untold"
    die "The database or its first client could not be created; the line above says why."
  }
  client=$(printf '%s\n' "$told" | field client_id)
  secret=$(printf '%s\n' "$told" | field secret)
  told=""
  if [ -n "$secret" ]; then
    step client "$client; its secret is at the end"
    changed=1
  else
    step clients "unchanged"
    if [ -n "$callbacks" ]; then step callbacks "unchanged; to change them: edgebox keys callbacks CLIENT HOST[:PORT]"; fi
  fi
}

keep_database() { # Backs up the database of an earlier installation until this one runs
  if [ -n "$in_use" ] || [ ! -f "$state/edgebox.db" ]; then return; fi
  schema_before=$(schema)
  back_up "before-$version-$(date -u +%Y%m%dT%H%M%SZ)" "$version"
}

default_config() { # Only the folders, the carried models and the given options are set, the rest is commented out
  awk -v chosen="$role_models" -v tls="${tls_cert:+$etc/tls}" -v port="$port_wanted" '
    BEGIN { n = split(chosen, pairs, " "); for (i = 1; i <= n; i++) { split(pairs[i], p, "="); model[p[1]] = p[2] } }
    /^\[/ { role = $0; gsub(/^\[engines\.|\].*$/, "", role) }
    /^# model = / && (role in model) { $0 = "model = \"" model[role] "\"" }
    port && role == "[api" && /^# port = / { $0 = "port = " port }
    tls && /^# tls_(cert|key) = / { sub(/ = .*/, " = \"" tls "/" (/tls_cert/ ? "cert" : "key") "\""); sub(/^# /, "") }
    tls && role == "[console" && /^# enabled = / { $0 = "enabled = \"on\"" }
    { print }' "$target/edgebox.toml"
}
