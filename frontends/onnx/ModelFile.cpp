//===- ModelFile.cpp - Reading of ONNX files ------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/ModelFile.h"

#include "dialects/diagnostics/Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <limits>

using namespace mlir;

namespace mlcc::onnx_frontend {

Location fileLocation(MLIRContext *context, StringRef path) {
  return FileLineColLoc::get(context, path, 0, 0);
}

std::string escaped(StringRef name) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  // Letters beyond ASCII stay as they are.
  for (unsigned char c : name) {
    if (c < 0x20 || c == 0x7f)
      stream << "\\x" << llvm::hexdigit(c >> 4) << llvm::hexdigit(c & 15);
    else
      stream << char(c);
  }
  return text;
}

Location nameLocation(MLIRContext *context, StringRef name) {
  return NameLoc::get(StringAttr::get(context, escaped(name)));
}

std::string quoted(StringRef name) { return "'" + escaped(name) + "'"; }

std::unique_ptr<onnx::ModelProto> readModelFile(StringRef path,
                                                MLIRContext *context) {
  namespace fs = llvm::sys::fs;
  Location location = fileLocation(context, path);
  auto fail = [&](ErrorCode code, const llvm::Twine &message) {
    emitError(location, code) << message;
    return nullptr;
  };
  fs::file_status status;
  if (std::error_code error = fs::status(path, status))
    return fail(ErrorCode::CannotRead,
                "cannot read the model: " + error.message());
  if (!fs::is_regular_file(status))
    return fail(ErrorCode::CannotRead,
                "cannot read the model: not a regular file");
  if (status.getSize() > std::numeric_limits<int32_t>::max())
    return fail(ErrorCode::MalformedModel,
                "the file has " + llvm::Twine(status.getSize()) +
                    " bytes, but the format ends at 2 GiB; store the weights "
                    "as external data");
  int descriptor;
  if (std::error_code error = fs::openFileForRead(path, descriptor))
    return fail(ErrorCode::CannotRead,
                "cannot read the model: " + error.message());

  // Read through a small buffer: mapping the file would hold its pages beside
  // the message's copy.
  google::protobuf::io::FileInputStream file(descriptor);
  file.SetCloseOnDelete(true);
  google::protobuf::io::CodedInputStream input(&file);
  input.SetTotalBytesLimit(std::numeric_limits<int32_t>::max());
  // A subgraph takes three levels.
  input.SetRecursionLimit(300);
  auto model = std::make_unique<onnx::ModelProto>();
  if (!model->ParseFromCodedStream(&input) || !input.ConsumedEntireMessage())
    return fail(ErrorCode::MalformedModel,
                "the file is not an ONNX model, or it is damaged or truncated");
  if (file.GetErrno())
    return fail(ErrorCode::CannotRead, "cannot read the model: reading failed");
  if (!model->has_graph())
    return fail(ErrorCode::MalformedModel, "the model has no graph");
  return model;
}

} // namespace mlcc::onnx_frontend
