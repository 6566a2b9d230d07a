//===- WeightsObject.cpp - The weights as an object file ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Hundreds of megabytes would be copied several times on their way through LLVM
// constants and the assembler, so the object file is written by hand: an ELF
// header, one section of bytes, and the tables for one symbol.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Codegen.h"
#include "compiler/codegen/Descriptor.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/HostTensor.h"
#include "dialects/rt/RT.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlcc;
using namespace llvm;

namespace {

/// The strings of an ELF string table.
class StringTable {
public:
  uint32_t add(StringRef text) {
    uint32_t offset = data.size();
    data.append(text.begin(), text.end());
    data.push_back('\0');
    return offset;
  }
  std::string data = std::string(1, '\0');
};

// Sections, in the order of the file.
enum SectionNumber : uint16_t {
  NullSection,
  WeightsSection,
  SymbolsSection,
  StringsSection,
  StackNoteSection,
  SectionCount
};

} // namespace

static uint16_t elfMachine(const Triple &triple) {
  switch (triple.getArch()) {
  case Triple::x86_64:
    return ELF::EM_X86_64;
  case Triple::aarch64:
    return ELF::EM_AARCH64;
  case Triple::riscv64:
    return ELF::EM_RISCV;
  default:
    return ELF::EM_NONE;
  }
}

template <typename T>
static void writeStruct(raw_ostream &stream, const T &value) {
  stream.write(reinterpret_cast<const char *>(&value), sizeof(T));
}

static void pad(raw_pwrite_stream &stream, uint64_t position) {
  stream.write_zeros(position - stream.tell());
}

static ELF::Elf64_Shdr section(uint32_t name, uint32_t type, uint64_t flags,
                               uint64_t offset, uint64_t size,
                               uint64_t alignment) {
  ELF::Elf64_Shdr header = {};
  header.sh_name = name;
  header.sh_type = type;
  header.sh_flags = flags;
  header.sh_offset = offset;
  header.sh_size = size;
  header.sh_addralign = alignment;
  return header;
}

static ELF::Elf64_Ehdr fileHeader(uint16_t machine, uint64_t sectionTable) {
  ELF::Elf64_Ehdr header = {};
  llvm::copy(StringRef(ELF::ElfMagic, 4), header.e_ident);
  header.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
  header.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
  header.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
  header.e_type = ELF::ET_REL;
  header.e_machine = machine;
  header.e_version = ELF::EV_CURRENT;
  header.e_shoff = sectionTable;
  header.e_ehsize = sizeof(ELF::Elf64_Ehdr);
  header.e_shentsize = sizeof(ELF::Elf64_Shdr);
  header.e_shnum = SectionCount;
  header.e_shstrndx = StringsSection;
  return header;
}

/// The bytes of all weights, at their offsets from the stream's position.
static LogicalResult writeWeights(mlir::ModuleOp module,
                                  raw_pwrite_stream &stream) {
  uint64_t start = stream.tell();
  SmallVector<rt::WeightOp> weights(module.getOps<rt::WeightOp>());
  llvm::sort(weights, [](rt::WeightOp left, rt::WeightOp right) {
    return left.getOffset() < right.getOffset();
  });
  for (rt::WeightOp weight : weights) {
    auto tensor = nn::HostTensor::fromAttribute(weight.getValue());
    if (!tensor || start + weight.getOffset() < stream.tell())
      return emitError(weight.getLoc(), ErrorCode::CodegenFailed)
             << "the data of a constant is not available or overlaps another's";
    pad(stream, start + weight.getOffset());
    stream.write(tensor->bytes().data(), tensor->bytes().size());
  }
  return success();
}

LogicalResult mlcc::emitWeightsObject(mlir::ModuleOp module,
                                      const CodegenOptions &options,
                                      raw_pwrite_stream &stream) {
  Triple triple(sys::getDefaultTargetTriple());
  uint16_t machine = elfMachine(triple);
  if (machine == ELF::EM_NONE || !triple.isOSBinFormatELF())
    return emitError(module.getLoc(), ErrorCode::CodegenFailed)
           << "weights cannot be written for " << triple.str();

  StringTable strings;
  uint32_t symbolName = strings.add(weightsSymbol(options.name));
  // Beyond two gigabytes code could not reach what lies behind the weights in
  // the small code model; linkers put "large" sections out of the way.
  bool large = machine == ELF::EM_X86_64;
  uint32_t weightsName = strings.add(large ? ".lrodata.mlcc" : ".rodata.mlcc");
  uint32_t symbolsName = strings.add(".symtab");
  uint32_t stringsName = strings.add(".strtab");
  uint32_t stackName = strings.add(".note.GNU-stack");

  uint64_t bytes = weightsBytes(module);
  uint64_t weightsOffset = alignTo(sizeof(ELF::Elf64_Ehdr), rt::placeAlignment);
  uint64_t symbolsOffset = weightsOffset + bytes;
  uint64_t symbolsBytes = 2 * sizeof(ELF::Elf64_Sym);
  uint64_t stringsOffset = symbolsOffset + symbolsBytes;
  uint64_t sectionTable = alignTo(stringsOffset + strings.data.size(), 8);

  writeStruct(stream, fileHeader(machine, sectionTable));
  pad(stream, weightsOffset);
  if (failed(writeWeights(module, stream)))
    return failure();
  pad(stream, symbolsOffset);

  ELF::Elf64_Sym symbol = {};
  writeStruct(stream, symbol);
  symbol.st_name = symbolName;
  symbol.setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  symbol.st_other = ELF::STV_HIDDEN;
  symbol.st_shndx = WeightsSection;
  symbol.st_size = bytes;
  writeStruct(stream, symbol);
  stream << strings.data;
  pad(stream, sectionTable);

  writeStruct(stream, ELF::Elf64_Shdr{});
  writeStruct(stream,
              section(weightsName, ELF::SHT_PROGBITS,
                      ELF::SHF_ALLOC | (large ? ELF::SHF_X86_64_LARGE : 0),
                      weightsOffset, bytes, rt::placeAlignment));
  ELF::Elf64_Shdr symbols =
      section(symbolsName, ELF::SHT_SYMTAB, 0, symbolsOffset, symbolsBytes, 8);
  symbols.sh_link = StringsSection;
  symbols.sh_info = 1; // the first symbol that is not local
  symbols.sh_entsize = sizeof(ELF::Elf64_Sym);
  writeStruct(stream, symbols);
  writeStruct(stream, section(stringsName, ELF::SHT_STRTAB, 0, stringsOffset,
                              strings.data.size(), 1));
  writeStruct(stream,
              section(stackName, ELF::SHT_PROGBITS, 0, sectionTable, 0, 1));
  return success();
}
