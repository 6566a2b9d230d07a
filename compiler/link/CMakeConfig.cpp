//===- CMakeConfig.cpp - CMake glue for compiled models -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/link/Link.h"

#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;

void mlcc::writeCMakeConfig(const LinkOptions &options, llvm::StringRef name,
                            llvm::raw_pwrite_stream &stream) {
  bool isStatic = options.kind == ArtefactKind::Static;
  stream << "# Made by mlcc with the compiled model. In CMakeLists.txt:\n"
         << "#   find_package(" << name
         << " CONFIG REQUIRED PATHS <this folder>)\n"
         << "#   target_link_libraries(app PRIVATE " << name << ")\n\n"
         << "set(MLCC_LIBRARY_DIR \"" << options.libraryDir
         << "\" CACHE PATH \"Folder of libmlcc_runtime.a\")\n"
         << "set(MLCC_INCLUDE_DIR \"" << options.includeDir
         << "\" CACHE PATH \"Folder of mlcc/runtime.h\")\n"
         << "if(NOT TARGET " << name << ")\n"
         << "  add_library(" << name << (isStatic ? " STATIC" : " SHARED")
         << " IMPORTED)\n"
         << "  set_target_properties(" << name << " PROPERTIES\n"
         << "    IMPORTED_LOCATION ${CMAKE_CURRENT_LIST_DIR}/"
         << llvm::sys::path::filename(options.output) << '\n'
         << "    INTERFACE_INCLUDE_DIRECTORIES "
            "\"${CMAKE_CURRENT_LIST_DIR};${MLCC_INCLUDE_DIR}\")\n";
  if (isStatic)
    stream << "  find_package(Threads REQUIRED)\n"
           << "  target_link_libraries(" << name << " INTERFACE\n"
           << "    ${MLCC_LIBRARY_DIR}/libmlcc_runtime.a\n"
           << "    ${MLCC_LIBRARY_DIR}/libdnnl.a\n"
           << "    Threads::Threads ${CMAKE_DL_LIBS} stdc++ m)\n";
  stream << "endif()\n";
}
