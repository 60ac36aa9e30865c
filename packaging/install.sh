#!/bin/sh
# Installs, upgrades and removes EdgeBox on the machine it is to run on. This is the beginning of the
# artifact, with the program and the models behind it, and lies as install.sh in every release.
# It needs what a minimal Debian or Ubuntu server has, and writes nothing before everything that
# can be checked was checked.
set -eu
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022

# Filled in by packaging/pack. Sizes in bytes; models: one line each of name, size, SHA-256.
version='@VERSION@'
backend='@BACKEND@'
glibc='@GLIBC@'
head_bytes='@HEAD_BYTES@'
head_sha256='@HEAD_SHA256@'
program_bytes='@PROGRAM_BYTES@'
program_sha256='@PROGRAM_SHA256@'
program_installed='@PROGRAM_INSTALLED@'
manifest_sha256='@MANIFEST_SHA256@'
signature_bytes='@SIGNATURE_BYTES@'
role_models='@ROLE_MODELS@'
models='@MODELS@'

opt=/opt/edgebox
etc=/etc/edgebox
state=/var/lib/edgebox
config=$etc/edgebox.toml
trusted=$etc/release-key.gpg
units=/etc/systemd/system
link=/usr/local/bin/edgebox
user=edgebox
spare=67108864 # bytes left free beside what is installed

usage() {
  cat <<TEXT
EdgeBox $version ($backend), for x86-64 Linux with systemd. As root: sh $0 [OPTION]

  (none)        install and start; a second run changes nothing
  --upgrade     replace the release that runs here; it comes back by itself when the new one
                does not get ready
  --rollback    go back to the release before the last upgrade
  --uninstall   remove the program; configuration, keys, data and models stay
  --purge       remove everything, the data too
  --verify      only check that this file is whole (and signed, where a key is known)
  --key FILE    accept only releases signed with this key from now on (gpg --export)
  --callback HOST[:PORT]
                where callbacks of the first client may go; repeatable
  --tls-cert FILE --tls-key FILE
                serve HTTPS with this certificate (PEM, its chain behind it) and its key
  --wait SECONDS
                how long the box may take to get ready (default 600)
  --help        this text
TEXT
}

say() { printf '%s\n' "$*"; }
step() { printf '  %-10s %s\n' "$1" "$2"; }
die() {
  printf 'edgebox: %s\n' "$*" >&2
  exit 1
}

# --- Before anything is written -----------------------------------------------------------------

check_machine() {
  [ "$(uname -s)" = Linux ] || die "EdgeBox runs on Linux; this is $(uname -s)."
  [ "$(uname -m)" = x86_64 ] || die "This release is for x86_64; this machine is $(uname -m)."
  [ "$(id -u)" = 0 ] || die "Run this as root: sudo sh $0 $wanted"
  [ -d /run/systemd/system ] || die "systemd does not run here, and EdgeBox is started by it."
  systemd=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  [ "${systemd:-0}" -ge 249 ] || die "systemd ${systemd:-?} is too old: 249 or newer is needed (Ubuntu 22.04, Debian 12)."
}

check_processor() {
  have=" $(sed -n '/^flags[[:space:]]*:/{s/^[^:]*://p;q}' /proc/cpuinfo) "
  for feature in cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3; do # x86-64-v2
    case $have in
      *" $feature "*) ;;
      *) die "This processor is too old: it lacks $feature (x86-64-v2, sold since 2009, is needed). A virtual machine may hide it: set its CPU type to host." ;;
    esac
  done
  here=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed -n 's/^glibc //p')
  [ -n "$here" ] || die "This system has no glibc: Debian 12, Ubuntu 22.04 or newer is needed."
  oldest=$(printf '%s\n%s\n' "$glibc" "$here" | sort -V | head -n 1)
  [ "$oldest" = "$glibc" ] || die "This system's C library is $here; this release was built for $glibc or newer."
}

section() { # OFFSET SIZE: a part of this file
  tail -c "+$(($1 + 1))" "$self" | head -c "$2"
}

