//===- Description.h - A description and where its fields stand  -*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_FRONTENDS_MLC_DESCRIPTION_H
#define MLCC_FRONTENDS_MLC_DESCRIPTION_H

#include "dialects/diagnostics/Diagnostics.h"
#include "frontends/mlc/mlc.pb.h"

#include "llvm/ADT/DenseMap.h"

#include <google/protobuf/text_format.h>
#include <memory>
#include <optional>

namespace mlcc::mlc_frontend {

/// A description that has been read from a file.
class Description {
public:
  /// Reads *.mlc (binary) or *.mlc.textproto. Null after coded errors, which
  /// point to lines of the text.
  static std::unique_ptr<Description> read(llvm::StringRef path,
                                           mlir::MLIRContext *context);
  /// The same of text in memory.
  static std::unique_ptr<Description>
  parse(llvm::StringRef text, llvm::StringRef path, mlir::MLIRContext *context);

  const v1::Model &model() const { return *message; }
  llvm::StringRef path() const { return file; }

  /// Where a field of a message of the model stands: line and column in text,
  /// in a binary file the field's path, function[1].node[3].conv. Without a
  /// field, or where the field is absent, the message's place. `index` is that
  /// of repeated fields.
  mlir::Location locate(const google::protobuf::Message &of,
                        llvm::StringRef field = "", int index = -1) const;
  mlir::MLIRContext *getContext() const { return context; }

private:
  using ParseInfoTree = google::protobuf::TextFormat::ParseInfoTree;
  /// What a message is in the one around it.
  struct Place {
    const google::protobuf::Message *parent = nullptr;
    const google::protobuf::FieldDescriptor *field = nullptr;
    int index = -1; ///< -1 for fields that are not repeated.
    const ParseInfoTree *tree = nullptr; ///< Null in binary files.
  };

  Description(llvm::StringRef path, mlir::MLIRContext *context)
      : message(std::make_unique<v1::Model>()), file(path), context(context) {}
  llvm::LogicalResult readText(llvm::StringRef text);
  llvm::LogicalResult readBinary(llvm::StringRef bytes);
  void addPlaces(const google::protobuf::Message &of, const Place &place);
  std::string pathOf(const google::protobuf::Message &of) const;

  std::unique_ptr<v1::Model> message;
  std::string file;
  mlir::MLIRContext *context;
  ParseInfoTree locations;
  bool isText = false;
  llvm::DenseMap<const google::protobuf::Message *, Place> places;
};

/// The type that a field names; `otherwise` where it names none. Nothing for a
/// number that is no type, which binary files may have.
std::optional<mlir::Type> namedType(v1::ElementType type, mlir::Type otherwise);

} // namespace mlcc::mlc_frontend

#endif // MLCC_FRONTENDS_MLC_DESCRIPTION_H
