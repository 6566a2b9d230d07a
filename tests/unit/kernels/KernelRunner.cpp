//===- KernelRunner.cpp - Runs generated kernels against the reference
//-----===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"

#include "compiler/codegen/Codegen.h"
#include "compiler/codegen/Target.h"
#include "compiler/driver/Registry.h"
#include "compiler/fuse/FusePasses.h"
#include "compiler/kernels/Kernels.h"
#include "mlir/IR/PatternMatch.h"

#include "dialects/dnn/DNN.h"
#include "dialects/nn/NN.h"
#include "dialects/rt/RT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <cmath>
#include <random>

using namespace mlir;
using mlcc::nn::HostTensor;

namespace mlcc::test {
namespace {

MLIRContext &sharedContext() {
  static MLIRContext context([] {
    DialectRegistry registry;
    registerAllDialects(registry);
    registerCodegenTranslations(registry);
    return registry;
  }());
  context.disableMultithreading();
  return context;
}

/// Gathers diagnostics for the test's message.
class Messages {
public:
  Messages()
      : handler(&sharedContext(), [this](Diagnostic &diagnostic) {
          text += diagnostic.str() + "\n";
          return success();
        }) {}
  std::string text;

private:
  ScopedDiagnosticHandler handler;
};

//===----------------------------------------------------------------------===//
// Machine code
//===----------------------------------------------------------------------===//

using Entry = void (*)(int64_t, int64_t, void **);

/// The kernels of a module, compiled for this machine as mlcc does.
class MachineCode {
public:
  static llvm::Expected<std::unique_ptr<MachineCode>> compile(ModuleOp module) {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    OwningOpRef<ModuleOp> kernels(module.clone());
    replaceByProgram(*kernels);
    CodegenOptions options;
    options.optimizationLevel = 2;
    PassManager manager(&sharedContext());
    buildCodegenPipeline(manager, options);
    if (failed(manager.run(*kernels)))
      return llvm::createStringError("codegen failed");
    auto context = std::make_unique<llvm::LLVMContext>();
    auto code = translateModuleToLLVMIR(*kernels, *context);
    if (!code)
      return llvm::createStringError("translation failed");
    auto cpu = resolveTarget(options);
    if (!cpu)
      return cpu.takeError();
    auto machine = createTargetMachine(*cpu, options);
    if (!machine)
      return machine.takeError();
    code->setDataLayout((*machine)->createDataLayout());
    code->setTargetTriple((*machine)->getTargetTriple());
    setTargetAttributes(*code, *cpu);
    for (llvm::Function &function : *code)
      if (!function.isDeclaration())
        function.setLinkage(llvm::GlobalValue::ExternalLinkage);
    optimize(*code, **machine);
    auto jit = llvm::orc::LLJITBuilder().create();
    if (!jit)
      return jit.takeError();
    auto result = std::make_unique<MachineCode>();
    result->jit = std::move(*jit);
    if (auto error = result->jit->addIRModule(
            llvm::orc::ThreadSafeModule(std::move(code), std::move(context))))
      return std::move(error);
    return std::move(result);
  }

  llvm::Expected<Entry> lookup(llvm::StringRef kernel) {
    auto address = jit->lookup((kernel + ".entry").str());
    if (!address)
      return address.takeError();
    return address->toPtr<Entry>();
  }

private:
  /// Codegen keeps the kernels that a program's steps run.
  static void replaceByProgram(ModuleOp module) {
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    auto program = rt::ProgramOp::create(
        builder, module.getLoc(), builder.getStringAttr("all"),
        builder.getArrayAttr({}), builder.getArrayAttr({}),
        builder.getI64IntegerAttr(1 << 20), /*reads=*/ArrayAttr(),
        /*writes=*/ArrayAttr());
    builder.createBlock(&program.getBody());
    module.walk([&](rt::LaunchOp launch) {
      SmallVector<Attribute> places;
      for (size_t i = 0; i < launch->getNumOperands() + launch->getNumResults();
           ++i)
        places.push_back(rt::PlaceAttr::get(builder.getContext(),
                                            rt::Space::Arena, 0, 64 * i));
      rt::StepKernelOp::create(
          builder, launch.getLoc(), builder.getStringAttr("step"),
          launch.getKernelAttr(), builder.getArrayAttr(places),
          launch.getWorkAttr(), launch.getGrainAttr(), rt::ResultAttr());
    });
    for (auto function :
         llvm::make_early_inc_range(module.getOps<func::FuncOp>()))
      if (!function->hasAttr(rt::kernelAttrName))
        function.erase();
  }

