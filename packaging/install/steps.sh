# --- The steps. Each looks first, does what is lacking, and says so --------------------------------

put_release() {
  target=$opt/releases/$version
  if [ -e "$target/MANIFEST" ] && [ "$(sum <"$target/MANIFEST")" != "$manifest_sha256" ]; then
    die "Another build of $version is installed ($(cat "$target/BACKEND" 2>/dev/null)). To put this one in its place, its data stays: sh $opt/current/install.sh --uninstall, then sh $0"
  fi
  if [ -d "$target" ]; then
    if (check_release "$target") 2>/dev/null; then
      step program "$target, as it was"
      return
    fi
    step program "$target is damaged: it is put in anew"
  else
    made_release=$target
  fi
  mkdir -p "$opt/releases"
  rm -rf "$opt/releases"/.[!.]* # what a power cut left
  partial=$opt/releases/.$version.partial
  mkdir "$partial"
  section "$((head_bytes))" "$((program_bytes))" | tar -xz -C "$partial" --no-same-owner -p -f - 2>/dev/null ||
    die "The program could not be unpacked into $opt: its disk takes no more (df $opt; df -i $opt)."
  check_release "$partial"
  sync -f "$partial"
  if [ -e "$target" ]; then mv -T "$target" "$opt/releases/.gone"; fi
  mv "$partial" "$target"
  rm -rf "$opt/releases/.gone"
  changed=1
  step program "$target"
}

drop_release() { # FOLDER: none of it, or all; half a release is none
  if [ ! -e "$1" ]; then return; fi
  rm -rf "$opt/releases/.gone"
  mv -T "$1" "$opt/releases/.gone"
  rm -rf "$opt/releases/.gone"
}

check_release() { # FOLDER: every file is there, is what it was, and nothing else is
  if [ -n "$manifest_sha256" ] && [ "$(sum <"$1/MANIFEST")" != "$manifest_sha256" ]; then
    die "$1/MANIFEST is not this release's."
  fi
  (cd "$1" && sha256sum --quiet --strict -c MANIFEST >/dev/null 2>&1) ||
    die "Files in $1 are not what they were built as: $(cd "$1" && sha256sum --quiet -c MANIFEST 2>/dev/null | head -n 3 | tr '\n' ' ')"
  listed=$(wc -l <"$1/MANIFEST")
  there=$(find "$1" ! -type d ! -path "$1/MANIFEST" | wc -l)
  [ "$listed" -eq "$there" ] || die "$1 has $there files, and its list $listed."
}

put_user() {
  if id "$user" >/dev/null 2>&1; then
    step user "$user, as it was"
    return
  fi
  made_user=1
  useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin \
    --comment "EdgeBox" "$user" || die "The user $user could not be made."
  changed=1
  step user "$user"
}

put_folder() { # PATH MODE OWNER GROUP
  if [ -d "$1" ]; then return; fi
  made_folders="$1 $made_folders"
  install -d -m "$2" -o "$3" -g "$4" "$1"
  changed=1
}

as_service() { # COMMAND...: as the user that the services run as, with their variables
  # shellcheck disable=SC2046
  setpriv --reuid="$user" --regid="$user" --init-groups --inh-caps=-all --bounding-set=-all \
    --no-new-privs env -i HOME="$state" LANG=C.UTF-8 PATH="$PATH" $(unit_environment) "$@"
}

put_data() {
  put_folder "$etc" 0750 root "$user"
  put_folder "$state" 0700 "$user" "$user"
  own_state
  put_folder "$models_dir" 0755 root root
}

own_state() { # A disk that was mounted there, or the data of a system that was installed anew
  owner=$(stat -c %u "$state")
  if [ "$owner" = "$(id -u "$user")" ]; then return; fi
  if find "$state" -mindepth 1 -maxdepth 1 ! -name lost+found ! -path "$models_dir" | grep -q . && id "$owner" >/dev/null 2>&1; then
    die "$state belongs to $(id -nu "$owner") and is not empty. Move it away; or, if it is EdgeBox's from before: useradd --system --user-group $user, chown -R $user: $state, chown -R root: $models_dir; then try again."
  fi
  given_state="$owner $(stat -c %a "$state")"
  find "$state" -xdev -uid "$owner" ! -name lost+found ! -path "$models_dir" ! -path "$models_dir/*" \
    -exec chown -h "$user:$user" {} +
  chmod 0700 "$state"
  changed=1
  step data "$state, given to $user"
}

