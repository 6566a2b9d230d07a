//===- mlcc.cpp - Compiles a model file to native code --------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/BuildInfo.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Registry.h"
#include "compiler/gradient/CheckGradients.h"
#include "compiler/gradient/DoublePrecision.h"
#include "compiler/link/Link.h"
#include "compiler/link/TemporaryFile.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "frontends/onnx/Check.h"
#include "runtime/src/errors.h"
#include "tools/common/ModelOptions.h"
#include "tools/common/Progress.h"
#include "tools/mlcc/CompiledFunctions.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlcc;
using llvm::failed;
using llvm::LogicalResult;
using llvm::StringRef;
using llvm::success;

namespace {

enum class Emit { Executable, Shared, Static, Object, LLVM, MLIR };

struct Arguments {
  tools::ModelOptions model;
  std::string output;
  Emit emit = Emit::Executable;
  std::string name;
  std::string linker;
  std::string stopAfter, startAfter = "import";
  std::string listErrors;
  std::string cpu = "native";
  unsigned optimizationLevel = 3;
  CheckGradientsOptions gradients;
  bool check = false, checkGradients = false, remarks = false,
       timeStages = false;
  uint64_t memoryLimit = 0;
};

} // namespace

static constexpr const char *footer = R"(
Example: compile a classifier, look at it, run it on a picture, measure it
  mlcc resnet50.onnx -o resnet50
  ./resnet50 info
  ./resnet50 run --input picture.jpg
  ./resnet50 bench --threads 1

Example: a network that is described in text, and trained
  mlcc lenet.mlc.textproto -o lenet
  ./lenet train --data digits.npz --epochs 20 --save run/

Example: the last layer of an ONNX model is trained further, and written back
  mlcc digits.onnx --train --loss softmax_cross_entropy:logits,labels
      --optimizer adam:lr=0.001 --trainable 'fc.*' -o digits
  ./digits train --data new.npz --epochs 5 --save run/
  ./digits export --load run/ --onnx digits.onnx --output trained.onnx

Example: a library for an application, with resnet50.h and CMake glue beside it
  mlcc resnet50.onnx --emit=static -o libresnet50.a

Exit status: 0, 2 if the model or the command line is at fault, else 1.
Errors have codes (MLCC-1020): docs/errors.md explains them.)";

static void addOptions(CLI::App &app, Arguments &arguments) {
  arguments.model.addTo(app);
  app.add_option("-o,--output", arguments.output,
                 "The file to write; '-' is standard output (default: the "
                 "model's name without its ending)")
      ->type_name("FILE");
  const std::map<std::string, Emit> kinds = {
      {"exe", Emit::Executable}, {"shared", Emit::Shared},
      {"static", Emit::Static},  {"object", Emit::Object},
      {"llvm", Emit::LLVM},      {"mlir", Emit::MLIR}};
  app.add_option("--emit", arguments.emit,
                 "exe, shared, static, object, llvm or mlir (default: exe)")
      ->transform(CLI::Transformer(kinds).description(""))
      ->type_name("KIND");
  app.add_option("--mcpu", arguments.cpu,
                 "The CPU to compile for, as clang names it (default: native)")
      ->type_name("CPU");
  app.add_option("-O", arguments.optimizationLevel,
                 "Optimization of generated code, 0 to 3 (default: 3)")
      ->check(CLI::Range(0, 3))
      ->type_name("LEVEL");
  app.add_option("--name", arguments.name,
                 "The model's name in symbols and headers (default: the "
                 "output's)")
      ->type_name("IDENTIFIER");
  app.add_option("--linker", arguments.linker,
                 "The C++ compiler to link with (default: $CXX or the first "
                 "of clang++, c++, g++)")
      ->type_name("PROGRAM");
  app.add_flag("--check", arguments.check,
               "Only say whether the model can be compiled, and what it needs");
  app.add_flag("--gradcheck", arguments.checkGradients,
               "Only compare the gradients of a description, or of an ONNX "
               "model with --train, with differences, in f64");
  app.add_option("--gradcheck-tolerance", arguments.gradients.tolerance,
                 "The largest relative difference that --gradcheck allows")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->type_name("T");
  app.add_option("--gradcheck-elements", arguments.gradients.elements,
                 "How many elements of each parameter --gradcheck looks at")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--gradcheck-seed", arguments.gradients.seed,
                 "Of the elements, inputs and first values of --gradcheck")
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--memory-limit", arguments.memoryLimit,
                 "Bytes that a function may need beside variables and weights "
                 "(200MB): training computes values again to stay within")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true).description(""))
      ->type_name("BYTES");
  app.add_flag("--remarks", arguments.remarks,
               "Say what stays slow: reorders, memory beyond the bound");
  app.add_flag("--time-stages", arguments.timeStages,
               "Print the seconds and memory that each stage took");
  app.add_option("--stop-after", arguments.stopAfter,
                 "Write MLIR after a stage: import, gradient, graph, fuse, "
                 "layout, kernels, plan or codegen")
      ->type_name("STAGE");
  app.add_option("--start-after", arguments.startAfter,
                 "For an .mlir file: the stage that it is the output of")
      ->type_name("STAGE");
  app.add_option("--list-errors", arguments.listErrors,
                 "Print the catalogue of errors (markdown)")
      ->check(CLI::IsMember({"markdown"}))
      ->type_name("FORMAT");
  app.set_version_flag("--version", versionText());
  app.footer(footer);
}

