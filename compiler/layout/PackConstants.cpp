//===- PackConstants.cpp - Executes the reorders of constants -------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The compiler holds each weight twice for a moment only: as soon as the last
// user of a constant is packed, the constant's memory is given back.
//
//===----------------------------------------------------------------------===//

#include "compiler/layout/Forms.h"
#include "compiler/layout/LayoutPasses.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/NN.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <dnnl_threadpool.hpp>

using namespace mlir;

namespace mlcc {
#define GEN_PASS_DEF_PACKCONSTANTS
#include "compiler/layout/LayoutPasses.h.inc"
} // namespace mlcc

using namespace mlcc;

/// The attribute of a constant op; null for other ops.
static ElementsAttr constantValue(Operation *op) {
  if (auto constant = dyn_cast_or_null<nn::ConstantOp>(op))
    return constant.getValue();
  if (auto constant = dyn_cast_or_null<dnn::ConstantOp>(op))
    return constant.getValue();
  return {};
}

/// The constant op that `value` is, or is a view of.
static Operation *constantUnderViews(Value value) {
  while (auto view = value.getDefiningOp<dnn::ViewOp>())
    value = view.getSrc();
  Operation *op = value.getDefiningOp();
  return constantValue(op) ? op : nullptr;
}

namespace {
/// Knows which constants share memory, and gives it back after the last one.
class BlobUsers {
public:
  void add(Operation *constant) {
    if (auto resource =
            dyn_cast<DenseResourceElementsAttr>(constantValue(constant)))
      if (AsmResourceBlob *blob = resource.getRawHandle().getBlob()) {
        Users &users = byMemory[blob->getData().data()];
        users.blobs.insert(blob);
        ++users.constants;
      }
  }

  /// Forgets a constant that is erased. Returns the bytes given back.
  int64_t remove(ElementsAttr value) {
    auto resource = dyn_cast<DenseResourceElementsAttr>(value);
    AsmResourceBlob *blob =
        resource ? resource.getRawHandle().getBlob() : nullptr;
    if (!blob)
      return 0;
    auto users = byMemory.find(blob->getData().data());
    if (users == byMemory.end() || --users->second.constants > 0)
      return 0;
    int64_t bytes = blob->getData().size();
    for (AsmResourceBlob *shared : users->second.blobs)
      *shared = AsmResourceBlob(ArrayRef<char>(), /*dataAlignment=*/1,
                                /*deleter=*/{}, /*dataIsMutable=*/false);
    byMemory.erase(users);
    return bytes;
  }

private:
  struct Users {
    llvm::SmallPtrSet<AsmResourceBlob *, 1> blobs;
    size_t constants = 0;
  };
  llvm::DenseMap<const char *, Users> byMemory;
};

struct PackConstantsPass : mlcc::impl::PackConstantsBase<PackConstantsPass> {
  using PackConstantsBase::PackConstantsBase;
  void runOnOperation() override;

private:
  LogicalResult pack(dnn::ReorderOp reorder);
  ElementsAttr execute(dnn::ReorderOp reorder, ElementsAttr value);
  void eraseUnused(Value value);

  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  BlobUsers blobs;
  /// By the constant's attribute and the types before and after.
  DenseMap<std::tuple<Attribute, Type, Type>, ElementsAttr> packedValues;
};
} // namespace

/// Memory for oneDNN, freed with the blob.
static AsmResourceBlob allocateBlob(size_t bytes) {
  constexpr size_t cacheLine = 64;
  return HeapAsmResourceBlob::allocate(bytes, cacheLine);
}

/// The packed bytes of `reorder` of a constant, as tensor<Nxi8>; null if the
/// constant's data is not available.
ElementsAttr PackConstantsPass::execute(dnn::ReorderOp reorder,
                                        ElementsAttr value) {
  std::optional<nn::HostTensor> source = nn::HostTensor::fromAttribute(value);
  if (!source)
    return {};
  auto describe = [](Value value) {
    return makeDesc(
        dnn::tensorSpec(cast<RankedTensorType>(value.getType()), 0));
  };
  dnnl::memory::desc from = describe(reorder.getSrc());
  dnnl::memory::desc to = describe(reorder.getResult());

  AsmResourceBlob blob = allocateBlob(to.get_size());
  // oneDNN only reads it.
  dnnl::memory input(from, engine, const_cast<char *>(source->bytes().data()));
  dnnl::memory output(to, engine, blob.getMutableData().data());
  dnnl::stream stream =
      dnnl::threadpool_interop::make_stream(engine, /*threadpool=*/nullptr);
  dnnl::reorder(input, output).execute(stream, input, output);
  stream.wait();

  auto type = RankedTensorType::get({static_cast<int64_t>(to.get_size())},
                                    IntegerType::get(reorder.getContext(), 8));
  return DenseResourceElementsAttr::get(type, "packed", std::move(blob));
}

/// Erases the views and the constant under `value` that nothing uses.
void PackConstantsPass::eraseUnused(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!op->use_empty())
      return;
    if (ElementsAttr constant = constantValue(op)) {
      op->erase();
      freedBytes += blobs.remove(constant);
      return;
    }
    auto view = dyn_cast<dnn::ViewOp>(op);
    if (!view)
      return;
    value = view.getSrc();
    op->erase();
  }
}

LogicalResult PackConstantsPass::pack(dnn::ReorderOp reorder) {
  Value source = reorder.getSrc();
  ElementsAttr value = constantValue(constantUnderViews(source));
  ElementsAttr &result =
      packedValues[{value, source.getType(), reorder.getResult().getType()}];
  if (!result) {
    try {
      result = execute(reorder, value);
    } catch (const dnnl::error &error) {
      return emitError(reorder.getLoc(), ErrorCode::PrimitiveFailed)
             << "a constant cannot be packed: " << error.what();
    }
    if (!result)
      return emitError(reorder.getLoc(), ErrorCode::StageFailed)
             << "the data of a constant is not available";
    ++packed;
    packedBytes += result.getNumElements();
  }
  OpBuilder builder(reorder);
  auto constant = dnn::ConstantOp::create(
      builder, reorder.getLoc(), reorder.getResult().getType(), result);
  reorder.getResult().replaceAllUsesWith(constant);
  reorder.erase();
  eraseUnused(source);
  return success();
}

void PackConstantsPass::runOnOperation() {
  SmallVector<dnn::ReorderOp> reorders;
  getOperation().walk([&](Operation *op) {
    if (constantValue(op))
      blobs.add(op);
    if (auto reorder = dyn_cast<dnn::ReorderOp>(op))
      reorders.push_back(reorder);
  });
  // In the order of the ops, so that the source of a second reorder is a
  // constant already.
  for (dnn::ReorderOp reorder : reorders)
    if (constantUnderViews(reorder.getSrc()) && failed(pack(reorder)))
      return signalPassFailure();
}
