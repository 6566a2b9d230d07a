#!/usr/bin/env bash
# Builds oneDNN once per machine, from Debian's source package, into a cache
# outside any build tree. Run it with --help for what it does and where.
set -euo pipefail

readonly package=onednn version=3.7 suite=trixie
readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly cache=${MLCC_CACHE:-$HOME/.cache/mlcc}
. "$here/../progress.sh"

usage() {
  cat <<EOF
usage: cmake/onednn/build.sh [--print-prefix] [--jobs N] [--force]

Downloads the source package of oneDNN $version from the $suite suite of this
machine's own Debian mirror (signatures checked, the system's package sources
stay as they are), builds it as a static library whose threads are mlcc's, and
installs it to

  $prefix

The last part of the name is a hash of version, options and compiler: a copy that
is there is used as it is. The build takes about eight minutes on two cores.

  --print-prefix  print that folder and exit
  --jobs N        run N compilers at once (default: one per processor)
  --force         build even if the copy is there

Environment:
  CC, CXX              compilers (default: clang-22, clang++-22)
  MLCC_CACHE           the cache (default: ~/.cache/mlcc)
  MLCC_ONEDNN_SOURCE   folder with unpacked oneDNN sources to build instead
EOF
}

# What a compiler of graphs calls. THREADPOOL: one pool for oneDNN and for the
# generated loops. The optimization level is 1 because the time is spent in
# code that is generated at run time; no difference was measured to level 3.
readonly primitives="BATCH_NORMALIZATION;BINARY;CONCAT;CONVOLUTION;DECONVOLUTION;ELTWISE;INNER_PRODUCT;LAYER_NORMALIZATION;LRN;MATMUL;POOLING;REDUCTION;REORDER;RNN;SOFTMAX;SUM"
readonly options=(
  -DCMAKE_BUILD_TYPE=Release
  "-DCMAKE_C_FLAGS_RELEASE=-O1 -DNDEBUG -fno-stack-protector"
  "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG -fno-stack-protector"
  -DCMAKE_CXX_FLAGS=-w
  -DDNNL_LIBRARY_TYPE=STATIC
  -DONEDNN_CPU_RUNTIME=THREADPOOL
  -DDNNL_EXPERIMENTAL_UKERNEL=ON
  "-DDNNL_ENABLE_PRIMITIVE=$primitives"
  -DONEDNN_BUILD_GRAPH=OFF
  -DDNNL_BUILD_TESTS=OFF
  -DDNNL_BUILD_EXAMPLES=OFF
  -DDNNL_BUILD_DOC=OFF
  -DDNNL_ENABLE_JIT_PROFILING=OFF
  -DDNNL_ENABLE_ITT_TASKS=OFF
  -DDNNL_ARCH_OPT_FLAGS=
)

readonly cc=${CC:-clang-22} cxx=${CXX:-clang++-22}
readonly key=$({ printf '%s\n' "$package $version" "${options[@]}"
                 grep -v '^ *#' "$here/faster_build.cmake"
                 "$cxx" --version 2>/dev/null || echo none; } | sha256sum | cut -c1-12)
readonly prefix=$cache/onednn-$version-$key

# apt-get with the suite's package sources and with a state folder of its own.
suite_apt() {
  apt-get -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache" \
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 "$@"
}

# The address of the Debian mirror that this machine installs from: apt knows it
# once it has package lists, else it is read from the source lists.
mirror() {
  local address
  address=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 2>/dev/null | head -1 || true)
  [ -n "$address" ] || address=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -v '^[[:space:]]*#' | grep -oE '[a-z+]+://[^[:space:]]+/debian/?([[:space:]]|$)' | head -1 || true)
  [ -n "$address" ] || die "no Debian mirror was found in /etc/apt/sources.list(.d)"
  printf '%s\n' ${address%/}
}

# Downloads and unpacks the source package into $work/source.
fetch_source() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg archive address
  for tool in apt-get dpkg-source; do
    command -v $tool >/dev/null || die "$tool was not found. Install it with: apt-get install dpkg-dev"
  done
  [ -f $keyring ] || die "$keyring is missing. Install it with: apt-get install debian-archive-keyring"
  archive=$cache/source
  state=$work/apt
  mkdir -p "$archive" "$state"/lists/partial "$state"/cache/archives/partial
  if ! compgen -G "$archive/${package}_$version.*.dsc" >/dev/null; then
    address=$(mirror)
    say "downloading the source package from $address"
    echo "deb-src [signed-by=$keyring] $address $suite main" >"$state/sources.list"
    suite_apt -qq update >&2 || die "the package lists of $suite could not be read"
    rm -rf "$work/download"
    mkdir -p "$work/download"
    (cd "$work/download" && suite_apt -qq source --download-only $package >&2) ||
      die "the source package $package could not be downloaded"
    compgen -G "$work/download/${package}_$version.*.dsc" >/dev/null ||
      die "$suite no longer has oneDNN $version, but: $(basename -a "$work"/download/*.dsc)"
    mv "$work"/download/* "$archive/"
  fi
  # apt-get checked the package list's signature and the files' hashes in it;
  # dpkg-source checks the files against the package description once more.
  say "unpacking $(basename "$archive/${package}_$version".*.dsc .dsc)"
  rm -rf "$work/source"
  dpkg-source --no-check -x "$archive/${package}_$version".*.dsc "$work/source" >/dev/null 2>&1 ||
    { rm -rf "$archive"; die "the source package is damaged; run this again to download it anew"; }
  touch "$work/unpacked"
}

build() {
  local source=${MLCC_ONEDNN_SOURCE:-} tool
  for tool in "$cxx:clang-22" cmake:cmake ninja:ninja-build; do
    command -v "${tool%%:*}" >/dev/null ||
      die "${tool%%:*} was not found. Install it with: apt-get install ${tool#*:}"
  done
  mkdir -p "$cache"
  # One build at a time, whoever starts it; the second finds the first's result.
  exec 9>"$cache/onednn.lock"
  flock -n 9 || { say "waiting for another build of oneDNN"; flock 9; }
  if [ -z "$force" ] && [ -d "$prefix" ]; then say "oneDNN is there: $prefix"; return; fi
  # An interrupted build is continued by the next.
  work=$prefix.build
  mkdir -p "$work"
  if [ -z "$source" ]; then
    [ -f "$work/unpacked" ] || fetch_source
    source=$work/source
  fi

  say "configuring oneDNN"
  cmake -S "$source" -B "$work/build" -G Ninja "${options[@]}" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_PROJECT_INCLUDE="$here/faster_build.cmake" \
    -DCMAKE_INSTALL_PREFIX="$prefix" >"$work/configure.log" 2>&1 ||
    { cat "$work/configure.log" >&2; die "oneDNN could not be configured"; }
  say "building oneDNN with $jobs jobs (about a quarter of an hour of CPU time)"
  NINJA_STATUS='[%f/%t] ' ninja -C "$work/build" -j "$jobs" 2>&1 | show_progress ||
    die "oneDNN could not be built"
  DESTDIR="$work/stage" cmake --install "$work/build" >/dev/null
  # The rename makes the finished copy appear at once or not at all.
  rm -rf "$prefix"
  mv "$work/stage$prefix" "$prefix"
  rm -rf "$work"
  say "oneDNN is in $prefix"
}

jobs=$(nproc) force=
while [ $# -gt 0 ]; do
  case $1 in
    --print-prefix) echo "$prefix"; exit 0 ;;
    --jobs) jobs=${2:?--jobs needs a number}; shift ;;
    --force) force=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
build