/// docs/errors.md.
static void listErrors() {
  llvm::outs()
      << "# Errors\n\n"
         "Printed by `mlcc --list-errors=markdown`. An error names the "
         "node of the model and its code;\n"
         "1xxx and 2xxx are the model's or the options' (exit status 2), "
         "3xxx the compiler's, 4xxx the machine's (exit status 1). 5xxx are "
         "those of compiled programs\nand of the runtime library: 51xx are the "
         "command line's or a file's (exit status 2), 50xx the model's or the "
         "machine's (exit status 1).\n";
  for (const ErrorInfo &error : errorCatalogue())
    llvm::outs() << "\n## " << toString(error.code) << ": " << error.title
                 << "\n\n"
                 << error.remedy << '\n';
  for (const RuntimeErrorInfo &error : runtimeErrorCatalogue())
    llvm::outs() << "\n## MLCC-" << static_cast<int>(error.code) << ": "
                 << error.title << "\n\n"
                 << error.remedy << '\n';
}

/// The file's name without folder and endings: "digits" of
/// "x/digits.mlc.textproto".
static StringRef stemOf(StringRef path) {
  path.consume_back(".textproto");
  return llvm::sys::path::stem(path);
}

/// A C identifier made of a file's name: "libresnet-50.a" -> "resnet_50".
static std::string identifierFor(StringRef path, Emit emit) {
  StringRef stem = stemOf(path);
  if (emit == Emit::Static || emit == Emit::Shared)
    stem.consume_front("lib");
  std::string name;
  for (char c : stem)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name = "model_" + name;
  return name;
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

static std::string defaultOutput(const Arguments &arguments) {
  StringRef stem = stemOf(arguments.model.path);
  switch (arguments.emit) {
  case Emit::Executable:
    return stem.str();
  case Emit::Shared:
    return ("lib" + stem + ".so").str();
  case Emit::Static:
    return ("lib" + stem + ".a").str();
  case Emit::Object:
    return (stem + ".o").str();
  case Emit::LLVM:
  case Emit::MLIR:
    return "-";
  }
  return "";
}

static ArtefactKind artefactKind(Emit emit) {
  switch (emit) {
  case Emit::Shared:
    return ArtefactKind::Shared;
  case Emit::Static:
    return ArtefactKind::Static;
  case Emit::Object:
    return ArtefactKind::Object;
  default:
    return ArtefactKind::Executable;
  }
}

/// Writes text to the output, complete or not at all.
static LogicalResult
writeText(mlir::Location location, const std::string &output,
          llvm::function_ref<LogicalResult(llvm::raw_pwrite_stream &)> writer) {
  if (output == "-")
    return writer(llvm::outs());
  if (isSpecialFile(output)) {
    std::error_code error;
    llvm::raw_fd_ostream stream(output, error);
    if (error)
      return emitError(location, ErrorCode::CannotWrite)
             << "'" << output << "': " << error.message();
    return writer(stream);
  }
  TemporaryFile file(output);
  if (failed(file.write(location, writer)))
    return llvm::failure();
  return file.keep(location);
}

static LinkOptions linkOptions(const Arguments &arguments) {
  std::string self = llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&linkOptions));
  StringRef prefix =
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(self));
  LinkOptions options;
  options.kind = artefactKind(arguments.emit);
  options.output = arguments.output;
  options.linker = arguments.linker;
  options.libraryDir = (prefix + "/lib/mlcc").str();
  options.includeDir = (prefix + "/include").str();
  return options;
}

/// Writes what was asked for of a compiled module.
static LogicalResult writeOutput(mlir::ModuleOp module,
                                 const Arguments &arguments,
                                 const CompileOptions &options,
                                 PieceRunner runPiece) {
  switch (arguments.emit) {
  case Emit::MLIR:
    return runPiece("write", [&] {
      return writeText(module.getLoc(), arguments.output, [&](auto &stream) {
        module.print(stream, mlir::OpPrintingFlags().enableDebugInfo());
        stream << '\n';
        return success();
      });
    });
  case Emit::LLVM:
    return runPiece("write", [&] {
      return writeText(module.getLoc(), arguments.output, [&](auto &stream) {
        return emitLLVMIR(module, options.codegen, stream);
      });
    });
  default:
    return linkArtefact(module, options.codegen, linkOptions(arguments),
                        runPiece);
  }
}

