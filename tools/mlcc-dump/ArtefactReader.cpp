//===- ArtefactReader.cpp - Memory of a program that does not run ---------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/mlcc-dump/ArtefactReader.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/Archive.h"

#include <cstring>

using namespace llvm;
using namespace mlcc::tools;

// Files may be damaged: everything is read by ELFFile, whose functions give
// errors, not by ObjectFile, which ends the program.
using ElfTypes = object::ELF64LE;

Expected<ArtefactReader> ArtefactReader::open(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return errorCodeToError(buffer.getError());
  ArtefactReader reader;
  reader.file = std::move(*buffer);
  if (Error error = reader.load())
    return std::move(error);
  llvm::sort(reader.segments, [](const Segment &left, const Segment &right) {
    return left.address < right.address;
  });
  return reader;
}

static bool isElf(StringRef bytes) {
  return bytes.size() > ELF::EI_DATA && bytes.starts_with(ELF::ElfMagic) &&
         bytes[ELF::EI_CLASS] == ELF::ELFCLASS64 &&
         bytes[ELF::EI_DATA] == ELF::ELFDATA2LSB;
}

Error ArtefactReader::load() {
  if (isElf(file->getBuffer())) {
    Expected<Elf> elf = Elf::create(file->getBuffer());
    if (!elf)
      return elf.takeError();
    return elf->getHeader().e_type == ELF::ET_REL ? loadObjects(*elf)
                                                  : loadImage(*elf);
  }
  if (identify_magic(file->getBuffer()) != file_magic::archive)
    return createStringError("not an executable, a library or an object of a "
                             "64-bit little-endian machine");
  auto archive = object::Archive::create(*file);
  if (!archive)
    return archive.takeError();
  std::vector<Elf> objects;
  Error problem = Error::success();
  for (const object::Archive::Child &child : (*archive)->children(problem)) {
    Expected<StringRef> bytes = child.getBuffer();
    if (!bytes)
      return joinErrors(bytes.takeError(), std::move(problem));
    // Not everything in a library is an object.
    if (!isElf(*bytes))
      continue;
    Expected<Elf> elf = Elf::create(*bytes);
    if (!elf)
      return joinErrors(elf.takeError(), std::move(problem));
    if (elf->getHeader().e_type == ELF::ET_REL)
      objects.push_back(*elf);
  }
  return problem ? std::move(problem) : loadObjects(objects);
}

void ArtefactReader::addModel(StringRef symbol, uint64_t address) {
  if (symbol.consume_front("mlcc_model_"))
    found[symbol.str()] = address;
}

