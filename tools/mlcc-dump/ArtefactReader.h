//===- ArtefactReader.h - Memory of a program that does not run --*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_TOOLS_MLCC_DUMP_ARTEFACTREADER_H
#define MLCC_TOOLS_MLCC_DUMP_ARTEFACTREADER_H

#include "llvm/Object/ELF.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <map>
#include <string>
#include <vector>

namespace mlcc::tools {

/// Reads constants of an executable or shared library as they would be in
/// memory after loading at address zero, and those of an object or a static
/// library as if its sections were linked one behind the other.
class ArtefactReader {
public:
  static llvm::Expected<ArtefactReader> open(llvm::StringRef path);

  /// The addresses of the models in the file, by name.
  const std::map<std::string, uint64_t> &models() const { return found; }

  /// The object at `address`, its pointers relocated. All reads are checked
  /// against the file.
  template <typename T> llvm::Expected<T> read(uint64_t address) const {
    T value;
    if (llvm::Error error =
            readBytes(address, sizeof(T), reinterpret_cast<char *>(&value)))
      return std::move(error);
    return value;
  }
  template <typename T>
  llvm::Expected<std::vector<T>> readArray(const T *address,
                                           uint64_t count) const {
    std::vector<T> values;
    for (uint64_t index = 0; index < count; ++index) {
      auto value =
          read<T>(reinterpret_cast<uint64_t>(address) + index * sizeof(T));
      if (!value)
        return value.takeError();
      values.push_back(*value);
    }
    return values;
  }
  /// A string that ends with a zero.
  llvm::Expected<std::string> readString(const char *address) const;

private:
  struct Segment {
    uint64_t address;
    llvm::StringRef bytes;
  };

  using Elf = llvm::object::ELFFile<llvm::object::ELF64LE>;

  llvm::Error readBytes(uint64_t address, uint64_t count, char *target) const;
  llvm::Error load();
  llvm::Error loadImage(const Elf &image);
  /// Objects that are not linked yet.
  llvm::Error loadObjects(llvm::ArrayRef<Elf> objects);
  void addModel(llvm::StringRef symbol, uint64_t address);

  std::unique_ptr<llvm::MemoryBuffer> file;
  std::vector<Segment> segments;
  /// Address of a pointer -> what the loader makes of it.
  std::map<uint64_t, uint64_t> relocations;
  std::map<std::string, uint64_t> found;
};

} // namespace mlcc::tools

#endif // MLCC_TOOLS_MLCC_DUMP_ARTEFACTREADER_H