  static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
    llvm::PassBuilder builder(&machine);
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager sccs;
    llvm::ModuleAnalysisManager modules;
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(sccs);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, sccs, modules);
    builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
        .run(module, modules);
  }

  std::unique_ptr<llvm::orc::LLJIT> jit;
};

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

double specialValue(std::mt19937 &random) {
  static const double values[] = {NAN,   INFINITY, -INFINITY, 0.0,   -0.0,
                                  1e-40, -1e-40,   3e38,      -3e38, 88.5,
                                  -88.5, -100,     104,       1e-8,  0.5};
  return values[random() % std::size(values)];
}

HostTensor randomTensor(RankedTensorType type, double low, double high,
                        bool special, std::mt19937 &random) {
  HostTensor tensor(type);
  std::uniform_real_distribution<double> uniform(low, high);
  bool isFloat = isa<FloatType>(type.getElementType());
  for (int64_t i = 0; i < type.getNumElements(); ++i) {
    if (isFloat && special && random() % 4 == 0)
      tensor.setDouble(i, specialValue(random));
    else if (isFloat)
      tensor.setDouble(i, uniform(random));
    else if (type.getElementType().isInteger(1))
      tensor.setInt(i, random() % 2);
    else
      tensor.setInt(i, static_cast<int64_t>(std::floor(uniform(random))));
  }
  return tensor;
}

/// A buffer of 64-byte alignment, as the arena gives, with a canary behind.
class Buffer {
public:
  explicit Buffer(int64_t bytes)
      : bytes(bytes), memory(new (std::align_val_t(64)) char[bytes + 64]) {
    std::fill_n(memory.get(), bytes + 64, canary);
  }
  char *data() { return memory.get(); }
  bool isIntact() const {
    return std::all_of(memory.get() + bytes, memory.get() + bytes + 64,
                       [](char c) { return c == canary; });
  }

private:
  static constexpr char canary = 0x5a;
  struct Free {
    void operator()(char *p) const {
      ::operator delete[](p, std::align_val_t(64));
    }
  };
  int64_t bytes;
  std::unique_ptr<char[], Free> memory;
};

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

/// Elements that a tensor takes in memory, and where element `index` of four
/// dimensions lies, for the layouts that the tests use.
struct Layout {
  explicit Layout(RankedTensorType type) : shape(type.getShape()) {
    if (type.getEncoding())
      tag = cast<dnn::LayoutAttr>(type.getEncoding()).getTag();
  }
  int64_t blocks() const { return (shape[1] + 15) / 16; }
  int64_t elements() const {
    if (tag == "aBcd16b")
      return shape[0] * blocks() * 16 * shape[2] * shape[3];
    return ShapedType::getNumElements(shape);
  }
  int64_t place(int64_t linear) const {
    if (tag.empty())
      return linear;
    int64_t w = linear % shape[3], h = linear / shape[3] % shape[2];
    int64_t c = linear / (shape[3] * shape[2]) % shape[1];
    int64_t n = linear / (shape[3] * shape[2] * shape[1]);
    if (tag == "acdb")
      return ((n * shape[2] + h) * shape[3] + w) * shape[1] + c;
    return (((n * blocks() + c / 16) * shape[2] + h) * shape[3] + w) * 16 +
           c % 16;
  }

  ArrayRef<int64_t> shape;
  std::string tag;
};

using Values = llvm::DenseMap<Value, std::shared_ptr<Buffer>>;

std::shared_ptr<Buffer> bufferOf(const HostTensor &tensor) {
  Layout layout(tensor.getType());
  unsigned width = nn::elementBytes(tensor.getElementType());
  auto buffer = std::make_shared<Buffer>(layout.elements() * width);
  std::fill_n(buffer->data(), layout.elements() * width, 0);
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    std::copy_n(tensor.bytes().data() + i * width, width,
                buffer->data() + layout.place(i) * width);
  return buffer;
}

