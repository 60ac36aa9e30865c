# --- The settings in force ----------------------------------------------------------------------------

unit_environment() { # The variables that units and drop-ins set; they override the file
  # shellcheck disable=SC2086
  systemctl show -p Environment --value $services 2>/dev/null | tr ' ' '\n' |
    grep -E '^EDGEBOX_[A-Z0-9_]+=[A-Za-z0-9._:/@,+-]*$' | sort -u || true
}

ask() { # PROGRAM ARGUMENT...: runs it as root with the settings and variables of the services
  program=$1
  shift
  # shellcheck disable=SC2046
  env -i HOME="$state" LANG=C.UTF-8 PATH="$PATH" $(unit_environment) "$program" --config "$config" "$@"
}

field() { # NAME: prints this text field of the JSON on standard input, which has one field per line
  sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"
}

read_settings() { # PROGRAM...: the first that answers prints the settings; TOML has too many forms for a script
  if [ ! -e "$config" ]; then return; fi
  for program; do
    told=$(ask "$program" config show --json 2>/dev/null) || continue
    in_force=$(printf '%s\n' "$told" |
      sed -n '/^ *"key": "/{N;s/^ *"key": "\(.*\)",\n *"value": /\1 /;s/,$//;s/^\([^ ]*\) "\(.*\)"$/\1 \2/;p;}')
    models_dir=$(setting "" models_dir "$state/models")
    return
  done
}

setting() { # TABLE KEY DEFAULT: from read_settings, else from a plain line of the file
  value=""
  if [ -n "$in_force" ]; then
    value=$(printf '%s\n' "$in_force" | sed -n "s|^${1:+$1\\.}$2 ||p")
  elif [ -e "$config" ]; then
    value=$(toml_value "$1" "$2" <"$config")
  fi
  printf '%s' "${value:-$3}"
}

