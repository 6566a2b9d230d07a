//===- ModelOptions.cpp - Options that tools share ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/common/ModelOptions.h"

#include "compiler/driver/Compile.h"
#include "dialects/diagnostics/Diagnostics.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/SmallVector.h"

#include <iostream>

using namespace mlcc;
using namespace mlcc::tools;
using llvm::StringRef;

void ModelOptions::addTo(CLI::App &app) {
  app.add_option("model", path, "The model file (.onnx, .mlc.textproto, .mlc)")
      ->type_name("FILE");
  app.add_option("--shape", shapes,
                 "Bind an input's shape, e.g. data=1x3x224x224")
      ->type_name("INPUT=SHAPE")
      ->expected(1)
      ->take_all();
  app.add_option("--dim", dimensions, "Bind a symbolic dimension, e.g. batch=1")
      ->type_name("NAME=SIZE")
      ->expected(1)
      ->take_all();
  app.add_option("--bind", bindings,
                 "Bind an input to a value known now, e.g. sr=16000")
      ->type_name("INPUT=VALUES")
      ->expected(1)
      ->take_all();
  app.add_option("--dtype", elementType,
                 "The element type of a description's parameters: f32 or f64")
      ->check(CLI::IsMember({"f32", "f64"}))
      ->type_name("TYPE");
  constexpr const char *group = "Training of ONNX models";
  app.add_flag("--train", train,
               "Make a program that trains the model further; needs --loss")
      ->group(group);
  app.add_option("--loss", loss,
                 "What to minimize, of a value of the graph and an input that "
                 "is new or the model's, e.g. "
                 "softmax_cross_entropy:logits,labels; also mse, bce_logits, "
                 "l1 and others (docs/training.md)")
      ->type_name("KIND:OUTPUT,TARGET")
      ->group(group);
  app.add_option("--optimizer", optimizer,
                 "e.g. adam:lr=0.001,beta1=0.9, or sgd, momentum, rmsprop, "
                 "adamw... (default: adam)")
      ->type_name("NAME[:FIELD=VALUE,...]")
      ->group(group);
  app.add_option("--trainable", trainable,
                 "The initializers to train, e.g. 'fc.*'; may be repeated "
                 "(default: the weights of layers)")
      ->type_name("PATTERN")
      ->expected(1)
      ->take_all()
      ->group(group);
}

namespace {

/// Splits `name=value` options and reports what is wrong with them.
class BindingParser {
public:
  BindingParser(mlir::MLIRContext *context, StringRef option)
      : context(context), option(option) {}

  /// The name and the value; nothing after an error.
  std::optional<std::pair<StringRef, StringRef>> split(StringRef text) {
    // Names of inputs may contain '='; shapes and values do not.
    auto [name, value] = text.rsplit('=');
    if (name.empty() || value.empty() || name.size() == text.size()) {
      fail(text, "expected NAME=VALUE");
      return std::nullopt;
    }
    return std::pair(name, value);
  }

  void fail(StringRef text, StringRef reason) {
    emitError(mlir::UnknownLoc::get(context), ErrorCode::InvalidOption)
        << "--" << option << " '" << text << "': " << reason;
    failed = true;
  }

  bool failed = false;

private:
  mlir::MLIRContext *context;
  StringRef option;
};

} // namespace

llvm::LogicalResult ModelOptions::parse(mlir::MLIRContext *context,
                                        CompileOptions &compile) const {
  onnx_frontend::ImportOptions &options = compile.import;
  BindingParser shape(context, "shape");
  for (const std::string &text : shapes) {
    auto binding = shape.split(text);
    if (!binding)
      continue;
    llvm::SmallVector<StringRef> parts;
    if (binding->second != "scalar")
      binding->second.split(parts, 'x');
    std::vector<int64_t> extents(parts.size());
    for (auto [part, extent] : llvm::zip_equal(parts, extents))
      if (part.getAsInteger(10, extent) || extent < 0) {
        shape.fail(text, "a shape is extents such as 1x3x224x224, or 'scalar'");
        break;
      }
    options.shapes[binding->first.str()] = std::move(extents);
  }
  BindingParser dimension(context, "dim");
  for (const std::string &text : dimensions) {
    auto binding = dimension.split(text);
    if (!binding)
      continue;
    int64_t extent;
    if (binding->second.getAsInteger(10, extent) || extent < 0)
      dimension.fail(text, "a size is a whole number");
    else
      options.dimensions[binding->first.str()] = extent;
  }
  BindingParser value(context, "bind");
  for (const std::string &text : bindings)
    if (auto binding = value.split(text))
      options.bindings[binding->first.str()] = binding->second.str();
  bool isText = isDescription(path);
  if (isText && !shapes.empty())
    shape.fail(shapes.front(), "a description says its shapes: use --dim");
  if (isText && !bindings.empty())
    value.fail(bindings.front(), "only inputs of ONNX models can be bound");
  BindingParser type(context, "dtype");
  if (!isText && !elementType.empty())
    type.fail(elementType, "the element types of this model are fixed");
  compile.description = {options.dimensions, elementType};
  bool trainingFailed = llvm::failed(parseTraining(context, compile));
  return llvm::success(!shape.failed && !dimension.failed && !value.failed &&
                       !type.failed && !trainingFailed);
}

llvm::LogicalResult ModelOptions::parseTraining(mlir::MLIRContext *context,
                                                CompileOptions &compile) const {
  auto fail = [&](const llvm::Twine &message) {
    return emitError(mlir::UnknownLoc::get(context), ErrorCode::InvalidOption)
           << message;
  };
  if (!train) {
    if (!loss.empty() || !optimizer.empty() || !trainable.empty())
      return fail("--loss, --optimizer and --trainable are of use with --train "
                  "only");
    return llvm::success();
  }
  if (!StringRef(path).ends_with(".onnx"))
    return fail("--train is for ONNX models; a description says itself how it "
                "is trained");
  if (loss.empty())
    return fail("--train needs --loss, e.g. --loss "
                "softmax_cross_entropy:logits,labels");
  compile.import.training = {loss, optimizer.empty() ? "adam" : optimizer,
                             trainable};
  return llvm::success();
}

std::optional<int> mlcc::tools::parseCommandLine(CLI::App &app, int argc,
                                                 char **argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success &stop) { // --help, --version
    return app.exit(stop);
  } catch (const CLI::ParseError &error) {
    std::cerr << "error: " << toString(ErrorCode::InvalidOption) << ": "
              << error.what() << " (see " << app.get_name() << " --help)\n";
    return 2;
  }
}
