#!/bin/sh
# Installs, upgrades and removes EdgeBox on this machine. This script is the beginning of the
# artifact, followed by the program and the models; every installed release has a copy, install.sh.
# It needs only what a minimal server of Debian, Ubuntu or RHEL has, and checks everything that can be
# checked before it writes anything.
set -eu
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022

# packaging/pack.py fills these in. Sizes are in bytes; models: a line each with name, size, SHA-256.
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
sudo_link=/usr/bin/edgebox
sudoers=/etc/sudoers
namespaces=/proc/sys/user/max_user_namespaces
lock=/run/edgebox-install.lock
user=edgebox
metrics_port=8601 # in the configuration that packaging/build writes
spare=67108864 # bytes left free beside what is installed

usage() {
  cat <<TEXT
EdgeBox $version ($backend), for x86-64 Linux with systemd. As root: sh $0 [OPTION]

  (none)        install and start; a second run changes nothing
  --upgrade     replace the installed release; it is put back if the new one does not get ready
  --upgrade --downgrade
                accept an older release too, which --upgrade alone refuses
  --rollback    go back to the release before the last upgrade
  --rollback --with-database
                and restore the database from before the upgrade, without what came in since
  --uninstall   remove the program; configuration, keys, data and models stay
  --purge       remove everything, including the data
  --verify      only check that this file is whole (and signed, if a key is known)
  --verify FILE check another file with the installed release: $opt/current/install.sh --verify FILE
  --key FILE    accept only releases signed with this key from now on (gpg --export)
  --callback HOST[:PORT]
                a receiver of the first client's callbacks; repeatable
  --port N      port of the API (default 8600)
  --tls-cert FILE --tls-key FILE
                serve HTTPS with this certificate (PEM, followed by its chain) and its key
  --wait SECONDS
                how long to wait until the box is ready (default 600)
  --help        this text
TEXT
}

say() { printf '%s\n' "$*"; }
step() { printf '  %-10s %s\n' "$1" "$2"; }
die() {
  printf 'edgebox: %s\n' "$*" >&2
  exit 1
}