HostTensor tensorOf(RankedTensorType type, Buffer &buffer) {
  HostTensor tensor(type);
  Layout layout(type);
  unsigned width = nn::elementBytes(tensor.getElementType());
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    std::copy_n(buffer.data() + layout.place(i) * width, width,
                tensor.mutableBytes().data() + i * width);
  return tensor;
}

/// Whether all that is in memory beside the elements is zero.
bool isPaddingZero(RankedTensorType type, Buffer &buffer) {
  Layout layout(type);
  unsigned width = nn::elementBytes(type.getElementType());
  std::vector<bool> used(layout.elements());
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    used[layout.place(i)] = true;
  for (int64_t i = 0; i < layout.elements(); ++i)
    if (!used[i] &&
        std::any_of(buffer.data() + i * width, buffer.data() + (i + 1) * width,
                    [](char c) { return c != 0; }))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// The two executions
//===----------------------------------------------------------------------===//

std::optional<std::vector<HostTensor>> runReference(func::FuncOp function,
                                                    ArrayRef<HostTensor> inputs,
                                                    std::string &message) {
  llvm::DenseMap<Value, HostTensor> values;
  for (auto [argument, input] :
       llvm::zip_equal(function.getArguments(), inputs))
    values[argument] = input;
  std::vector<HostTensor> results;
  for (Operation &op : function.getBody().front()) {
    if (auto constant = dyn_cast<nn::ConstantOp>(op)) {
      values[constant.getResult()] =
          *HostTensor::fromAttribute(constant.getValue());
      continue;
    }
    SmallVector<HostTensor> operands, outcomes;
    for (Value operand : op.getOperands())
      operands.push_back(values.lookup(operand));
    if (isa<func::ReturnOp>(op)) {
      results.assign(operands.begin(), operands.end());
      continue;
    }
    auto reference = dyn_cast<nn::ReferenceOpInterface>(op);
    if (!reference || failed(reference.evaluate(operands, outcomes))) {
      message = "no reference for " + op.getName().getStringRef().str();
      return std::nullopt;
    }
    for (auto [result, outcome] : llvm::zip_equal(op.getResults(), outcomes))
      values[result] = outcome;
  }
  return results;
}

/// Runs [0, work) in two parts, the second first.
void launch(Entry entry, int64_t work, ArrayRef<void *> places) {
  SmallVector<void *> pointers(places);
  int64_t middle = work / 3;
  entry(middle, work, pointers.data());
  entry(0, middle, pointers.data());
}

std::optional<std::vector<HostTensor>> runKernels(func::FuncOp function,
                                                  MachineCode &code,
                                                  ArrayRef<HostTensor> inputs,
                                                  std::string &message) {
  Values values;
  for (auto [argument, input] :
       llvm::zip_equal(function.getArguments(), inputs))
    values[argument] = bufferOf(input);
  std::vector<HostTensor> results;
  for (Operation &op : function.getBody().front()) {
    if (auto constant = dyn_cast<nn::ConstantOp>(op)) {
      values[constant.getResult()] =
          bufferOf(*HostTensor::fromAttribute(constant.getValue()));
    } else if (isa<nn::ReshapeOp>(op)) {
      // A copy: the new entry may move the old one.
      values[op.getResult(0)] = std::shared_ptr(values[op.getOperand(0)]);
    } else if (auto launchOp = dyn_cast<rt::LaunchOp>(op)) {
      SmallVector<void *> places;
      for (Value operand : op.getOperands())
        places.push_back(values[operand]->data());
      for (Value result : op.getResults()) {
        auto type = cast<RankedTensorType>(result.getType());
        values[result] = std::make_shared<Buffer>(
            Layout(type).elements() * nn::elementBytes(type.getElementType()));
        places.push_back(values[result]->data());
      }
      auto entry = code.lookup(launchOp.getKernel());
      if (!entry) {
        message = llvm::toString(entry.takeError());
        return std::nullopt;
      }
      launch(*entry, launchOp.getWork(), places);
      for (Value value : llvm::concat<Value>(op.getOperands(), op.getResults()))
        if (!values[value]->isIntact()) {
          message = launchOp.getKernel().str() + " writes behind a tensor";
          return std::nullopt;
        }
      for (Value result : op.getResults())
        if (!isPaddingZero(cast<RankedTensorType>(result.getType()),
                           *values[result])) {
          message =
              launchOp.getKernel().str() + " leaves padding that is not 0";
          return std::nullopt;
        }
    } else if (isa<func::ReturnOp>(op)) {
      for (Value operand : op.getOperands())
        results.push_back(tensorOf(cast<RankedTensorType>(operand.getType()),
                                   *values[operand]));
    } else {
      message = op.getName().getStringRef().str() + " is left";
      return std::nullopt;
    }
  }
  return results;
}

/// Empty if the tensors agree.
std::string difference(const HostTensor &expected, const HostTensor &actual,
                       double tolerance) {
  bool isFloat = isa<FloatType>(expected.getElementType());
  for (int64_t i = 0; i < expected.getNumElements(); ++i) {
    if (!isFloat) {
      if (expected.getAsInt(i) != actual.getAsInt(i))
        return "element " + std::to_string(i) + ": expected " +
               std::to_string(expected.getAsInt(i)) + ", is " +
               std::to_string(actual.getAsInt(i));
      continue;
    }
    double want = expected.getAsDouble(i), have = actual.getAsDouble(i);
    if ((std::isnan(want) && std::isnan(have)) || want == have)
      continue;
    if (!(std::abs(want - have) <= tolerance * (1 + std::abs(want))) ||
        std::isinf(want))
      return "element " + std::to_string(i) + ": expected " +
             std::to_string(want) + ", is " + std::to_string(have);
  }
  return "";
}

double numberOf(Attribute attribute) {
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  return cast<IntegerAttr>(attribute).getInt();
}

std::vector<HostTensor> randomInputs(func::FuncOp function,
                                     const RunOptions &options,
                                     std::mt19937 &random) {
  std::vector<HostTensor> inputs;
  for (BlockArgument argument : function.getArguments()) {
    double low = options.low, high = options.high;
    if (auto range = function.getArgAttrOfType<ArrayAttr>(
            argument.getArgNumber(), "test.range")) {
      low = numberOf(range[0]);
      high = numberOf(range[1]);
    }
    inputs.push_back(randomTensor(cast<RankedTensorType>(argument.getType()),
                                  low, high, options.special, random));
  }
  return inputs;
}

OwningOpRef<ModuleOp> lower(ModuleOp module) {
  OwningOpRef<ModuleOp> lowered(module.clone());
  PassManager manager(&sharedContext());
  // The part of the fuse stage that makes kernels' ops of others.
  manager.addNestedPass<func::FuncOp>(createExpandBatchNorm());
  buildKernelsPipeline(manager);
  if (failed(manager.run(*lowered)))
    return {};
  return lowered;
}

} // namespace