put_key() { # Last of all: what fails leaves the key that was trusted before
  if [ -z "$key" ] || cmp -s "$key" "$trusted"; then return; fi
  install -m 0644 "$key" "$trusted"
  changed=1
  step key "$trusted: only releases signed with it from now on"
}

put_tls() { # The service reads the key itself: a new one is then taken without a restart
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

put_models() { # What this file carries and the folder lacks
  check_models_dir
  offset=$((head_bytes + program_bytes))
  while read -r name size hash; do
    [ -n "$name" ] || continue
    if have_model "$name" "$size" "$hash"; then
      step model "$name, as it was"
    else
      set_aside "$models_dir/installed.json"
      set_aside "$models_dir/$name.gguf"
      section "$offset" "$size" 2>/dev/null >"$models_dir/$name.gguf.new" ||
        die "The model $name could not be written: the disk of $models_dir takes no more."
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

set_aside() { # FILE: kept as FILE.before until all is done; there already if a run before was cut short
  case " $replaced_files" in *" $1 "*) return 0 ;; esac
  if [ -e "$1" ] && [ ! -e "$1.before" ]; then
    ln "$1" "$1.before" 2>/dev/null || mv -T "$1" "$1.before" # a disk without hard links
  fi
  replaced_files="$1 $replaced_files"
}

put_back() { # What was set aside, as it was
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

let_go() {
  for path in $replaced_files; do rm -f "$path.before"; done
  rm -f "$models_dir"/*.before # of a run that was cut short
}

check_models() { # Hashed by the program itself, which then keeps what it found
  for name in $new_models; do
    ask "$target/edgebox" models verify "$name" >/dev/null ||
      die "The model $name did not arrive whole in $models_dir."
  done
}

put_config() {
  if [ -e "$config" ]; then
    step settings "$config, as it was"
    if [ -n "$tls_cert" ] && [ -z "$(setting api tls_cert "")" ]; then
      die "$config is not changed by an installation. For HTTPS, set under [api]: tls_cert = \"$etc/tls/cert\" and tls_key = \"$etc/tls/key\", then try again."
    fi
    as_service test -r "$config" || die "The service may not read $config: chown root:$user and chmod 640 it, then try again."
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

put_client() { # The database and the first client, made by the program as the service's user
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
    die "The database or its first client could not be made; the line above says why."
  }
  client=$(printf '%s\n' "$told" | field client_id)
  secret=$(printf '%s\n' "$told" | field secret)
  told=""
  if [ -n "$secret" ]; then
    step client "$client; its secret is at the end"
    changed=1
  else
    step clients "as they were"
    if [ -n "$callbacks" ]; then step callbacks "as they were; to change them: edgebox keys callbacks CLIENT HOST[:PORT]"; fi
  fi
}

keep_database() { # Of an earlier installation: a copy, until this one runs
  if [ -n "$in_use" ] || [ ! -f "$state/edgebox.db" ]; then return; fi
  schema_before=$(schema)
  back_up "before-$version-$(date -u +%Y%m%dT%H%M%SZ)" "$version"
}

default_config() { # Everything commented out but the folders and the models that came along
  awk -v chosen="$role_models" -v tls="${tls_cert:+$etc/tls}" -v port="$port_wanted" '
    BEGIN { n = split(chosen, pairs, " "); for (i = 1; i <= n; i++) { split(pairs[i], p, "="); model[p[1]] = p[2] } }
    /^\[/ { role = $0; gsub(/^\[engines\.|\].*$/, "", role) }
    /^# model = / && (role in model) { $0 = "model = \"" model[role] "\"" }
    port && role == "[api" && /^# port = / { $0 = "port = " port }
    tls && /^# tls_(cert|key) = / { sub(/ = .*/, " = \"" tls "/" (/tls_cert/ ? "cert" : "key") "\""); sub(/^# /, "") }
    { print }' "$target/edgebox.toml"
}