toml_value() { # TABLE KEY: prints the value of a plain line of the file on standard input
  awk -v table="$1" -v key="$2" -v quote="'" '
    /^[ \t]*\[/ { here = $0; gsub(/^[ \t]*\[[ \t]*|[ \t]*\].*$/, "", here); next }
    here == table && $0 ~ "^[ \t]*" key "[ \t]*=" {
      sub(/^[^=]*=[ \t]*/, "")
      first = substr($0, 1, 1)
      if (first == "\"" || first == quote) {
        $0 = substr($0, 2)
        end = index($0, first)
        $0 = substr($0, 1, end - 1)
      } else { sub(/[ \t]*(#.*)?$/, "") }
      value = $0
    }
    END { print value }'
}

check_settings() { # Backups, upgrades and removal rely on these folders
  found=$(setting "" state_dir "$state")
  [ "${found%/}" = "$state" ] ||
    die "The data has to be in $state, but $config says $found. Write at its top: state_dir = \"$state\" and runtime_dir = \"/run/edgebox\". If the data has its own disk, mount it at $state."
  case $models_dir in
    *[!A-Za-z0-9._/+-]* | [!/]*) die "models_dir in $config is $models_dir. Write the full path of a folder, without spaces or quotation marks." ;;
  esac
}

beyond_this_machine() { # The box serves other machines plain HTTP, by the settings that were read
  [ -z "$(setting api tls_cert "")" ] || return 1
  case $(setting api host 127.0.0.1) in 127.* | ::1 | localhost) return 1 ;; esac
}

knows_plain_http() { # RELEASE: plain HTTP for other machines needs a flag, which older releases refuse
  grep -q '^# allow_plain_http' "$opt/releases/$1/edgebox.toml" 2>/dev/null
}

sets_plain_http() { [ -n "$(toml_value api allow_plain_http <"$config")" ]; }

with_plain_http() { # Prints the configuration with the flag
  awk -v written="# Written by the upgrade to $version: this box serves other machines plain HTTP.\\n# Whoever can read the network reads keys and calls. With tls_cert and tls_key, remove these lines.\\nallow_plain_http = true" '
    { print }
    /^[ \t]*\[[ \t]*api[ \t]*\][ \t]*(#.*)?\r?$/ && !done { print written; done = 1 }
    END { if (!done) print "\n[api]\n" written }' "$config"
}

without_plain_http() { # Prints the configuration without the flag and its comment
  sed '/^# Written by the upgrade to .*plain HTTP/,/^allow_plain_http = /d;/^[ \t]*allow_plain_http[ \t]*=/d' "$config"
}

fit_config() { # RELEASE: gives the configuration the flag that this release asks for, or removes it for one that refuses it
  [ -e "$config" ] || return 0
  if knows_plain_http "$1"; then
    if ! beyond_this_machine || sets_plain_http; then return 0; fi
    if [ -z "$took_flag" ] && [ "$(setting api allow_plain_http false)" = true ]; then return 0; fi # in another form
    change=with_plain_http
  else
    if ! sets_plain_http; then return 0; fi
    change=without_plain_http
    took_flag=1
  fi
  # A copy keeps owner and mode. On the way back nothing but this ends the step on a full disk.
  if ! { cp -p "$config" "$config.new" && $change >"$config.new" && mv -T "$config.new" "$config"; }; then
    rm -f "$config.new"
    say "$config could not be changed (df $etc)." >&2
    return 1
  fi
  sync -f "$etc"
  if [ "$change" = with_plain_http ]; then
    say "Warning: this box serves other machines plain HTTP, so keys and calls can be read in the network." >&2
    say "It goes on doing so: allow_plain_http = true was written into $config. Set tls_cert and tls_key instead." >&2
  fi
}

check_config() { # PROGRAM: this release can use the file, with the flag that the switch will write
  told=$(ask "$1" config check --json) && return
  if [ -n "$in_use" ] && [ "$in_use" != "$version" ] && beyond_this_machine && ! sets_plain_http; then
    scratch=$(mktemp -d)
    with_plain_http >"$scratch/edgebox.toml"
    told=$(ask "$1" config check --json "$scratch/edgebox.toml") && fits=1 || fits=""
    rm -rf "$scratch"
    scratch=""
    if [ -n "$fits" ]; then return; fi
    told=$(ask "$1" config check --json) || true
  fi
  problems=$(every_problem)
  die "EdgeBox $version cannot use $config. ${problems:-The lines above say why.}"
}

check_older() { # RELEASE: it knows every key that was written since, which it would refuse to start with
  if [ ! -e "$config" ]; then return; fi
  scratch=$(mktemp -d)
  if knows_plain_http "$1"; then cat "$config"; else without_plain_http; fi >"$scratch/edgebox.toml"
  told=$(ask "$opt/releases/$1/edgebox" config check --json "$scratch/edgebox.toml") && fits=1 || fits=""
  problems=$(every_problem | sed "s|$scratch/edgebox.toml|$config|g")
  rm -rf "$scratch"
  scratch=""
  if [ -n "$fits" ] || [ -z "$problems" ]; then return; fi # a program that says nothing is found out later
  die "EdgeBox $1 cannot use $config. $problems Nothing was changed."
}

check_tls() { # The given certificate and key work, before they replace the present ones
  if [ -z "$tls_cert" ]; then return; fi
  scratch=$(mktemp -d)
  install -m 600 "$tls_cert" "$scratch/cert" # a USB stick has no useful file modes
  install -m 600 "$tls_key" "$scratch/key"
  told=$(env -i HOME=/root LANG=C.UTF-8 PATH="$PATH" EDGEBOX_API__TLS_CERT="$scratch/cert" \
    EDGEBOX_API__TLS_KEY="$scratch/key" "$target/edgebox" --config "$target/edgebox.toml" config check --json) ||
    die "HTTPS cannot be served with $tls_cert and $tls_key: $(first_problem | sed "s|$scratch/cert|$tls_cert|g;s|$scratch/key|$tls_key|g")"
  rm -rf "$scratch"
  scratch=""
}

every_problem() { # Of the answer of config check: each key, what is wrong with it, and what to do
  printf '%s\n' "$told" | awk '
    function text() {
      sub(/^ *"[a-z]+": "/, ""); sub(/",?$/, ""); gsub(/\\"/, "\""); gsub(/\\\\/, "\\")
      return $0
    }
    /^ *"key": "./ { key = text() ": " }
    /^ *"detail": "/ { printf "%s%s%s", between, key, text(); key = ""; between = " " }
    /^ *"fix": "/ { printf " To correct it: %s.", text() }'
}

first_problem() {
  printf '%s\n' "$told" | field detail | head -n 1
}
