# Sourced by ./quickstart and ./test: from a bare Debian 12 or 13 to a built mlcc.
# After set_up, $build is the build folder and $source_dir the root of the sources.

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${MLCC_BUILD:-$source_dir/build}
. "$source_dir/cmake/progress.sh"
log=$build/setup.log

# Package and what it is for.
packages='
clang-22:the C++ compiler
lld-22:the linker
g++:the C++ standard library
cmake:configuring the build
ninja-build:running the build
ccache:repeated builds
libmlir-22-dev:the compiler infrastructure MLIR
mlir-22-tools:the generators of MLIR
llvm-22-dev:the code generator LLVM
llvm-22-tools:the test tools lit and FileCheck
protobuf-compiler:reading ONNX files
libprotobuf-dev:reading ONNX files
libcli11-dev:command lines
nlohmann-json3-dev:reports
libstb-dev:reading pictures
libspdlog-dev:the build of oneDNN
dpkg-dev:unpacking the source package of oneDNN
debian-archive-keyring:checking the source package of oneDNN
libgtest-dev:unit tests
libgmock-dev:unit tests
libbenchmark-dev:benchmarks
python3-numpy:end-to-end tests
python3-onnx:end-to-end tests
valgrind:memory checks
'

# Runs a command with its output in the log; shows the end of the log if it fails.
quietly() {
  "$@" >>"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
}

install_packages() {
  local package reason missing=() as_root=()
  while IFS=: read -r package reason; do
    [ -n "$package" ] || continue
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
      say "  needed: $package ($reason)"
    fi
  done <<<"$packages"
  if [ ${#missing[@]} = 0 ]; then say "  all there"; return; fi

  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "run this as root, or install the packages first: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  local get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -o Acquire::Retries=3)
  say "installing ${#missing[@]} packages"
  # The package lists are fetched anew only where the present ones do not do.
  if ! "${get[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    say "  reading the package lists anew"
    quietly "${get[@]}" update || die "apt-get update failed; is the machine connected? ($log)"
    quietly "${get[@]}" install --no-install-recommends "${missing[@]}" ||
      die "the packages could not be installed; mlcc needs Debian 12 or 13 with security updates ($log)"
  fi
}

# set_up [TARGET...]: packages, oneDNN, configuration, build of the targets.
set_up() {
  local options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22
                 -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld
                 -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  [ -z "${CI:-}" ] || options+=(-DMLCC_WERROR=ON)
  command -v apt-get >/dev/null || die "this script needs Debian 12 or 13; docs/development.md says how to build elsewhere"
  mkdir -p "$build"
  : >"$log"

  say "1/4 packages"
  install_packages
  say "2/4 oneDNN"
  "$source_dir/cmake/onednn/build.sh" || die "oneDNN could not be built"
  say "3/4 configuration"
  quietly cmake -S "$source_dir" -B "$build" -G Ninja "${options[@]}" || die "the configuration failed ($log)"
  say "4/4 building mlcc in $build"
  # Precompiled headers are safe to cache: they carry no time stamp.
  CCACHE_SLOPPINESS=pch_defines,time_macros NINJA_STATUS='[%f/%t] ' \
    ninja -C "$build" "$@" 2>&1 | show_progress || die "the build failed"
}