testing::AssertionResult kernelsAgree(StringRef text,
                                      const RunOptions &options) {
  Messages messages;
  auto fail = [&](const std::string &why) {
    return testing::AssertionFailure() << why << "\n"
                                       << messages.text << text.str();
  };
  auto module = parseSourceString<ModuleOp>(text, &sharedContext());
  if (!module)
    return fail("the test's module does not parse");
  OwningOpRef<ModuleOp> lowered = lower(*module);
  if (!lowered)
    return fail("the kernels stage failed");
  auto code = MachineCode::compile(*lowered);
  if (!code)
    return fail(llvm::toString(code.takeError()));
  std::mt19937 random(20250707);
  for (auto function : module->getOps<func::FuncOp>()) {
    std::string message;
    auto inputs = randomInputs(function, options, random);
    auto expected = runReference(function, inputs, message);
    if (!expected)
      return fail(message);
    auto target = lowered->lookupSymbol<func::FuncOp>(function.getName());
    auto actual = runKernels(target, **code, inputs, message);
    if (!actual)
      return fail(message);
    for (auto [number, want, have] : llvm::enumerate(*expected, *actual)) {
      message = difference(want, have, options.tolerance);
      if (!message.empty())
        return fail("@" + function.getName().str() + " result " +
                    std::to_string(number) + ", " + message);
    }
  }
  return testing::AssertionSuccess();
}

unsigned countKernels(StringRef text) {
  auto module = parseSourceString<ModuleOp>(text, &sharedContext());
  OwningOpRef<ModuleOp> lowered = module ? lower(*module) : nullptr;
  unsigned count = 0;
  if (lowered)
    for (auto function : lowered->getOps<func::FuncOp>())
      count += function->hasAttr(rt::kernelAttrName);
  return count;
}

} // namespace mlcc::test