static StringRef toText(ArrayRef<uint8_t> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// Whether the section has bytes in memory that are in the file.
static bool hasBytes(const ElfTypes::Shdr &section) {
  return section.sh_flags & ELF::SHF_ALLOC &&
         section.sh_type != ELF::SHT_NOBITS && section.sh_size > 0;
}

/// Calls `visit` for the symbols of all tables, with their names.
template <typename Visit>
static Error forEachSymbol(const object::ELFFile<ElfTypes> &elf, Visit visit) {
  auto sections = elf.sections();
  if (!sections)
    return sections.takeError();
  for (const ElfTypes::Shdr &section : *sections) {
    if (section.sh_type != ELF::SHT_SYMTAB &&
        section.sh_type != ELF::SHT_DYNSYM)
      continue;
    auto symbols = elf.symbols(&section);
    if (!symbols)
      return symbols.takeError();
    Expected<StringRef> names = elf.getStringTableForSymtab(section);
    if (!names)
      return names.takeError();
    for (const ElfTypes::Sym &symbol : *symbols) {
      Expected<StringRef> name = symbol.getName(*names);
      if (!name)
        return name.takeError();
      visit(symbol, *name);
    }
  }
  return Error::success();
}

/// The symbol that a relocation of `section` names; null if it names none.
static Expected<const ElfTypes::Sym *>
symbolOf(const object::ELFFile<ElfTypes> &elf, const ElfTypes::Shdr &section,
         const ElfTypes::Rela &relocation) {
  auto table = elf.getSection(section.sh_link);
  if (!table)
    return table.takeError();
  return elf.getRelocationSymbol(relocation, *table);
}

//===----------------------------------------------------------------------===//
// Linked files
//===----------------------------------------------------------------------===//

/// Collects sections, the loader's relocations, and symbols of models.
Error ArtefactReader::loadImage(const Elf &image) {
  auto sections = image.sections();
  if (!sections)
    return sections.takeError();
  for (const ElfTypes::Shdr &section : *sections) {
    if (!hasBytes(section))
      continue;
    auto bytes = image.getSectionContents(section);
    if (!bytes)
      return bytes.takeError();
    segments.push_back({section.sh_addr, toText(*bytes)});
    if (section.sh_type != ELF::SHT_RELA)
      continue;
    auto relas = image.relas(section);
    if (!relas)
      return relas.takeError();
    for (const ElfTypes::Rela &relocation : *relas) {
      uint64_t value = relocation.r_addend;
      auto symbol = symbolOf(image, section, relocation);
      if (!symbol)
        return symbol.takeError();
      if (*symbol)
        value += (*symbol)->st_value;
      relocations[relocation.r_offset] = value;
    }
  }
  return forEachSymbol(image, [&](const ElfTypes::Sym &symbol, StringRef name) {
    addModel(name, symbol.st_value);
  });
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

namespace {
/// Where sections and symbols of objects would lie.
class ObjectLayout {
public:
  void add(const ElfTypes::Shdr &section) {
    uint64_t alignment = std::max<uint64_t>(section.sh_addralign, 1);
    end = (end + alignment - 1) / alignment * alignment;
    addresses[&section] = end;
    end += section.sh_size;
  }
  /// 0 for a section that will not be in memory.
  uint64_t addressOf(const ElfTypes::Shdr &section) const {
    return addresses.lookup(&section);
  }
  /// The address of a symbol of an object; nothing if that does not define it.
  std::optional<uint64_t> addressOf(ArrayRef<ElfTypes::Shdr> sections,
                                    const ElfTypes::Sym &symbol) const {
    if (symbol.st_shndx == ELF::SHN_UNDEF || symbol.st_shndx >= sections.size())
      return std::nullopt;
    uint64_t section = addressOf(sections[symbol.st_shndx]);
    return section ? std::optional(section + symbol.st_value) : std::nullopt;
  }

  /// Symbols that all objects see.
  StringMap<uint64_t> globals;

private:
  /// Nothing lies at zero, which is the null pointer.
  uint64_t end = 4096;
  DenseMap<const ElfTypes::Shdr *, uint64_t> addresses;
};
} // namespace

/// Whether the relocation puts an address of 8 bytes.
static bool isPointer(const ElfTypes::Rela &relocation, uint16_t machine) {
  uint32_t type = relocation.getType(/*isMips64EL=*/false);
  return machine == ELF::EM_AARCH64 ? type == ELF::R_AARCH64_ABS64
                                    : type == ELF::R_X86_64_64;
}

/// Enters what the object's pointers will hold into `relocations`.
static Error relocate(const object::ELFFile<ElfTypes> &object,
                      const ObjectLayout &layout,
                      std::map<uint64_t, uint64_t> &relocations) {
  auto sections = object.sections();
  if (!sections)
    return sections.takeError();
  for (const ElfTypes::Shdr &section : *sections) {
    if (section.sh_type != ELF::SHT_RELA ||
        section.sh_info >= sections->size() ||
        !layout.addressOf((*sections)[section.sh_info]))
      continue;
    uint64_t base = layout.addressOf((*sections)[section.sh_info]);
    auto relas = object.relas(section);
    if (!relas)
      return relas.takeError();
    auto table = object.getSection(section.sh_link);
    if (!table)
      return table.takeError();
    Expected<StringRef> names = object.getStringTableForSymtab(**table);
    if (!names)
      return names.takeError();
    for (const ElfTypes::Rela &relocation : *relas) {
      if (!isPointer(relocation, object.getHeader().e_machine))
        continue;
      auto symbol = object.getRelocationSymbol(relocation, *table);
      if (!symbol)
        return symbol.takeError();
      if (!*symbol)
        continue;
      Expected<StringRef> name = (*symbol)->getName(*names);
      if (!name)
        return name.takeError();
      auto address = layout.addressOf(*sections, **symbol);
      relocations[base + relocation.r_offset] =
          address.value_or(layout.globals.lookup(*name)) + relocation.r_addend;
    }
  }
  return Error::success();
}

Error ArtefactReader::loadObjects(ArrayRef<Elf> objects) {
  ObjectLayout layout;
  for (const Elf &object : objects) {
    auto sections = object.sections();
    if (!sections)
      return sections.takeError();
    for (const ElfTypes::Shdr &section : *sections) {
      if (section.sh_flags & ELF::SHF_ALLOC)
        layout.add(section);
      if (!hasBytes(section))
        continue;
      auto bytes = object.getSectionContents(section);
      if (!bytes)
        return bytes.takeError();
      segments.push_back({layout.addressOf(section), toText(*bytes)});
    }
    auto define = [&](const ElfTypes::Sym &symbol, StringRef name) {
      auto address = layout.addressOf(*sections, symbol);
      if (!address || symbol.getBinding() == ELF::STB_LOCAL)
        return;
      layout.globals.try_emplace(name, *address);
      addModel(name, *address);
    };
    if (Error error = forEachSymbol(object, define))
      return error;
  }
  for (const Elf &object : objects)
    if (Error error = relocate(object, layout, relocations))
      return error;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

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
       count >= 8 && pointer != relocations.end() &&
       pointer->first - address <= count - 8;
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
