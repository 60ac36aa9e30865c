#!/bin/sh
# Installs, upgrades and removes EdgeBox on the machine it is to run on. This is the beginning of the
# artifact, with the program and the models behind it, and lies as install.sh in every release.
# It needs what a minimal Debian or Ubuntu server has, and writes nothing before everything that
# can be checked was checked.
set -eu
LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022

# Filled in by packaging/pack.py. Sizes in bytes; models: one line each of name, size, SHA-256.
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
  --rollback --with-database
                likewise, with the database of before it: without what came in since
  --uninstall   remove the program; configuration, keys, data and models stay
  --purge       remove everything, the data too
  --verify      only check that this file is whole (and signed, where a key is known)
  --verify FILE likewise another file, by an installed release: $opt/current/install.sh --verify FILE
  --key FILE    accept only releases signed with this key from now on (gpg --export)
  --callback HOST[:PORT]
                where callbacks of the first client may go; repeatable
  --port N      port of the API (default 8600)
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