sum() { sha256sum | cut -d ' ' -f 1; }

check_artifact() { # The file is whole: every byte is under one of these sums
  [ -n "$head_bytes" ] || die "This is the installer of a release that is installed already: it has nothing to install. Use the .run file."
  expected=$((head_bytes + program_bytes + models_bytes + signature_bytes))
  found=$(wc -c <"$self")
  [ "$found" -eq "$expected" ] || die "This file is not whole: it has $found of $expected bytes. Copy it again."
  found=$(head -c "$head_bytes" "$self" | sed "s/^head_sha256='[0-9a-f]*'/head_sha256=''/" | sum)
  [ "$found" = "$head_sha256" ] || die "This file is damaged (its beginning). Copy it again."
  found=$(section "$((head_bytes))" "$((program_bytes))" | sum)
  [ "$found" = "$program_sha256" ] || die "This file is damaged (the program). Copy it again."
  offset=$((head_bytes + program_bytes))
  while read -r name size hash; do
    [ -n "$name" ] || continue
    found=$(section "$offset" "$size" | sum)
    [ "$found" = "$hash" ] || die "This file is damaged (the model $name). Copy it again."
    offset=$((offset + size))
  done <<LIST
$models
LIST
  step verified "$(megabytes "$expected") MB, SHA-256"
}

check_signature() { # With the key that was given, else the one that an earlier run was given
  keyring=$key
  if [ -z "$keyring" ] && [ -e "$trusted" ]; then keyring=$trusted; fi
  if [ -z "$keyring" ]; then return; fi
  command -v gpgv >/dev/null || die "A signature is asked for ($keyring), and gpgv is not here. Install the package gpgv."
  [ "$((signature_bytes))" -gt 0 ] || die "This release is not signed, and only signed ones are accepted here ($keyring)."
  scratch=$(mktemp -d)
  section "$((head_bytes + program_bytes + models_bytes))" "$((signature_bytes))" >"$scratch/signature"
  head -c "$head_bytes" "$self" >"$scratch/head" # its sums cover all the rest
  gpgv --quiet --keyring "$(readlink -f "$keyring")" "$scratch/signature" "$scratch/head" 2>"$scratch/said" ||
    die "The signature is not by the key in $keyring: do not install this file."
  rm -rf "$scratch"
  scratch=""
  step signed "by the key in $keyring"
}

setting() { # TABLE KEY DEFAULT: of the configuration that is there, where it is written plainly
  value=""
  if [ -e "$config" ]; then value=$(toml_value "$1" "$2" <"$config"); fi
  printf '%s' "${value:-$3}"
}

