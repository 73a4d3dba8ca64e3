#!/bin/sh
# Shows the main thing on a fresh Debian, as root: mail goes through the shim from the bound device, and from no other.
#
#     shim/demo.sh [--keep]
#
# Installs what it needs, builds, and sets up a throw-away directory with store, key, certificate and SASL users, a real
# Postfix of its own as the back end, and the shim in front of it. With --keep it stays up, and says how to talk to it.
set -eu
case $* in
  "" | --keep) ;;
  *) echo "usage: shim/demo.sh [--keep]" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
. tests/packages.sh

# shellcheck disable=SC2086  # lists of words
install_packages $build_packages $mail_packages
echo "building"
build_tree build/demo all --

export SHIM="$PWD/build/demo/clientid-shim" CLIENTIDCTL="$PWD/build/demo/clientidctl"
export SASL_PLUGIN_DIR="$PWD/build/demo/.libs" PYTHONDONTWRITEBYTECODE=1
exec python3 tests/system/demo.py "$@"
