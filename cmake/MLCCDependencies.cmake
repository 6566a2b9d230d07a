# Finds every dependency and names the package to install where one is missing.

# mlcc_require(NAME PACKAGE [find_package arguments...])
macro(mlcc_require name package)
  find_package(${name} ${ARGN} QUIET)
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR
      "${name} was not found. Install it with: apt-get install ${package}\n"
      "(or run ./quickstart, which installs everything that is missing)")
  endif()
  message(STATUS "${name}: ${${name}_VERSION}")
endmacro()

list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
mlcc_require(MLIR "libmlir-22-dev mlir-22-tools llvm-22-dev" CONFIG)
if(LLVM_VERSION_MAJOR LESS 22)
  message(FATAL_ERROR "LLVM/MLIR 22 or newer is needed, found ${LLVM_VERSION}. "
                      "Install it with: apt-get install libmlir-22-dev")
endif()
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

mlcc_require(Protobuf "protobuf-compiler libprotobuf-dev")
mlcc_require(CLI11 libcli11-dev CONFIG)
mlcc_require(nlohmann_json nlohmann-json3-dev CONFIG)
mlcc_require(Threads libc6-dev)
if(MLCC_BUILD_TESTS)
  mlcc_require(GTest "libgtest-dev libgmock-dev")
  if(NOT TARGET GTest::gmock)
    message(FATAL_ERROR "GoogleMock was not found. Install it with: apt-get install libgmock-dev")
  endif()
  mlcc_require(benchmark libbenchmark-dev CONFIG)
endif()
find_path(MLCC_STB_INCLUDE stb/stb_image.h)
if(NOT MLCC_STB_INCLUDE)
  message(FATAL_ERROR "stb_image.h was not found. Install it with: apt-get install libstb-dev")
endif()

# oneDNN 3.x with the thread-pool runtime: built once per machine by
# cmake/onednn/build.sh, or an installed one that qualifies.
if(NOT MLCC_ONEDNN_DIR)
  execute_process(COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cmake/onednn/build.sh --print-prefix
                  OUTPUT_VARIABLE MLCC_ONEDNN_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
unset(dnnl_DIR CACHE) # A new version or new options have another prefix.
find_package(dnnl 3.5 QUIET CONFIG PATHS ${MLCC_ONEDNN_DIR} NO_DEFAULT_PATH)
if(NOT dnnl_FOUND)
  find_package(dnnl 3.5 QUIET CONFIG)
endif()
if(NOT dnnl_FOUND OR NOT DNNL_CPU_RUNTIME STREQUAL "THREADPOOL")
  message(FATAL_ERROR
    "oneDNN 3.5 or newer with the THREADPOOL runtime was not found. Build it with: cmake/onednn/build.sh\n"
    "(about eight minutes on two cores, once per machine)")
endif()
message(STATUS "oneDNN: ${dnnl_VERSION} (${dnnl_DIR})")

# For tests and generated documents. The distribution's Python comes first: it
# is the one that has the distribution's packages.
find_program(MLCC_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(MLCC_PYTHON NAMES python3)
