#!/bin/sh
# The built module as the linker sees it: two entry points, libc alone, nothing that could end or disturb its host.
set -eu

# One without sanitizers says more, where there is one.
module=${FOREIGN_PLUGIN_DIR:-$SASL_PLUGIN_DIR}/libclientid.so
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT
status=0

fail() {
  printf '%s\n' "$*" >&2
  status=1
}

if ! command -v readelf >/dev/null; then
  echo 'skipped: no readelf'
  exit 77
fi
# Columns: number, value, size, type, binding, visibility, section, name[@version]
LC_ALL=C readelf -W --dyn-syms "$module" | sed 's/@.*//' >"$symbols"

exports=$(awk '$1 ~ /^[0-9]+:$/ && $7 != "UND" && $5 != "LOCAL" { print $8 }' "$symbols" | sort | tr '\n' ' ')
test "$exports" = 'sasl_auxprop_plug_init sasl_canonuser_init ' || fail "it exports: $exports"

if grep -qw -e __asan_init -e __tsan_init -e __ubsan_handle_type_mismatch_v1 "$symbols"; then
  echo 'built with sanitizers: what it imports is theirs'
  exit $status
fi

needed=$(LC_ALL=C readelf -W -d "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library in $needed; do
  case $library in
    libc.* | ld-linux* | ld-musl* | ld.so* | ld64.so*) ;;
    *) fail "it needs $library" ;;
  esac
done

imports=$(awk '$7 == "UND" && $8 != "" { print $8 }' "$symbols")
for symbol in $imports; do
  case $symbol in
    __cxa_finalize) ;; # of libc
    _Z* | __cxa_* | __gxx_* | __dynamic_cast) fail "it needs the C++ library: $symbol" ;;
    exit | _exit | _Exit | abort | atexit | *assert_fail* | raise | kill) fail "it could end its host: $symbol" ;;
    syslog | vsyslog | *printf* | puts | fput* | fwrite | perror | stderr | stdout) fail "it could speak: $symbol" ;;
    pthread_create | fork | signal | sigaction | alarm | setitimer | sleep | usleep) fail "it disturbs: $symbol" ;;
    malloc | calloc | realloc | free) fail "it allocates: $symbol" ;;
  esac
done

exit $status
