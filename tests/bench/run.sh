#!/bin/sh
# Measures clientid-shim beside nginx, haproxy and Postfix, on a Debian with at least two cores; as root.
# tests/bench/run.sh [--rounds N] [--only MEASURE] [--large]
set -eu
cd "$(dirname "$0")/../.."
. tests/packages.sh
# shellcheck disable=SC2086  # lists of words
install_packages $build_packages $mail_packages gnuplot-nox haproxy libnginx-mod-mail nginx-core strace util-linux
build_tree build/bench 'all bench-programs' -- CXXFLAGS='-O2'
bench=$PWD/build/bench
cd build/bench
BENCH_DIR=$bench SHIM=$bench/clientid-shim CLIENTIDCTL=$bench/clientidctl SASL_PLUGIN_DIR=$bench/.libs \
  SRCDIR=$bench/../.. PYTHONDONTWRITEBYTECODE=1 python3 ../../tests/bench/measure.py "$@"
gnuplot -e "output='bench.png'" ../../tests/bench/plot.gp
echo "figures: $bench/results.json, plot: $bench/bench.png"
