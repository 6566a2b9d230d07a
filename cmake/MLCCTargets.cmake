# Compile options shared by all targets, and one function per kind of target.

add_library(mlcc_options INTERFACE)
target_compile_options(mlcc_options INTERFACE -Wall -Wextra -Wno-unused-parameter)
if(MLCC_WERROR)
  target_compile_options(mlcc_options INTERFACE -Werror)
endif()
if(MLCC_SANITIZE)
  target_compile_options(mlcc_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(mlcc_options INTERFACE -fsanitize=address,undefined)
endif()

# TableGen files are included by their path from the project's root.
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})

# What sources that use MLIR see. The headers are SYSTEM: their warnings are not ours.
add_library(mlcc_mlir INTERFACE)
target_include_directories(mlcc_mlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_include_directories(mlcc_mlir INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
target_link_libraries(mlcc_mlir INTERFACE mlcc_options MLIR LLVM)

# Most of the time that an MLIR source takes to compile is spent in the same
# headers, so all compiler targets share one precompiled header.
file(WRITE ${PROJECT_BINARY_DIR}/mlcc_pch.cpp "// Carries the shared precompiled header.\n")
add_library(mlcc_pch OBJECT ${PROJECT_BINARY_DIR}/mlcc_pch.cpp)
target_link_libraries(mlcc_pch PUBLIC mlcc_mlir)
target_precompile_headers(mlcc_pch PRIVATE
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/Math/IR/Math.h>
  <mlir/Dialect/MemRef/IR/MemRef.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/DialectResourceBlobManager.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Pass/Pass.h>
  <mlir/Pass/PassManager.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Without a time stamp the precompiled header can be cached by ccache.
  target_compile_options(mlcc_pch PUBLIC "SHELL:-Xclang -fno-pch-timestamp")
endif()

# mlcc_add_library(NAME SOURCES... [LINK LIBRARIES...] [DEPENDS TARGETS...])
# A static library of the compiler; all see MLIR.
function(mlcc_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC mlcc_mlir ${ARG_LINK})
  target_precompile_headers(${name} REUSE_FROM mlcc_pch)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()