/// Completes and checks what depends on several options.
static LogicalResult resolve(Arguments &arguments, CompileOptions &options,
                             mlir::MLIRContext *context) {
  auto fail = [&](const llvm::Twine &message) {
    return emitError(mlir::UnknownLoc::get(context), ErrorCode::InvalidOption)
           << message;
  };
  if (arguments.model.path.empty())
    return fail("no model file is given (see mlcc --help)");
  if (failed(arguments.model.parse(context, options)))
    return llvm::failure();
  for (StringRef stage :
       {StringRef(arguments.stopAfter), StringRef(arguments.startAfter)})
    if (!stage.empty() && !findStage(stage))
      return fail("no stage is called '" + stage + "'");
  if (!arguments.stopAfter.empty())
    arguments.emit = Emit::MLIR;
  if (arguments.output.empty())
    arguments.output = defaultOutput(arguments);
  if (arguments.name.empty())
    arguments.name = identifierFor(
        arguments.output == "-" ? arguments.model.path : arguments.output,
        arguments.emit);
  if (!isIdentifier(arguments.name))
    return fail("--name '" + arguments.name + "' is not a C identifier");
  if (arguments.output == arguments.model.path)
    return fail("the output would overwrite the model");
  options.codegen.name = arguments.name;
  options.codegen.cpu = arguments.cpu;
  options.codegen.optimizationLevel = arguments.optimizationLevel;
  options.codegen.executable = arguments.emit == Emit::Executable;
  options.graph.memoryLimit = arguments.memoryLimit;
  options.graph.report = arguments.remarks;
  options.layout.remarks = arguments.remarks;
  options.plan.report = arguments.remarks;
  options.plan.memoryLimit = arguments.memoryLimit;
  return success();
}

/// Runs a piece of the work without showing it.
static LogicalResult silently(StringRef,
                              llvm::function_ref<LogicalResult()> piece) {
  return piece();
}

/// Says what a description has, and whether it can be imported and trained.
static LogicalResult checkDescription(const Arguments &arguments,
                                      const CompileOptions &options,
                                      mlir::MLIRContext *context) {
  if (failed(mlc_frontend::checkModel(arguments.model.path, options.description,
                                      context, llvm::outs())))
    return llvm::failure();
  return success(
      bool(compileTo(arguments.model.path, allStages().front(),
                     *findStage("gradient"), options, context, silently)));
}

/// Imports the model in f64 and checks the gradients of its training steps.
static LogicalResult checkGradientsOf(const Arguments &arguments,
                                      CompileOptions &options,
                                      mlir::MLIRContext *context) {
  options.description.elementType = "f64";
  const Stage &import = *findStage("import");
  mlir::OwningOpRef<mlir::ModuleOp> module = compileTo(
      arguments.model.path, import, import, options, context, silently);
  // ONNX files have types of their own.
  if (!module || failed(convertToDouble(*module)))
    return llvm::failure();
  CheckGradientsOptions gradients = arguments.gradients;
  gradients.compile = [&](mlir::OwningOpRef<mlir::ModuleOp> functions) {
    return tools::compileAndLoad(std::move(functions), options,
                                 linkOptions(arguments));
  };
  return checkGradients(*module, gradients, llvm::outs());
}

static LogicalResult compile(Arguments &arguments, mlir::MLIRContext *context) {
  CompileOptions options;
  if (failed(resolve(arguments, options, context)) ||
      failed(applyTarget(options.codegen, context)))
    return llvm::failure();
  if (arguments.check && isDescription(arguments.model.path))
    return checkDescription(arguments, options, context);
  if (arguments.check)
    return onnx_frontend::checkModel(arguments.model.path, options.import,
                                     context, llvm::outs());
  if (arguments.checkGradients)
    return checkGradientsOf(arguments, options, context);
  const Stage &first = *findStage(arguments.startAfter);
  const Stage &last = arguments.stopAfter.empty()
                          ? allStages().back()
                          : *findStage(arguments.stopAfter);
  // The stages, the objects and the artefact.
  tools::Progress progress(allStages().size() + 2);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      compileTo(arguments.model.path, first, last, options, context, progress);
  if (!module || failed(writeOutput(*module, arguments, options, progress)))
    return llvm::failure();
  if (arguments.timeStages)
    progress.printTimes();
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  CLI::App app("Compiles a neural network, an ONNX file or an mlc description, "
               "to a native program "
               "for CPUs",
               "mlcc");
  Arguments arguments;
  addOptions(app, arguments);
  if (std::optional<int> status = tools::parseCommandLine(app, argc, argv))
    return *status;
  if (!arguments.listErrors.empty()) {
    listErrors();
    return 0;
  }

  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  // Errors name the node of the model; the operation's text is for developers.
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(&context, llvm::errs());
  LogicalResult result = compile(arguments, &context);
  // Memory is given back faster by the end of the process than piece by piece.
  llvm::outs().flush();
  if (failed(result))
    return printer.exitStatus() ? printer.exitStatus() : 1;
  return 0;
}
