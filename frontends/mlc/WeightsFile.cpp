//===- WeightsFile.cpp - Weights from safetensors files -------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The format: eight bytes, the length of a JSON header (little endian); the
// header, which maps names to {"dtype", "shape", "data_offsets": [begin, end]};
// the data, to which the offsets refer.
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/WeightsFile.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/NN.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;

WeightsFiles::WeightsFiles(StringRef descriptionPath)
    : folder(llvm::sys::path::parent_path(descriptionPath)) {}

const WeightsFiles::File *WeightsFiles::open(const Variable &variable) {
  const std::string &name = variable.initializer.file();
  auto [entry, isNew] = files.try_emplace(name, std::nullopt);
  if (!isNew)
    return entry->second ? &*entry->second : nullptr;
  auto fail = [&](ErrorCode code, const Twine &message) {
    emitError(variable.location, code) << "'" << name << "': " << message;
    return nullptr;
  };
  if (name.empty() || llvm::sys::path::is_absolute(name) ||
      llvm::is_contained(llvm::make_range(llvm::sys::path::begin(name),
                                          llvm::sys::path::end(name)),
                         ".."))
    return fail(ErrorCode::PathEscape,
                "a weights file lies beside the description, or below");
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, name);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fail(ErrorCode::CannotRead, buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  uint64_t length =
      bytes.size() < 8 ? 0 : llvm::support::endian::read64le(bytes.data());
  if (length == 0 || length > bytes.size() - 8)
    return fail(ErrorCode::InvalidTensor, "the file is no safetensors file");
  llvm::Expected<llvm::json::Value> header =
      llvm::json::parse(bytes.substr(8, length));
  if (!header) {
    llvm::consumeError(header.takeError());
    return fail(ErrorCode::InvalidTensor, "the file's header is no JSON");
  }
  if (!header->getAsObject())
    return fail(ErrorCode::InvalidTensor, "the file's header is no object");
  entry->second =
      File{std::move(*buffer), std::move(*header->getAsObject()), 8 + length};
  return &*entry->second;
}

static Type elementTypeOf(StringRef dtype, MLIRContext *context) {
  if (dtype == "F32")
    return Float32Type::get(context);
  if (dtype == "F64")
    return Float64Type::get(context);
  if (dtype == "F16")
    return Float16Type::get(context);
  if (dtype == "BF16")
    return BFloat16Type::get(context);
  return {};
}

static std::optional<SmallVector<int64_t>>
integersOf(const llvm::json::Array *array) {
  SmallVector<int64_t> integers;
  if (!array)
    return std::nullopt;
  for (const llvm::json::Value &value : *array) {
    std::optional<int64_t> integer = value.getAsInteger();
    if (!integer || *integer < 0)
      return std::nullopt;
    integers.push_back(*integer);
  }
  return integers;
}

Value WeightsFiles::read(OpBuilder &builder, const Variable &variable) {
  const File *file = open(variable);
  if (!file)
    return nullptr;
  const std::string &given = variable.initializer.tensor();
  const std::string &name = given.empty() ? variable.name : given;
  auto fail = [&](const Twine &message) {
    emitError(variable.location, ErrorCode::InvalidTensor)
        << "'" << variable.initializer.file() << "': tensor '" << name
        << "': " << message;
    return Value();
  };
  const llvm::json::Object *entry = file->header.getObject(name);
  if (!entry)
    return fail("the file has none of this name");
  Type elementType = elementTypeOf(entry->getString("dtype").value_or(""),
                                   builder.getContext());
  auto shape = integersOf(entry->getArray("shape"));
  auto offsets = integersOf(entry->getArray("data_offsets"));
  if (!elementType || !shape || !offsets || offsets->size() != 2)
    return fail("it has no dtype of F16, BF16, F32 and F64, no shape or no "
                "data_offsets");
  if (ArrayRef<int64_t>(*shape) != variable.type.getShape())
    return fail("it is " + nn::shapeText(*shape) + ", the variable " +
                nn::shapeText(variable.type.getShape()));
  auto type = RankedTensorType::get(*shape, elementType);
  uint64_t begin = (*offsets)[0], end = (*offsets)[1];
  uint64_t available = file->buffer->getBufferSize() - file->dataBegin;
  if (begin > end || end > available ||
      end - begin != uint64_t(nn::tensorBytes(type)))
    return fail("its data lies outside of the file, or is not as long as its "
                "shape");
  ArrayRef<char> bytes(file->buffer->getBufferStart() + file->dataBegin + begin,
                       end - begin);
  Location location = variable.location;
  Value value = nn::ConstantOp::create(
      builder, location,
      nn::HostTensor(type, bytes, file->buffer).toAttribute(name));
  if (elementType == variable.type.getElementType())
    return value;
  return nn::CastOp::create(builder, location, value,
                            variable.type.getElementType());
}
