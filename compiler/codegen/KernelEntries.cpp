//===- KernelEntries.cpp - Kernels as the ABI calls them ------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/CodegenPasses.h"
#include "dialects/rt/RT.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringMap.h"

namespace mlcc {
#define GEN_PASS_DEF_KERNELENTRIES
#include "compiler/codegen/CodegenPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// For each kernel: which places are aligned in every step that runs it.
static llvm::StringMap<llvm::BitVector> findAlignedPlaces(ModuleOp module) {
  llvm::StringMap<llvm::BitVector> aligned;
  module.walk([&](rt::StepKernelOp step) {
    auto places = step.getPlaces().getAsRange<rt::PlaceAttr>();
    auto [entry, isNew] = aligned.try_emplace(
        step.getKernel(), step.getPlaces().size(), /*t=*/true);
    for (auto [index, place] : llvm::enumerate(places))
      if (place.getSpace() == rt::Space::Input ||
          place.getSpace() == rt::Space::Output)
        entry->second.reset(index);
  });
  return aligned;
}

static void markPointers(LLVM::LLVMFuncOp kernel,
                         const llvm::BitVector &aligned) {
  OpBuilder builder(kernel.getContext());
  for (unsigned index = 0; index < aligned.size(); ++index) {
    unsigned argument = index + 2;
    kernel.setArgAttr(argument, LLVM::LLVMDialect::getNoAliasAttrName(),
                      builder.getUnitAttr());
    kernel.setArgAttr(argument, LLVM::LLVMDialect::getNonNullAttrName(),
                      builder.getUnitAttr());
    if (aligned.test(index))
      kernel.setArgAttr(argument, LLVM::LLVMDialect::getAlignAttrName(),
                        builder.getI64IntegerAttr(rt::placeAlignment));
  }
}

/// Writes
///   llvm.func internal @k.entry(%begin: i64, %end: i64, %places: !llvm.ptr) {
///     %0 = llvm.load %places[0]
///     ...
///     llvm.call @k(%begin, %end, %0, ...)
///     llvm.return
///   }
static void addEntry(LLVM::LLVMFuncOp kernel) {
  Location location = kernel.getLoc();
  OpBuilder builder(kernel);
  builder.setInsertionPointAfter(kernel);
  Type i64 = builder.getI64Type();
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(builder.getContext()), {i64, i64, pointer});
  auto entry = LLVM::LLVMFuncOp::create(builder, location,
                                        kernelEntryName(kernel.getSymName()),
                                        type, LLVM::Linkage::Internal);
  Block *block = entry.addEntryBlock(builder);
  builder.setInsertionPointToStart(block);
  SmallVector<Value> operands = {block->getArgument(0), block->getArgument(1)};
  for (unsigned index = 0; index + 2 < kernel.getNumArguments(); ++index) {
    Value slot = LLVM::GEPOp::create(
        builder, location, pointer, pointer, block->getArgument(2),
        ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)},
        LLVM::GEPNoWrapFlags::inbounds);
    operands.push_back(LLVM::LoadOp::create(builder, location, pointer, slot));
  }
  LLVM::CallOp::create(builder, location, kernel, operands);
  LLVM::ReturnOp::create(builder, location, ValueRange());
}

namespace {

class KernelEntriesPass
    : public mlcc::impl::KernelEntriesBase<KernelEntriesPass> {
public:
  void runOnOperation() override {
    llvm::StringMap<llvm::BitVector> aligned =
        findAlignedPlaces(getOperation());
    for (auto kernel : llvm::make_early_inc_range(
             getOperation().getOps<LLVM::LLVMFuncOp>())) {
      if (!kernel->hasAttr(rt::kernelAttrName))
        continue;
      auto places = aligned.find(kernel.getSymName());
      if (places == aligned.end()) {
        kernel.erase(); // no step runs it
        continue;
      }
      kernel.setLinkage(LLVM::Linkage::Internal);
      markPointers(kernel, places->second);
      addEntry(kernel);
    }
  }
};

} // namespace
