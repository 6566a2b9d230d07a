//===- Tensors.h - ONNX tensors to host tensors -----------------*- C++ -*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_ONNX_TENSORS_H
#define MLCC_FRONTENDS_ONNX_TENSORS_H

#include "dialects/nn/HostTensor.h"
#include "frontends/onnx/onnx.pb.h"

#include "mlir/IR/Location.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <optional>
#include <string>

namespace mlcc::onnx_frontend {

/// The element type for a TensorProto.DataType, or null if nn has none.
mlir::Type elementType(mlir::MLIRContext *context, int32_t dataType);

/// The TensorProto.DataType of an element type that nn can hold.
int32_t dataTypeOf(mlir::Type elementType);

/// "FLOAT16", or the number of a type that the format does not have.
std::string dataTypeName(int32_t dataType);

/// The most dimensions that a tensor may have; no operator needs more.
constexpr int64_t maxRank = 32;

/// The number of elements of `shape`, or nothing if an extent is negative,
/// there are more than maxRank, or a tensor of elements of `elementBytes` would
/// have more than nn::maxTensorBytes.
std::optional<int64_t> checkedElements(llvm::ArrayRef<int64_t> shape,
                                       unsigned elementBytes);

/// Turns the TensorProtos of one model into host tensors. The data is not
/// copied where the message or file holds it in its final form: it is moved out
/// of the message, or mapped from the external file.
class TensorReader {
public:
  /// `modelPath` names the model file; external data lies in its folder.
  TensorReader(mlir::MLIRContext *context, llvm::StringRef modelPath)
      : context(context), modelPath(modelPath) {}

  /// The values of a tensor; what is wrong with it is reported at `location`,
  /// once. A tensor may be read several times.
  std::optional<nn::HostTensor> read(onnx::TensorProto &tensor,
                                     mlir::Location location);

private:
  using File = std::shared_ptr<llvm::MemoryBuffer>;

  std::optional<nn::HostTensor> decode(onnx::TensorProto &tensor,
                                       mlir::Location location);
  std::optional<nn::HostTensor> decodeRaw(onnx::TensorProto &tensor,
                                          mlir::RankedTensorType type,
                                          mlir::Location location);
  std::optional<nn::HostTensor> decodeFields(onnx::TensorProto &tensor,
                                             mlir::RankedTensorType type,
                                             mlir::Location location);
  std::optional<nn::HostTensor> mapExternal(onnx::TensorProto &tensor,
                                            mlir::RankedTensorType type,
                                            mlir::Location location);
  /// Null after an error.
  File openExternal(llvm::StringRef file, mlir::Location location);

  mlir::MLIRContext *context;
  std::string modelPath;
  llvm::StringMap<File> files;
  llvm::DenseMap<onnx::TensorProto *, std::optional<nn::HostTensor>> done;
};

} // namespace mlcc::onnx_frontend

#endif // MLCC_FRONTENDS_ONNX_TENSORS_H
