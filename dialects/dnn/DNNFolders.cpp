//===- DNNFolders.cpp - Reorders and views that cancel out ----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dnn/DNN.h"
#include "dialects/nn/Again.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::dnn;

/// A reorder to the type it comes from is nothing; one of another reorder that
/// does not convert starts from that one's source.
OpFoldResult ReorderOp::fold(FoldAdaptor) {
  if (getSrc().getType() == getResult().getType())
    return getSrc();
  auto first = getSrc().getDefiningOp<ReorderOp>();
  if (!first || first.getSrc().getType().getElementType() !=
                    first.getResult().getType().getElementType())
    return {};
  if (first.getSrc().getType() == getResult().getType())
    return first.getSrc();
  getSrcMutable().assign(first.getSrc());
  return getResult();
}

/// A view of a view is a view of the first one's source.
OpFoldResult ViewOp::fold(FoldAdaptor) {
  if ((*this)->hasAttr(nn::againAttrName))
    return {};
  if (getSrc().getType() == getResult().getType())
    return getSrc();
  auto first = getSrc().getDefiningOp<ViewOp>();
  if (!first || first->hasAttr(nn::againAttrName))
    return {};
  if (first.getSrc().getType() == getResult().getType())
    return first.getSrc();
  getSrcMutable().assign(first.getSrc());
  return getResult();
}
