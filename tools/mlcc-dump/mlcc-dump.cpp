//===- mlcc-dump.cpp - Shows what the compiler does -----------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/BuildInfo.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Registry.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "tools/common/ModelOptions.h"
#include "tools/mlcc-dump/Dump.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;
using llvm::failed;
using llvm::LogicalResult;
using llvm::StringRef;
using llvm::success;

namespace {

enum class Format { Text, Dot, Svg, Summary };

struct Arguments {
  tools::ModelOptions model;
  std::string stage = "graph", startAfter = "import";
  std::string output = "-";
  std::string cpu = "native";
  Format format = Format::Text;
  bool locations = false;
  std::string artefact;
  bool layers = false, json = false;
};

} // namespace

static constexpr const char *footer = R"(
Examples:
  mlcc-dump summary resnet50.onnx                 layers, parameters, multiply-adds
  mlcc-dump resnet50.onnx --format=summary        operations, FLOPs, parameters
  mlcc-dump resnet50.onnx --stage=layout          MLIR after a stage
  mlcc-dump resnet50.onnx --stage=fuse --format=svg -o resnet50.svg
  mlcc-dump artefact ./resnet50                   what a compiled program holds)";

static void addOptions(CLI::App &app, Arguments &arguments) {
  arguments.model.addTo(app);
  app.add_option(
         "--stage", arguments.stage,
         "import, graph, fuse, layout, kernels, plan, codegen (MLIR) or "
         "llvm (LLVM IR) (default: graph)")
      ->type_name("STAGE");
  app.add_option("--start-after", arguments.startAfter,
                 "For an .mlir file: the stage that it is the output of")
      ->type_name("STAGE");
  const std::map<std::string, Format> formats = {{"text", Format::Text},
                                                 {"dot", Format::Dot},
                                                 {"svg", Format::Svg},
                                                 {"summary", Format::Summary}};
  app.add_option("--format", arguments.format,
                 "text, dot, svg or summary (default: text)")
      ->transform(CLI::Transformer(formats).description(""))
      ->type_name("FORMAT");
  app.add_option("--mcpu", arguments.cpu, "The CPU to compile for")
      ->type_name("CPU");
  app.add_flag("--locations", arguments.locations,
               "Print the nodes of the model that operations come from");
  app.add_option("-o,--output", arguments.output,
                 "The file to write (default: standard output)")
      ->type_name("FILE");
  app.set_version_flag("--version", versionText());
  app.footer(footer);
}

/// MLIR text with the bytes of constants left out.
static void printText(mlir::ModuleOp module, bool locations,
                      llvm::raw_ostream &stream) {
  mlir::OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(16).elideLargeResourceString(0);
  if (locations)
    flags.enableDebugInfo(/*enable=*/true, /*prettyForm=*/true);
  module.print(stream, flags);
  stream << '\n';
}

static LogicalResult write(mlir::ModuleOp module, const Arguments &arguments,
                           const CompileOptions &options,
                           llvm::raw_fd_ostream &stream) {
  if (arguments.stage == "llvm")
    return emitLLVMIR(module, options.codegen, stream);
  switch (arguments.format) {
  case Format::Text:
    printText(module, arguments.locations, stream);
    return success();
  case Format::Dot:
    tools::dumpGraph(module, stream);
    return success();
  case Format::Svg:
    return tools::dumpSvg(module, stream);
  case Format::Summary:
    tools::dumpSummary(module, stream);
    return success();
  }
  return llvm::failure();
}

static LogicalResult dump(const Arguments &arguments,
                          mlir::MLIRContext *context) {
  auto fail = [&](ErrorCode code, const llvm::Twine &message) {
    return emitError(mlir::UnknownLoc::get(context), code) << message;
  };
  std::error_code error;
  llvm::raw_fd_ostream stream(arguments.output, error);
  if (error)
    return fail(ErrorCode::CannotWrite,
                "'" + arguments.output + "': " + error.message());
  if (!arguments.artefact.empty())
    return tools::dumpArtefact(arguments.artefact, context, stream);

  if (arguments.model.path.empty())
    return fail(ErrorCode::InvalidOption,
                "no model file is given (see mlcc-dump --help)");
  CompileOptions options;
  options.codegen.cpu = arguments.cpu;
  if (failed(arguments.model.parse(context, options)) ||
      failed(applyTarget(options.codegen, context)))
    return llvm::failure();
  if (arguments.layers) {
    auto module = compileTo(arguments.model.path, *findStage("import"),
                            *findStage("import"), options, context,
                            [](StringRef, auto run) { return run(); });
    if (module)
      tools::dumpLayers(*module, arguments.json, stream);
    return success(bool(module));
  }
  const Stage *first = findStage(arguments.startAfter);
  const Stage *last =
      findStage(arguments.stage == "llvm" ? "codegen" : arguments.stage);
  if (!first || !last)
    return fail(ErrorCode::InvalidOption,
                "no stage is called '" +
                    (first ? arguments.stage : arguments.startAfter) + "'");
  auto module = compileTo(
      arguments.model.path, *first, *last, options, context,
      [](StringRef, llvm::function_ref<LogicalResult()> run) { return run(); });
  if (!module)
    return llvm::failure();
  return write(*module, arguments, options, stream);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  CLI::App app("Shows what mlcc makes of a model at each stage", "mlcc-dump");
  Arguments arguments;
  addOptions(app, arguments);
  CLI::App *artefact = app.add_subcommand(
      "artefact",
      "Shows the descriptor of an executable, a library or an object");
  artefact->add_option("file", arguments.artefact, "The file")
      ->required()
      ->type_name("FILE");
  CLI::App *summary = app.add_subcommand(
      "summary", "Lists the layers of a model: shapes, parameters, "
                 "multiply-adds");
  Arguments layers;
  layers.layers = true;
  layers.model.addTo(*summary);
  summary->add_flag("--json", layers.json, "As JSON");
  summary
      ->add_option("-o,--output", layers.output,
                   "The file to write (default: standard output)")
      ->type_name("FILE");
  if (std::optional<int> status = tools::parseCommandLine(app, argc, argv))
    return *status;

  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  // Errors name the node of the model; the operation's text is for developers.
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(&context, llvm::errs());
  if (failed(dump(*summary ? layers : arguments, &context)))
    return printer.exitStatus() ? printer.exitStatus() : 1;
  return 0;
}
