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
#include <set>

namespace mlcc {
#define GEN_PASS_DEF_RELEASEWEIGHTS
#include "compiler/graph/GraphPasses.h.inc"
} // namespace mlcc

using namespace mlir;
using namespace mlcc;

namespace {
/// The resource blobs that a module refers to.
class ReferredBlobs {
public:
  explicit ReferredBlobs(ModuleOp module) {
    module.walk([&](Operation *op) {
      for (NamedAttribute attribute : op->getAttrs())
        attribute.getValue().walk([&](DenseResourceElementsAttr resource) {
          insert(*resource.getRawHandle().getResource());
        });
    });
  }

  /// Whether the blob is referred to, or one that is lies in its memory: a
  /// folded reshape is a view.
  bool needs(const DialectResourceBlobManager::BlobEntry &entry) const {
    if (names.contains(entry.getKey()))
      return true;
    ArrayRef<char> data = entry.getBlob()->getData();
    auto inside = addresses.lower_bound(data.begin());
    return inside != addresses.end() && *inside < data.end();
  }

private:
  void insert(const DialectResourceBlobManager::BlobEntry &entry) {
    names.insert(entry.getKey());
    if (const AsmResourceBlob *blob = entry.getBlob())
      addresses.insert(blob->getData().begin());
  }

  llvm::DenseSet<StringRef> names;
  std::set<const char *> addresses;
};

class ReleaseWeights : public mlcc::impl::ReleaseWeightsBase<ReleaseWeights> {
  void runOnOperation() override {
    ReferredBlobs referred(getOperation());
    auto &manager =
        DenseResourceElementsHandle::getManagerInterface(&getContext())
            .getBlobManager();
    SmallVector<StringRef> unused;
    manager.getBlobMap([&](const auto &map) {
      for (const auto &entry : map)
        if (entry.getValue().getBlob() && !referred.needs(entry.getValue()))
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
