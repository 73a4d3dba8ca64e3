#!/bin/sh
# Runs all tests on a fresh Debian: installs what they need, builds with warnings as errors, once with g++ and once with
# clang++ and the sanitizers, and what takes hostile input with libFuzzer, and ends with the counts. A second run takes
# what is built already.
set -eu
cd "$(dirname "$0")/.."
. tests/packages.sh

if [ "$(id -u)" = 0 ] && ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$PWD"; then
  echo "$PWD: some tests become users who cannot get at it; move it to where they can, such as /usr/src" >&2
  exit 1
fi

# shellcheck disable=SC2086  # lists of words
install_packages $build_packages $mail_packages build-essential clang clang-format debhelper doctest-dev \
  dovecot-submissiond gsasl fish ieee-data iproute2 libclang-rt-dev libfaketime libmaxmind-db-writer-perl llvm mandoc \
  postgresql strace systemd util-linux zsh

# Exim and Postfix each want to be the only mail server.
unpack_package build/exim exim4-daemon-heavy
# These would be started, and ban, for the whole machine.
unpack_package build/fail2ban fail2ban
unpack_package build/pgbouncer pgbouncer
unpack_package build/prometheus prometheus

# Tests install it, as README.md says.
directories=$(sed -n 's/.* \.\/configure \(--prefix=.*\)/\1/p' README.md)

echo "building with g++"
# shellcheck disable=SC2086  # a list of words
build_tree build/plain 'all simulation' -- --enable-werror CXX=g++ CXXFLAGS='-O1' $directories
echo "building with clang++ and the sanitizers"
build_tree build/sanitized 'all check-build' -- --enable-werror --enable-sanitizers CC=clang CXX=clang++ \
  CXXFLAGS='-O0 -g1'
echo "building with clang++ and libFuzzer"
build_tree build/fuzz fuzz-programs -- --enable-werror --enable-fuzzing CC=clang CXX=clang++ CXXFLAGS='-O0 -g1'

echo "testing"
status=0
# By its log: check-TESTS would build all other tests in this tree as well.
rm -f build/plain/simulation.log build/plain/simulation.trs
make -C build/plain simulation.log >build/plain/check.log 2>&1 &
simulation=$!
make -C build/fuzz fuzz-check >build/fuzz/check.log 2>&1 &
fuzzing=$!
make -C build/sanitized -j"$((2 * $(nproc)))" -k check FOREIGN_PLUGIN_DIR="$PWD/build/plain/.libs" \
  EXIM_ROOT="$PWD/build/exim" FAIL2BAN_ROOT="$PWD/build/fail2ban" PGBOUNCER_ROOT="$PWD/build/pgbouncer" \
  PROMETHEUS_ROOT="$PWD/build/prometheus" \
  >build/sanitized/check.log 2>&1 || status=$?
wait $simulation || status=$?
wait $fuzzing || status=$?

# Told of as the others are. Versions of clang-format differ in what they ask for.
format=build/sanitized/format-check
case $(clang-format --version) in
  *' version 14.'*) result=PASS; make -s -C build/plain format-check >$format.log 2>&1 || result=FAIL ;;
  *) result=SKIP; echo "clang-format is not version 14" >$format.log ;;
esac
echo ":global-test-result: $result" >$format.trs

results() { find build/plain build/sanitized build/fuzz -name '*.trs'; }
count() { results | xargs grep -lE "^:global-test-result: ($1)" | wc -l; }
for trs in $(results | sort); do
  case $(sed -n 's/^:global-test-result: //p' "$trs") in
    PASS) ;;
    SKIP) echo "skipped: ${trs%.trs}: $(tail -n 1 "${trs%.trs}.log")" ;;
    *) echo "FAILED: ${trs%.trs}"; tail -n 40 "${trs%.trs}.log" ;;
  esac
done
failed=$(count 'FAIL|ERROR|XPASS')
if [ "$status" != 0 ] && [ "$failed" = 0 ]; then
  tail -n 40 build/plain/check.log build/sanitized/check.log build/fuzz/check.log
fi
echo "$(count PASS) passed, $failed failed, $(count SKIP) skipped"
[ "$failed" = 0 ] || status=1
exit "$status"
