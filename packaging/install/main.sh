# --- The command line -------------------------------------------------------------------

on_signals() {
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap 'exit 141' PIPE # the reader of the output (tee, less) has ended
}

ended() { # Runs at every end, and undoes what is half done
  status=$?
  trap - EXIT
  trap '' INT TERM HUP PIPE
  set +e
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
  if [ "$status" != 0 ] && [ -n "$undo_with" ]; then "$undo_with"; fi
  exit "$status"
}

main() {
  self=$0
  check_head
  wanted="$*" action="" key="" callbacks="" patience=600 with_database="" downgrade="" tls_cert="" tls_key="" port_wanted=""
  made_release="" made_user="" made_folders="" made_config="" made_database="" made_current="" made_link="" made_enabled=""
  made_started="" replaced_files="" given_state="" new_models="" changed="" secret="" scratch="" undo_with="" backup=""
  newer="" in_use="" in_force="" api_began="" newest_before="" before_that="" file_to_verify="" took_flag="" had_group=""
  while [ $# -gt 0 ]; do
    case $1 in
      --upgrade | --rollback | --uninstall | --purge | --verify)
        [ -z "$action" ] || die "Use $action or $1, not both."
        action=$1
        ;;
      --with-database) with_database=1 ;;
      --downgrade) downgrade=1 ;;
      --key | --callback | --wait | --tls-cert | --tls-key | --port)
        [ $# -ge 2 ] || die "$1 needs a value. See: sh $0 --help"
        case $1 in
          --key)
            key=$2
            [ -r "$key" ] || die "The key $key cannot be read."
            ;;
          --callback) callbacks="$callbacks $2" ;;
          --tls-cert) tls_cert=$2 ;;
          --tls-key) tls_key=$2 ;;
          --port) port_wanted=$2 ;;
          --wait) patience=$2 ;;
        esac
        shift
        ;;
      -h | --help)
        usage
        exit 0
        ;;
      *)
        if [ "$action" = --verify ] && [ -z "$file_to_verify" ] && [ -f "$1" ]; then
          file_to_verify=$1
        else
          printf 'edgebox: there is no option %s. See: sh %s --help\n' "$1" "$0" >&2
          exit 2
        fi
        ;;
    esac
    shift
  done
  case $patience in '' | 0* | *[!0-9]*) die "--wait needs a number of seconds, not $patience." ;; esac
  case $port_wanted in *[!0-9]* | 0* | ??????*) die "--port needs a port number, not $port_wanted." ;; esac
  if [ -n "$action" ] && [ -n "$callbacks$tls_cert$tls_key$port_wanted" ]; then
    die "--callback, --port and --tls-... are for an installation, not for $action. See: edgebox keys callbacks, and $config"
  fi
  case $action in
    --rollback | --uninstall | --purge)
      [ -z "$key" ] || die "--key is for an installation, an upgrade or --verify, not for $action."
      ;;
  esac
  if [ -n "$with_database" ] && [ "$action" != --rollback ]; then die "--with-database needs --rollback."; fi
  if [ -n "$downgrade" ] && [ "$action" != --upgrade ]; then die "--downgrade needs --upgrade."; fi
  if [ -n "$tls_cert$tls_key" ]; then
    [ -r "$tls_cert" ] && [ -r "$tls_key" ] || die "--tls-cert and --tls-key both need a file that can be read."
  fi
  if [ -n "$port_wanted" ] && [ -e "$config" ] && [ "$port_wanted" != "$(setting api port 8600)" ]; then
    die "The installation does not change $config. For another port, set under [api] there: port = $port_wanted"
  fi
  if [ "$port_wanted" = "$metrics_port" ] && [ ! -e "$config" ]; then
    die "Port $metrics_port is where the metrics are. Choose another one for the API: --port N"
  fi
  if [ -n "$file_to_verify" ]; then read_head; fi
  models_bytes=0
  while read -r name size hash; do
    if [ -n "$name" ]; then models_bytes=$((models_bytes + size)); fi
  done <<LIST
$models
LIST
  models_dir=$(setting "" models_dir "$state/models")
  trap ended EXIT
  on_signals
  if [ "$action" != --verify ] && [ "$(id -u)" = 0 ]; then
    (umask 077 && : >>"$lock") # what others could open they could lock
    chmod 600 "$lock"
    exec 9<"$lock"
    flock -n 9 || die "Another installation is running. Wait for it to end."
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
