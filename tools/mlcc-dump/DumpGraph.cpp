//===- DumpGraph.cpp - The graph as a drawing -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Names.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/dnn/DNN.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"
#include "tools/mlcc-dump/Dump.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/GraphWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace mlcc;

namespace {

/// Writes nodes and edges of one entry point; nodes are numbered.
class GraphWriter {
public:
  GraphWriter(llvm::raw_ostream &stream, llvm::StringRef prefix)
      : stream(stream), prefix(prefix.str()) {}

  unsigned node(const std::string &label, llvm::StringRef color) {
    stream << "  " << prefix << count << " [label=\""
           << llvm::DOT::EscapeString(label) << "\", fillcolor=\"" << color
           << "\"];\n";
    return count++;
  }
  void edge(unsigned from, unsigned to, const std::string &label) {
    stream << "  " << prefix << from << " -> " << prefix << to << " [label=\""
           << llvm::DOT::EscapeString(label) << "\"];\n";
  }

private:
  llvm::raw_ostream &stream;
  std::string prefix;
  unsigned count = 0;
};

} // namespace

static constexpr llvm::StringLiteral interfaceColor = "#f5f5f5";
static constexpr llvm::StringLiteral primitiveColor = "#cfe2f3";
static constexpr llvm::StringLiteral kernelColor = "#d9ead3";
static constexpr llvm::StringLiteral otherColor = "#fff2cc";

static std::string shapeText(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return "";
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::interleave(tensor.getShape(), stream, "x");
  if (auto layout = dyn_cast_or_null<dnn::LayoutAttr>(tensor.getEncoding()))
    stream << ' ' << layout.getTag();
  return text;
}

static llvm::StringRef colorOf(Operation *op) {
  if (isa<dnn::PrimitiveOpInterface, rt::StepPrimitiveOp>(op))
    return primitiveColor;
  if (isa<rt::LaunchOp, rt::StepKernelOp>(op))
    return kernelColor;
  return otherColor;
}

/// An operation and the nodes of the user's model that it stands for.
static std::string labelOf(Operation *op) {
  std::string name = nodeNames(op->getLoc());
  std::string what = op->getName().getStringRef().str();
  if (auto launch = dyn_cast<rt::LaunchOp>(op))
    what = launch.getKernel().str();
  return name.empty() ? what : what + "\n" + name;
}

static void drawFunction(func::FuncOp function, GraphWriter writer) {
  llvm::DenseMap<Value, unsigned> producer;
  for (BlockArgument argument : function.getArguments()) {
    auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                      rt::nameAttrName);
    producer[argument] =
        writer.node(name ? name.str() : "input", interfaceColor);
  }
  for (Operation &op : function.getBody().front()) {
    if (isa<nn::ConstantOp, dnn::ConstantOp>(op))
      continue;
    bool isEnd = op.hasTrait<OpTrait::IsTerminator>();
    unsigned node = isEnd ? writer.node("results", interfaceColor)
                          : writer.node(labelOf(&op), colorOf(&op));
    for (Value operand : op.getOperands())
      if (auto from = producer.find(operand); from != producer.end())
        writer.edge(from->second, node, shapeText(operand.getType()));
    for (Value result : op.getResults())
      producer[result] = node;
  }
}

/// The last place of a step is written, or, by a primitive that accumulates,
/// read and written.
static void drawProgram(rt::ProgramOp program, GraphWriter writer) {
  llvm::DenseMap<Attribute, unsigned> writerOf;
  for (Operation &step : program.getBody().front()) {
    std::string label;
    if (auto primitive = dyn_cast<rt::StepPrimitiveOp>(step))
      label = (primitive.getDescription() + "\n" + primitive.getName()).str();
    else if (auto kernel = dyn_cast<rt::StepKernelOp>(step))
      label = (kernel.getKernel() + "\n" + kernel.getName()).str();
    else if (auto loop = dyn_cast<rt::StepLoopOp>(step))
      label = (std::to_string(loop.getTrips()) + " trips of " + loop.getBody() +
               "\n" + loop.getName())
                  .str();
    else
      label = "copy";
    unsigned node = writer.node(label, colorOf(&step));
    SmallVector<rt::PlaceAttr> places = rt::placesOf(&step);
    for (rt::PlaceAttr place : places) {
      std::string text;
      llvm::raw_string_ostream(text) << place;
      if (auto from = writerOf.find(place); from != writerOf.end())
        writer.edge(from->second, node, text.substr(text.find('<')));
    }
    if (auto loop = dyn_cast<rt::StepLoopOp>(step))
      for (auto place : loop.getOutputs().getAsRange<rt::PlaceAttr>())
        writerOf[place] = node;
    else if (!places.empty())
      writerOf[places.back()] = node;
  }
}

void tools::dumpGraph(ModuleOp module, llvm::raw_ostream &stream) {
  stream << "digraph model {\n"
         << "  node [shape=box, style=\"filled,rounded\", "
            "fontname=\"sans-serif\", fontsize=10];\n"
         << "  edge [fontname=\"sans-serif\", fontsize=8];\n";
  for (Operation &op : *module.getBody()) {
    if (auto program = dyn_cast<rt::ProgramOp>(op))
      drawProgram(program, GraphWriter(stream, program.getSymName()));
    else if (auto function = dyn_cast<func::FuncOp>(op))
      if (!function->hasAttr(rt::kernelAttrName))
        drawFunction(function, GraphWriter(stream, function.getSymName()));
  }
  stream << "}\n";
}

LogicalResult tools::dumpSvg(ModuleOp module, llvm::raw_ostream &stream) {
  Location location = module.getLoc();
  auto dot = llvm::sys::findProgramByName("dot");
  if (!dot)
    return emitError(location, ErrorCode::RuntimeMissing)
           << "drawing needs the program 'dot' (apt-get install graphviz); "
              "--format=dot does not";
  auto fail = [&](std::error_code error) {
    return emitError(location, ErrorCode::CannotWrite)
           << "a temporary file: " << error.message();
  };
  SmallString<128> input, output;
  int descriptor;
  if (auto error = llvm::sys::fs::createTemporaryFile("mlcc-dump", "dot",
                                                      descriptor, input))
    return fail(error);
  llvm::FileRemover removeInput(input);
  if (auto error =
          llvm::sys::fs::createTemporaryFile("mlcc-dump", "svg", output))
    return fail(error);
  llvm::FileRemover removeOutput(output);
  {
    llvm::raw_fd_ostream file(descriptor, /*shouldClose=*/true);
    dumpGraph(module, file);
  }
  std::string reason;
  if (llvm::sys::ExecuteAndWait(*dot, {*dot, "-Tsvg", "-o", output, input},
                                std::nullopt, {}, 0, 0, &reason) != 0)
    return emitError(location, ErrorCode::CannotWrite)
           << "'dot' failed: " << reason;
  auto drawing = llvm::MemoryBuffer::getFile(output);
  if (!drawing)
    return fail(drawing.getError());
  stream << (*drawing)->getBuffer();
  return success();
}
