# --- Before anything is written -----------------------------------------------------------------

check_machine() {
  [ "$(uname -s)" = Linux ] || die "EdgeBox runs on Linux; this is $(uname -s)."
  [ "$(uname -m)" = x86_64 ] || die "This release is for x86_64; this machine is $(uname -m)."
  [ "$(id -u)" = 0 ] || die "Run this as root: sudo sh $0 $wanted"
  for tool in awk find flock gzip setpriv sha256sum tar useradd; do
    command -v $tool >/dev/null || die "This system has no $tool. Install its package (gzip, tar, util-linux; useradd: passwd or shadow-utils), then try again."
  done
  [ -d /run/systemd/system ] || die "systemd is not running here, but EdgeBox needs it."
  systemd=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  [ "${systemd:-0}" -ge 239 ] || die "systemd ${systemd:-?} is too old: 239 or newer is needed."
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
  [ -n "$here" ] || die "This system has no glibc. Debian 11, Ubuntu 20.04, RHEL 8 or newer is needed."
  oldest=$(printf '%s\n%s\n' "$glibc" "$here" | sort -V | head -n 1)
  [ "$oldest" = "$glibc" ] || die "This system's C library is $here; this release was built for $glibc or newer."
}

section() { # OFFSET SIZE: prints a part of this file
  tail -c "+$(($1 + 1))" "$self" | head -c "$2"
}

sum() { sha256sum | cut -d ' ' -f 1; }

check_head() { # First of all: a damaged script must not run
  if [ -z "$head_bytes" ]; then return; fi
  found=$(head -c "$head_bytes" "$self" | sed "s/^head_sha256='[0-9a-f]*'/head_sha256=''/" | sum)
  [ "$found" = "$head_sha256" ] || die "This file is damaged (its beginning). Copy it again."
}

read_head() { # Reads the head of another file as data, without running it
  self=$file_to_verify
  [ -r "$self" ] || die "$self cannot be read."
  beginning=$(head -c 200000 "$self" | tr -d '\000')
  for name in version backend head_bytes head_sha256 program_bytes program_sha256 signature_bytes; do
    value=$(printf '%s\n' "$beginning" | sed -n "s/^$name='\([A-Za-z0-9._+-]*\)'\$/\1/p" | head -n 1)
    [ -n "$value" ] || die "$self is not an EdgeBox release."
    case $name in *_bytes) case $value in *[!0-9]*) die "$self is not an EdgeBox release." ;; esac ;; esac
    eval "$name=\$value"
  done
  models=$(printf '%s\n' "$beginning" | sed -n "/^models='/,/'\$/p" | sed "s/^models='//;s/'\$//" |
    grep -E '^[A-Za-z0-9._-]+ [0-9]+ [0-9a-f]{64}$' || true)
  check_head
}

check_artifact() { # The file is whole: the sums cover every byte
  [ -n "$head_bytes" ] || die "This is the installer of an installed release, which contains nothing to install. Use the .run file."
  expected=$((head_bytes + program_bytes + models_bytes + signature_bytes))
  found=$(wc -c <"$self")
  [ "$found" -eq "$expected" ] || die "This file is not whole: it has $found of $expected bytes. Copy it again."
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

check_signature() { # With the given key, else with the key of an earlier run
  keyring=$key
  if [ -z "$keyring" ] && [ -e "$trusted" ]; then keyring=$trusted; fi
  if [ -z "$keyring" ]; then
    if [ -d "$etc" ] && [ ! -x "$etc" ]; then
      say "Only root sees whether a key is known here: the signature was not checked." >&2
    fi
    return
  fi
  case $(head -c 5 "$keyring" | tr -d '\000') in
    -----) die "The key $keyring is in text form. To convert it: gpg --dearmor <$keyring >release-key.gpg" ;;
  esac
  command -v gpgv >/dev/null || die "A signature is required ($keyring), but gpgv is not installed. Install its package (gpgv; on RHEL gnupg2)."
  [ "$((signature_bytes))" -gt 0 ] || die "This release is not signed, and only signed releases are accepted here ($keyring)."
  scratch=$(mktemp -d)
  section "$((head_bytes + program_bytes + models_bytes))" "$((signature_bytes))" >"$scratch/signature"
  head -c "$head_bytes" "$self" >"$scratch/head" # its sums cover the rest
  gpgv --quiet --keyring "$(readlink -f "$keyring")" "$scratch/signature" "$scratch/head" 2>"$scratch/said" ||
    die "The signature is not by the key in $keyring: do not install this file."
  rm -rf "$scratch"
  scratch=""
  step signed "by the key in $keyring"
}

