//===- CheckedBuilder.h - Creating nn ops from untrusted input ---*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_NN_CHECKEDBUILDER_H
#define MLCC_DIALECTS_NN_CHECKEDBUILDER_H

#include "dialects/nn/NN.h"
#include "mlir/IR/Builders.h"

namespace mlcc::nn {

namespace detail {
template <typename Op> constexpr size_t resultCount() {
  if constexpr (Op::template hasTrait<mlir::OpTrait::OneResult>())
    return 1;
  else if constexpr (Op::template hasTrait<mlir::OpTrait::NResults<2>::Impl>())
    return 2;
  else
    return 3;
}
} // namespace detail

/// Creates an op whose operands and attributes come from a model file: takes
/// what `Op::create` takes after the location, without result types. Where
/// `create` would abort because inference fails, this fails, and inference has
/// emitted a coded error at `location`.
template <typename Op, typename... Arguments>
mlir::FailureOr<Op> createChecked(mlir::OpBuilder &builder,
                                  mlir::Location location,
                                  Arguments &&...arguments) {
  // Build with types that stand in for the results, then ask for the real ones.
  mlir::OperationState state(location, Op::getOperationName());
  llvm::SmallVector<mlir::Type, 3> types(detail::resultCount<Op>(),
                                         builder.getNoneType());
  Op::build(builder, state, mlir::TypeRange(types),
            std::forward<Arguments>(arguments)...);
  state.types.clear();
  mlir::MLIRContext *context = builder.getContext();
  if (mlir::failed(Op::inferReturnTypes(context, location, state.operands,
                                        state.attributes.getDictionary(context),
                                        state.getRawProperties(), state.regions,
                                        state.types)))
    return mlir::failure();
  return mlir::cast<Op>(builder.create(state));
}

} // namespace mlcc::nn

#endif // MLCC_DIALECTS_NN_CHECKEDBUILDER_H
