# Sourced by the scripts that must run on a fresh Debian: what they need from the distribution.

build_packages="autoconf autoconf-archive automake g++ libboost-dev libboost-program-options-dev libmaxminddb-dev \
  libpq-dev libre2-dev libsasl2-dev libsoci-dev libsqlite3-dev libssl-dev libsystemd-dev libtool make \
  nlohmann-json3-dev pkg-config"
mail_packages="libnet-ssleay-perl libsasl2-modules openssl postfix procps python3 sasl2-bin swaks"

# Installs those that are not there yet. No server of theirs is started: the tests start their own.
install_packages() {
  missing=
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "not installed:$missing; install them, or run this as root" >&2
    return 1
  fi
  echo "installing:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # Without this question answered, postfix would be set up, and started, for the whole machine.
  echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
  case "$missing " in *" postgresql "*)
    # And this would make a database server of the machine, and start it.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/clientid.conf
  esac
  install_log=$(mktemp)
  # shellcheck disable=SC2086  # a list of words
  if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$install_log" 2>&1; then
    tail -n 20 "$install_log" >&2
    rm -f "$install_log"
    return 1
  fi
  rm -f "$install_log"
}

# Unpacks a package, and what it needs and is not installed, into a directory, once. For what cannot be installed beside
# the rest: two mail servers, say. unpack_package DIRECTORY PACKAGE
unpack_package() {
  [ ! -e "$1/unpacked" ] || return 0
  # The one that is installed will do.
  ! dpkg-query -W -f '${db:Status-Status}' "$2" 2>/dev/null | grep -qx installed || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "not unpacked: $2; that takes root" >&2
    return 0
  fi
  echo "unpacking: $2"
  mkdir -p "$1/archives/partial"
  apt-get install -y --no-install-recommends --download-only -o Dir::Cache::Archives="$PWD/$1/archives" "$2" \
    >"$1/apt.log" 2>&1 || { tail -n 20 "$1/apt.log" >&2; return 1; }
  for archive in "$1"/archives/*.deb; do dpkg-deb -x "$archive" "$1"; done
  touch "$1/unpacked"
}

# Makes a build tree, once, and anew for other arguments. build_tree DIRECTORY TARGETS -- CONFIGURE-ARGUMENTS...
build_tree() {
  tree=$1
  targets=$2
  shift 3
  if [ -x "$tree/config.status" ] && [ "$("$tree/config.status" --config | tr -d \')" != "$*" ]; then rm -rf "$tree"; fi
  mkdir -p "$tree"
  if [ ! -x configure ] || [ configure.ac -nt configure ]; then
    autoreconf -fi >"$tree/autoreconf.log" 2>&1 || { cat "$tree/autoreconf.log" >&2; return 1; }
  fi
  # An existing tree takes up by itself what has changed.
  if [ ! -f "$tree/Makefile" ]; then
    (cd "$tree" && "$OLDPWD/configure" "$@" >configure.log 2>&1) || { tail -n 20 "$tree/configure.log" >&2; return 1; }
  fi
  # shellcheck disable=SC2086  # a list of words
  make -C "$tree" -j"$(nproc)" $targets >"$tree/make.log" 2>&1 || { tail -n 60 "$tree/make.log" >&2; return 1; }
}
