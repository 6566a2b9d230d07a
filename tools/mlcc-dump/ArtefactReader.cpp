//===- ArtefactReader.cpp - Memory of a program that does not run ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/mlcc-dump/ArtefactReader.h"

#include "llvm/ADT/StringExtras.h"

#include <cstring>

using namespace llvm;
using namespace mlcc::tools;

Expected<ArtefactReader> ArtefactReader::open(StringRef path) {
  auto file = object::ObjectFile::createObjectFile(path);
  if (!file)
    return file.takeError();
  ArtefactReader reader;
  reader.file = std::move(*file);
  if (Error error = reader.load())
    return std::move(error);
  return reader;
}

/// Collects sections, the loader's relocations, and symbols of models.
Error ArtefactReader::load() {
  auto *elf = dyn_cast<object::ELF64LEObjectFile>(file.getBinary());
  if (!elf || elf->isRelocatableObject())
    return createStringError("not an executable or shared library of a 64-bit "
                             "little-endian machine");
  for (const object::SectionRef &section : elf->sections()) {
    if (section.isVirtual() || section.getAddress() == 0)
      continue;
    Expected<StringRef> bytes = section.getContents();
    if (!bytes)
      return bytes.takeError();
    segments.push_back({section.getAddress(), *bytes});
  }
  llvm::sort(segments, [](const Segment &left, const Segment &right) {
    return left.address < right.address;
  });

  for (const object::SectionRef &section :
       file.getBinary()->dynamic_relocation_sections())
    for (const object::ELFRelocationRef relocation : section.relocations()) {
      Expected<int64_t> addend = relocation.getAddend();
      if (!addend) {
        consumeError(addend.takeError());
        continue;
      }
      uint64_t value = *addend;
      if (auto symbol = relocation.getSymbol(); symbol != elf->symbol_end()) {
        Expected<uint64_t> base = symbol->getAddress();
        if (base)
          value += *base;
        else
          consumeError(base.takeError());
      }
      relocations[relocation.getOffset()] = value;
    }

  auto visit = [&](const object::SymbolRef &symbol) {
    Expected<StringRef> name = symbol.getName();
    Expected<uint64_t> address = symbol.getAddress();
    StringRef prefix = "mlcc_model_";
    if (name && address && name->starts_with(prefix))
      found[name->drop_front(prefix.size()).str()] = *address;
    consumeError(name.takeError());
    consumeError(address.takeError());
  };
  for (const object::SymbolRef &symbol : elf->symbols())
    visit(symbol);
  for (const object::SymbolRef &symbol : elf->getDynamicSymbolIterators())
    visit(symbol);
  return Error::success();
}

Error ArtefactReader::readBytes(uint64_t address, uint64_t count,
                                char *target) const {
  auto next = llvm::upper_bound(segments, address,
                                [](uint64_t address, const Segment &segment) {
                                  return address < segment.address;
                                });
  if (next == segments.begin())
    return createStringError("the descriptor points out of the file");
  const Segment &segment = *std::prev(next);
  uint64_t offset = address - segment.address;
  if (offset > segment.bytes.size() || count > segment.bytes.size() - offset)
    return createStringError("the descriptor points out of the file");
  std::memcpy(target, segment.bytes.data() + offset, count);
  for (auto pointer = relocations.lower_bound(address);
       pointer != relocations.end() && pointer->first + 8 <= address + count;
       ++pointer)
    std::memcpy(target + (pointer->first - address), &pointer->second, 8);
  return Error::success();
}

Expected<std::string> ArtefactReader::readString(const char *address) const {
  std::string text;
  for (uint64_t position = reinterpret_cast<uint64_t>(address);; ++position) {
    Expected<char> letter = read<char>(position);
    if (!letter)
      return letter.takeError();
    if (*letter == '\0')
      return text;
    text.push_back(*letter);
  }
}
