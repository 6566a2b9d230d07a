//===- Description.cpp - Reading of descriptions --------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/mlc/Description.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/Support/MemoryBuffer.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

using namespace mlir;
using namespace mlcc;
using namespace mlcc::mlc_frontend;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

/// A description is written by hand or by a small program.
static constexpr size_t maxBytes = size_t(64) << 20;
/// Messages in messages: only schedules nest.
static constexpr int maxDepth = 64;
/// Errors of the text that are reported.
static constexpr int maxErrors = 20;

namespace {
/// Makes coded errors of those of protobuf's parser.
class TextErrors : public google::protobuf::io::ErrorCollector {
public:
  TextErrors(StringRef file, MLIRContext *context)
      : file(file), context(context) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string &message) override {
    if (++count > maxErrors)
      return;
    // Lines and columns count from 0; those of the file as a whole are -1.
    emitError(
        FileLineColLoc::get(context, file, line + 1, line < 0 ? 0 : column + 1),
        ErrorCode::MalformedDescription)
        << message;
  }
  void AddWarning(int, google::protobuf::io::ColumnNumber,
                  const std::string &) override {}

  int count = 0;

private:
  StringRef file;
  MLIRContext *context;
};
} // namespace

std::unique_ptr<Description> Description::read(StringRef path,
                                               MLIRContext *context) {
  Location location = FileLineColLoc::get(context, path, 0, 0);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    emitError(location, ErrorCode::CannotRead) << buffer.getError().message();
    return nullptr;
  }
  StringRef bytes = (*buffer)->getBuffer();
  if (bytes.size() > maxBytes) {
    emitError(location, ErrorCode::MalformedDescription)
        << "the file has more than " << maxBytes << " bytes";
    return nullptr;
  }
  if (path.ends_with(".textproto"))
    return parse(bytes, path, context);
  std::unique_ptr<Description> description(new Description(path, context));
  if (failed(description->readBinary(bytes)))
    return nullptr;
  return description;
}

std::unique_ptr<Description> Description::parse(StringRef text, StringRef path,
                                                MLIRContext *context) {
  std::unique_ptr<Description> description(new Description(path, context));
  if (failed(description->readText(text)))
    return nullptr;
  return description;
}

LogicalResult Description::readText(StringRef text) {
  TextErrors errors(file, context);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(&locations);
  parser.SetRecursionLimit(maxDepth);
  google::protobuf::io::ArrayInputStream stream(text.data(), text.size());
  if (!parser.Parse(&stream, message.get())) {
    if (errors.count == 0)
      emitError(FileLineColLoc::get(context, file, 0, 0),
                ErrorCode::MalformedDescription)
          << "the text is not complete";
    return failure();
  }
  isText = true;
  addPlaces(*message, {nullptr, nullptr, -1, &locations});
  return success();
}

LogicalResult Description::readBinary(StringRef bytes) {
  // Broken names would be printed to standard error.
  google::protobuf::LogSilencer silencer;
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  stream.SetRecursionLimit(maxDepth);
  if (!message->ParseFromCodedStream(&stream) ||
      !stream.ConsumedEntireMessage())
    return emitError(FileLineColLoc::get(context, file, 0, 0),
                     ErrorCode::MalformedDescription)
           << "the bytes are no mlcc.v1.Model, or not all of one";
  addPlaces(*message, {});
  return success();
}

void Description::addPlaces(const Message &of, const Place &place) {
  places[&of] = place;
  const auto *reflection = of.GetReflection();
  std::vector<const FieldDescriptor *> fields;
  reflection->ListFields(of, &fields);
  for (const FieldDescriptor *field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
      continue;
    auto nested = [&](int index) {
      return place.tree ? place.tree->GetTreeForNested(field, index) : nullptr;
    };
    if (!field->is_repeated()) {
      addPlaces(reflection->GetMessage(of, field),
                {&of, field, -1, nested(-1)});
      continue;
    }
    for (int index = 0; index < reflection->FieldSize(of, field); ++index)
      addPlaces(reflection->GetRepeatedMessage(of, field, index),
                {&of, field, index, nested(index)});
  }
}

std::string Description::pathOf(const Message &of) const {
  const Place &place = places.find(&of)->second;
  if (!place.parent)
    return "";
  std::string path = pathOf(*place.parent);
  if (!path.empty())
    path += '.';
  path += place.field->name();
  if (place.index >= 0)
    path += "[" + std::to_string(place.index) + "]";
  return path;
}

Location Description::locate(const Message &of, StringRef field,
                             int index) const {
  auto at = [&](TextFormat::ParseLocation found) -> LocationAttr {
    if (found.line < 0)
      return {};
    return FileLineColLoc::get(context, file, found.line + 1, found.column + 1);
  };
  auto entry = places.find(&of);
  Location whole = FileLineColLoc::get(context, file, 0, 0);
  if (entry == places.end())
    return whole;
  const Place &place = entry->second;
  const FieldDescriptor *descriptor =
      field.empty() ? nullptr
                    : of.GetDescriptor()->FindFieldByName(field.str());
  if (!isText) {
    std::string path = pathOf(of);
    if (descriptor)
      path += (path.empty() ? "" : ".") + descriptor->name();
    if (path.empty())
      return whole;
    return NameLoc::get(StringAttr::get(context, path), whole);
  }
  if (descriptor && place.tree) {
    // Of a list in brackets only the first element has a place.
    int least = descriptor->is_repeated() ? 0 : -1;
    for (int number = least < 0 ? -1 : std::max(index, 0); number >= least;
         --number)
      if (LocationAttr found = at(place.tree->GetLocation(descriptor, number)))
        return Location(found);
  }
  if (place.parent)
    if (const ParseInfoTree *tree = places.find(place.parent)->second.tree)
      if (LocationAttr found = at(tree->GetLocation(place.field, place.index)))
        return Location(found);
  return whole;
}

std::optional<Type> mlc_frontend::namedType(v1::ElementType type,
                                            Type otherwise) {
  MLIRContext *context = otherwise.getContext();
  switch (type) {
  case v1::DEFAULT:
    return otherwise;
  case v1::F32:
    return Float32Type::get(context);
  case v1::F64:
    return Float64Type::get(context);
  case v1::I64:
    return IntegerType::get(context, 64);
  case v1::I32:
    return IntegerType::get(context, 32);
  case v1::I8:
    return IntegerType::get(context, 8);
  case v1::U8:
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  case v1::BOOL:
    return IntegerType::get(context, 1);
  default:
    return std::nullopt;
  }
}
