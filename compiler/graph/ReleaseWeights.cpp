//===- ReleaseWeights.cpp - Memory of weights that nothing refers to ------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/graph/GraphPasses.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/DenseSet.h"

namespace mlcc {
#define GEN_PASS_DEF_RELEASEWEIGHTS
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

/// The names of all resource blobs that attributes in `module` refer to.
static llvm::DenseSet<StringRef> referredBlobs(ModuleOp module) {
  llvm::DenseSet<StringRef> names;
  module.walk([&](Operation *op) {
    for (NamedAttribute attribute : op->getAttrs())
      attribute.getValue().walk([&](DenseResourceElementsAttr resource) {
        names.insert(resource.getRawHandle().getKey());
      });
  });
  return names;
}

namespace {
class ReleaseWeights : public mlcc::impl::ReleaseWeightsBase<ReleaseWeights> {
  void runOnOperation() override {
    llvm::DenseSet<StringRef> referred = referredBlobs(getOperation());
    auto &manager =
        DenseResourceElementsHandle::getManagerInterface(&getContext())
            .getBlobManager();
    SmallVector<StringRef> unused;
    manager.getBlobMap([&](const auto &map) {
      for (const auto &entry : map)
        if (!referred.contains(entry.getKey()) && entry.getValue().getBlob())
          unused.push_back(entry.getKey());
    });
    for (StringRef name : unused) {
      DialectResourceBlobManager::BlobEntry *entry = manager.lookup(name);
      releasedBytes += entry->getBlob()->getData().size();
      entry->setBlob(AsmResourceBlob());
    }
  }
};
} // namespace