toml_value() { # TABLE KEY
  awk -v table="$1" -v key="$2" '
    /^[ \t]*\[/ { here = $0; gsub(/^[ \t]*\[|\].*$/, "", here); next }
    here == table && $0 ~ "^[ \t]*" key "[ \t]*=" {
      sub(/^[^=]*=[ \t]*/, "")
      if (/^"/) { sub(/^"/, ""); sub(/".*/, "") } else { sub(/[ \t]*(#.*)?$/, "") }
      value = $0
    }
    END { print value }'
}

check_port() { # Somebody else's listener on the API's port
  port=$(setting api port 8600)
  if systemctl is-active --quiet edgebox-api.service; then return; fi
  hex=$(printf '%04X' "$port")
  if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -Eq "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]+ 0A "; then
    die "Port $port is in use by another program. Stop it (ss -ltnp shows which), or, if it has to stay, set another port under [api] in $config before installing."
  fi
}

existing() { # PATH: it, or the nearest folder above it that is there
  path=$1
  while [ ! -d "$path" ]; do path=$(dirname "$path"); done
  printf '%s' "$path"
}

free_bytes() { df -P -B 1 "$(existing "$1")" | awk 'NR == 2 { print $4 }'; }
device() { df -P "$(existing "$1")" | awk 'NR == 2 { print $1 "@" $6 }'; }
megabytes() { awk -v bytes="$1" 'BEGIN { printf "%d", (bytes + 999999) / 1000000 }'; }

have_model() { # NAME SIZE HASH: it is there, and edgebox found this hash
  [ -f "$models_dir/$1.gguf" ] && [ "$(wc -c <"$models_dir/$1.gguf")" -eq "$2" ] &&
    grep -q "\"$3\"" "$models_dir/installed.json" 2>/dev/null
}

check_room() { # Before the first byte is written
  need_program=0 need_models=0 need_state=0
  if [ ! -d "$opt/releases/$version" ]; then need_program=$((program_installed + spare)); fi
  while read -r name size hash; do
    if [ -n "$name" ] && ! have_model "$name" "$size" "$hash"; then need_models=$((need_models + size)); fi
  done <<LIST
$models
LIST
  if [ -f "$state/edgebox.db" ]; then need_state=$(wc -c <"$state/edgebox.db"); fi
  if [ "$(device "$models_dir")" = "$(device "$opt")" ]; then
    all=$((need_program + need_models + need_state))
    free=$(free_bytes "$opt")
    what=""
    if [ "$need_models" -gt 0 ]; then what=" ($(megabytes "$need_models") MB of it for the models)"; fi
    [ "$free" -ge "$all" ] || die "Not enough room in $(existing "$opt"): $(megabytes "$free") MB are free, $(megabytes "$all") MB are needed$what."
    return
  fi
  free=$(free_bytes "$opt")
  [ "$free" -ge "$need_program" ] || die "Not enough room in $(existing "$opt"): $(megabytes "$free") MB are free, $(megabytes "$need_program") MB are needed."
  free=$(free_bytes "$models_dir")
  [ "$free" -ge $((need_models + need_state)) ] || die "Not enough room for the models in $(existing "$models_dir"): $(megabytes "$free") MB are free, $(megabytes $((need_models + need_state))) MB are needed."
}

current() { # The release in use, by its folder's name
  if [ -L "$opt/$1" ]; then basename "$(readlink "$opt/$1")"; fi
}

# --- The steps. Each looks first, does what is lacking, and says so --------------------------------

put_release() {
  target=$opt/releases/$version
  if [ -d "$target" ]; then
    [ "$(sum <"$target/MANIFEST")" = "$manifest_sha256" ] ||
      die "Another build of $version is installed. Give the new one a version of its own, or uninstall first."
    step program "$target, as it was"
    return
  fi
  mkdir -p "$opt/releases"
  made_release=$target
  partial=$opt/releases/.$version.partial
  rm -rf "$partial"
  mkdir "$partial"
  section "$((head_bytes))" "$((program_bytes))" | tar -xz -C "$partial" --no-same-owner -p -f - 2>/dev/null ||
    die "The program could not be unpacked into $opt: its disk takes no more (df $opt; df -i $opt)."
  check_release "$partial"
  sync -f "$partial"
  mv "$partial" "$target"
  changed=1
  step program "$target"
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

as_service() { # COMMAND...: as the user that the services run as
  setpriv --reuid="$user" --regid="$user" --init-groups --inh-caps=-all --bounding-set=-all \
    --no-new-privs env -i HOME="$state" LANG=C.UTF-8 PATH="$PATH" "$@"
}

put_data() {
  put_folder "$etc" 0750 root "$user"
  put_folder "$state" 0700 "$user" "$user"
  put_folder "$models_dir" 0755 root root
  if [ -n "$key" ] && ! cmp -s "$key" "$trusted"; then
    install -m 0644 "$key" "$trusted"
    changed=1
    step key "$trusted: only releases signed with it from now on"
  fi
}

put_tls() { # The key is root's alone: the API gets it from systemd, as a credential
  if [ -z "$tls_cert" ]; then return; fi
  put_folder "$etc/tls" 0750 root "$user"
  put_file "$tls_cert" "$etc/tls/cert" 0644
  put_file "$tls_key" "$etc/tls/key" 0600
  step tls "$etc/tls"
}

put_file() { # SOURCE TARGET MODE
  if cmp -s "$1" "$2"; then return; fi
  if [ ! -e "$2" ]; then made_files="$2 $made_files"; fi
  install -m "$3" -o root -g root "$1" "$2"
  changed=1
}

put_models() { # What this file carries and the folder lacks
  offset=$((head_bytes + program_bytes))
  while read -r name size hash; do
    [ -n "$name" ] || continue
    if have_model "$name" "$size" "$hash"; then
      step model "$name, as it was"
    else
      made_models="$models_dir/$name.gguf $made_models"
      rm -f "$models_dir/$name.gguf"
      section "$offset" "$size" 2>/dev/null >"$models_dir/$name.gguf.new" ||
        die "The model $name could not be written: the disk of $models_dir takes no more."
      chmod 0644 "$models_dir/$name.gguf.new"
      mv "$models_dir/$name.gguf.new" "$models_dir/$name.gguf"
      new_models="$new_models $name"
      changed=1
      step model "$name, $(megabytes "$size") MB"
    fi
    offset=$((offset + size))
  done <<LIST
$models
LIST
}

check_models() { # Hashed by the program itself, which then keeps what it found
  for name in $new_models; do
    env -i HOME=/root LANG=C.UTF-8 PATH="$PATH" "$target/edgebox" --config "$config" models verify "$name" >/dev/null ||
      die "The model $name did not arrive whole in $models_dir."
  done
}

put_config() {
  if [ -e "$config" ]; then
    step settings "$config, as it was"
    if [ -n "$tls_cert" ] && [ -z "$(setting api tls_cert "")" ]; then
      die "$config is not changed by an installation. For HTTPS, set under [api]: tls_cert = \"$etc/tls/cert\" and tls_key = \"$etc/tls/key\", then try again."
    fi
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
    made_database=1
    changed=1
  fi
  told=$(as_service "$target/edgebox" --config "$config" init --json "$@") ||
    die "The database could not be made."
  client=$(printf '%s\n' "$told" | sed -n 's/^ *"client_id": "\(.*\)",\{0,1\}$/\1/p')
  secret=$(printf '%s\n' "$told" | sed -n 's/^ *"secret": "\(.*\)",\{0,1\}$/\1/p')
  told=""
  if [ -n "$secret" ]; then
    step client "$client; its secret is at the end"
    changed=1
  else
    step clients "as they were"
  fi
}

default_config() { # Everything commented out but the folders and the models that came along
  awk -v chosen="$role_models" -v tls="${tls_cert:+$etc/tls}" '
    BEGIN { n = split(chosen, pairs, " "); for (i = 1; i <= n; i++) { split(pairs[i], p, "="); model[p[1]] = p[2] } }
    /^\[/ { role = $0; gsub(/^\[engines\.|\].*$/, "", role) }
    /^# model = / && (role in model) { $0 = "model = \"" model[role] "\"" }
    tls && /^# tls_(cert|key) = / { sub(/ = .*/, " = \"" tls "/" (/tls_cert/ ? "cert" : "key") "\""); sub(/^# /, "") }
    { print }' "$target/edgebox.toml"
}

unit_files() { # RELEASE: its units and drop-ins, each as NAME PATH; which ones, is in systemd/README.md
  set -- "$1" "$1/systemd"
  if [ "$backend" = cuda ]; then set -- "$@" "$2/gpu"; fi
  if [ "${systemd:-0}" -ge 254 ]; then set -- "$@" "$2/v254"; fi
  find "$2" -maxdepth 1 -type f -name 'edgebox*' -printf '%P %p\n'
  shift 2
  if [ $# -gt 0 ]; then find "$@" -type f -path '*/edgebox*' -printf '%P %p\n'; fi
}

put_units() { # RELEASE
  listed=$(unit_files "$1" | sort)
  names=$(printf '%s\n' "$listed" | sed 's/ .*//')
  replaced=""
  if [ -e "$opt/units" ]; then # what a release before this one had, and this one has not
    while read -r name; do
      case "
$names
" in *"
$name
"*) ;; *) rm -f "$units/$name" && replaced=1 ;; esac
    done <"$opt/units"
  fi
  if [ "$(cat "$opt/units" 2>/dev/null)" != "$names" ]; then printf '%s\n' "$names" >"$opt/units"; fi
  while read -r name source; do
    if cmp -s "$source" "$units/$name"; then continue; fi
    mkdir -p "$(dirname "$units/$name")"
    install -m 0644 "$source" "$units/$name.new"
    mv "$units/$name.new" "$units/$name"
    replaced=1
  done <<LIST
$listed
LIST
  if [ -n "$replaced" ]; then
    systemctl daemon-reload
    changed=1
    step units "in $units"
  else
    step units "in $units, as they were"
  fi
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

point() { # NAME RELEASE: a link is another release in one step, or is not
  rm -f "$opt/.$1.new"
  ln -s "releases/$2" "$opt/.$1.new"
  mv -T "$opt/.$1.new" "$opt/$1"
}

put_links() {
  if [ "$(current current)" != "$version" ]; then
    point current "$version"
    made_current=1
    changed=1
  fi
  if [ "$(readlink "$link" 2>/dev/null)" != "$opt/current/edgebox" ]; then
    mkdir -p "$(dirname "$link")"
    if [ -e "$link" ] && [ ! -L "$link" ]; then die "$link is somebody else's program. Move it away, then try again."; fi
    ln -sfn "$opt/current/edgebox" "$link"
    made_link=1
    changed=1
  fi
  step command "$link"
}

services="edgebox-engine.service edgebox-api.service edgebox-worker.service"

enable_units() {
  for unit in edgebox.target $services; do
    if ! systemctl is-enabled --quiet "$unit" 2>/dev/null; then
      made_enabled=1
      systemctl enable --quiet "$unit"
      changed=1
    fi
  done
}

ready() { # All three run, the models are loaded, the API reaches both engine and store
  for unit in $services; do
    systemctl is-active --quiet "$unit" || return 1
  done
  states=$(as_service "$opt/current/edgebox" --config "$config" status --json 2>/dev/null) || return 1
  ! printf '%s\n' "$states" | grep -Eq '"state": "(down|starting|another program|no database)"'
}

await_ready() { # Whether it came in time
  began=$(date +%s)
  until ready; do
    if [ $(($(date +%s) - began)) -ge "$patience" ]; then return 1; fi
    sleep 1
  done
  waited=$(($(date +%s) - began))
}

models_here() { # Whether both roles have what they answer with
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
  made_started=1
  # shellcheck disable=SC2086
  systemctl reset-failed edgebox.target $services 2>/dev/null || true
  systemctl start --no-block edgebox.target
  if ! await_ready; then
    last_words
    die "EdgeBox did not get ready within $patience s. Nothing was kept of this installation; the lines above say why."
  fi
  step services "run, ready after $waited s"
}

last_words() { # What the services said last, for whoever reads this
  journalctl --no-pager --quiet -o cat -n 8 -u edgebox-engine -u edgebox-api -u edgebox-worker 2>/dev/null |
    sed 's/^/    /' >&2 || true
}

stop_services() {
  # shellcheck disable=SC2086
  systemctl stop edgebox.target $services 2>/dev/null || true
}

# --- Install ---------------------------------------------------------------------------------------

undo() { # Of a first installation that failed: everything that this run made, and nothing else
  if [ -n "$made_started" ]; then stop_services; fi
  if [ -n "$made_enabled" ]; then
    # shellcheck disable=SC2086
    systemctl disable --quiet edgebox.target $services 2>/dev/null || true
  fi
  if [ -n "$made_current" ]; then
    remove_units
    rm -f "$opt/current"
  fi
  if [ -n "$made_link" ]; then rm -f "$link"; fi
  if [ -n "$made_config" ]; then rm -f "$config" "$config.new"; fi
  if [ -n "$made_database" ]; then rm -f "$state"/edgebox.db* "$state"/huey.db*; fi
  for path in $made_models; do
    rm -f "$path" "$path.new"
  done
  if [ -n "$made_release" ]; then rm -rf "$made_release" "$opt/releases/.$version.partial"; fi
  for path in $made_files; do rm -f "$path"; done
  for path in $made_folders; do rm -rf "$path"; done
  rmdir "$opt/releases" 2>/dev/null || true
  rmdir "$opt" 2>/dev/null || true
  if [ -n "$made_user" ]; then userdel "$user" 2>/dev/null || true; fi
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
  check_port
  check_room
  undo_with=undo
  put_release
  put_user
  put_data
  put_tls
  put_config
  put_models
  check_models
  put_client
  put_links
  put_units "$target"
  enable_units
  start
  undo_with=""
  if [ -z "$changed" ]; then
    say "EdgeBox $version was installed already: nothing was changed."
    return
  fi
  say "EdgeBox $version is installed."
  if [ -n "$secret" ]; then
    cat <<TEXT

The first client is $client. Its secret, shown this once:

    $secret

Where its callbacks may go: edgebox keys callbacks $client HOST[:PORT]
TEXT
  fi
  if ! models_here; then
    cat <<TEXT

Next, the models: edgebox models list shows them; carry the files here, then
    edgebox models import FILE
    edgebox models use slm NAME, edgebox models use mlm NAME
    systemctl start edgebox.target
TEXT
  fi
}

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

# --- The words on the command line -------------------------------------------------------------------

ended() { # At the end, however it comes: what was half done is undone
  status=$?
  trap - EXIT
  trap '' INT TERM HUP
  set +e
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
  if [ "$status" != 0 ] && [ -n "$undo_with" ]; then "$undo_with"; fi
  exit "$status"
}

main() {
  self=$0 wanted="$*" action="" key="" callbacks="" patience=600 with_database="" tls_cert="" tls_key=""
  made_release="" made_user="" made_folders="" made_files="" made_models="" made_config="" made_database="" made_current=""
  made_link="" made_enabled="" made_started="" new_models="" changed="" secret="" scratch="" undo_with="" backup="" newer=""
  while [ $# -gt 0 ]; do
    case $1 in
      --upgrade | --rollback | --uninstall | --purge | --verify)
        [ -z "$action" ] || die "$action and $1 cannot be done at once."
        action=$1
        ;;
      --with-database) with_database=1 ;;
      --key | --callback | --wait | --tls-cert | --tls-key)
        [ $# -ge 2 ] || die "$1 needs a word behind it. See: sh $0 --help"
        case $1 in
          --key)
            key=$2
            [ -r "$key" ] || die "There is no key in $key."
            ;;
          --callback) callbacks="$callbacks $2" ;;
          --tls-cert) tls_cert=$2 ;;
          --tls-key) tls_key=$2 ;;
          --wait) patience=$2 ;;
        esac
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *)
        printf 'edgebox: there is no option %s. See: sh %s --help\n' "$1" "$0" >&2
        exit 2
        ;;
    esac
    shift
  done
  case $patience in '' | *[!0-9]*) die "--wait takes seconds, not $patience." ;; esac
  if [ -n "$tls_cert$tls_key" ]; then
    [ -r "$tls_cert" ] && [ -r "$tls_key" ] || die "--tls-cert and --tls-key name two files that can be read."
  fi
  models_bytes=0
  while read -r name size hash; do
    if [ -n "$name" ]; then models_bytes=$((models_bytes + size)); fi
  done <<LIST
$models
LIST
  models_dir=$(setting "" models_dir "$state/models")
  trap ended EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  if [ "$action" != --verify ] && [ "$(id -u)" = 0 ]; then
    exec 9>/run/edgebox-install.lock
    flock -n 9 || die "Another installation is going on."
  fi
  case $action in
    "") do_install ;;
    --upgrade) do_upgrade ;;
    --rollback) do_rollback ;;
    --uninstall) do_uninstall "" ;;
    --purge) do_uninstall purge ;;
    --verify)
      if [ -n "$head_bytes" ]; then
        check_artifact
        check_signature
      else
        check_release "$(dirname "$(readlink -f "$self")")"
      fi
      say "EdgeBox $version is whole."
      ;;
  esac
  exit 0
}

main "$@"