check_link() { # The place of the command is free and can be written
  if [ "$(readlink "$link" 2>/dev/null)" = "$opt/current/edgebox" ]; then return; fi
  if [ -e "$link" ] && [ ! -L "$link" ]; then die "$link is another program. Move it away, then try again."; fi
  folder=$(existing "$(dirname "$link")")
  [ -w "$folder" ] || die "$folder cannot be written, but the command $link goes there. If its disk is read-only: mount -o remount,rw $(df -P "$folder" | awk 'NR == 2 { print $6 }'), then try again."
}

check_port() { # No other program listens on the API's port
  port=${port_wanted:-$(setting api port 8600)}
  case $port in '' | *[!0-9]*) return ;; esac # not a plain number: the program reports it later
  if systemctl is-active --quiet edgebox-api.service; then return; fi
  hex=$(printf '%04X' "$port")
  if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -Eq "^ *[0-9]+: [0-9A-F]+:$hex [0-9A-F]+:[0-9A-F]+ 0A "; then
    die "Port $port is in use by another program. Stop that program (ss -ltnp shows it), or choose another port: --port N, or port under [api] in $config if that file exists."
  fi
}

existing() { # PATH: prints it, or the nearest folder above it that exists
  path=$1
  while [ ! -d "$path" ]; do path=$(dirname "$path"); done
  printf '%s' "$path"
}

free_bytes() { df -P -B 1 "$(existing "$1")" | awk 'NR == 2 { print $4 }'; }
device() { df -P "$(existing "$1")" | awk 'NR == 2 { print $1 "@" $6 }'; }
megabytes() { awk -v bytes="$1" 'BEGIN { printf "%d", (bytes + 999999) / 1000000 }'; }

have_model() { # NAME SIZE HASH: the model is there, and edgebox recorded this hash
  [ -f "$models_dir/$1.gguf" ] && [ "$(wc -c <"$models_dir/$1.gguf")" -eq "$2" ] &&
    grep -q "\"$3\"" "$models_dir/installed.json" 2>/dev/null
}

check_models_dir() { # Root writes there, so the service's user must not be able to redirect it
  if [ -z "$models" ] || { [ ! -e "$models_dir" ] && [ ! -L "$models_dir" ]; }; then return; fi
  [ -n "$(find "${models_dir%/}" -maxdepth 0 -type d -user 0 ! -perm /022)" ] ||
    die "$models_dir is not a folder that only root can write to, so no models are put there. For a folder of yours: chown root: and chmod 755 it. For a link: write the folder itself as models_dir in $config."
}

check_room() { # The disks have enough room
  need_program=0 need_models=0 need_state=0
  if [ ! -d "$opt/releases/$version" ]; then need_program=$((program_installed + spare)); fi
  while read -r name size hash; do
    if [ -n "$name" ] && ! have_model "$name" "$size" "$hash"; then need_models=$((need_models + size)); fi
  done <<LIST
$models
LIST
  if [ "$action" = --upgrade ] && [ -f "$state/edgebox.db" ]; then # a backup, and a restored copy
    need_state=$((2 * $(wc -c <"$state/edgebox.db")))
  fi
  for folder in "$opt" "$models_dir" "$state"; do # what is on the same disk is added up
    here=$(device "$folder") all=0 what=""
    if [ "$(device "$opt")" = "$here" ]; then all=$((all + need_program)); fi
    if [ "$(device "$state")" = "$here" ]; then all=$((all + need_state)); fi
    if [ "$(device "$models_dir")" = "$here" ] && [ "$need_models" -gt 0 ]; then
      all=$((all + need_models)) what=" ($(megabytes "$need_models") MB of it for the models)"
    fi
    free=$(free_bytes "$folder")
    [ "$free" -ge "$all" ] || die "Not enough room in $(existing "$folder"): $(megabytes "$free") MB are free, $(megabytes "$all") MB are needed$what."
  done
}

current() { # LINK: prints the version that current or previous points to
  if [ -L "$opt/$1" ]; then basename "$(readlink "$opt/$1")"; fi
}
