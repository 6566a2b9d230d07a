//===- Descriptor.cpp - The model's descriptor as LLVM constants ----------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each structure of mlcc/abi.h is written by one function here, field by field
// in order. `AbiStructs` mirrors their types; that they agree with what a C
// compiler makes of abi.h is checked once per compilation.
//
//===----------------------------------------------------------------------===//

#include "compiler/codegen/Descriptor.h"

#include "compiler/codegen/BuildInfo.h"
#include "compiler/codegen/Codegen.h"
#include "compiler/codegen/CodegenPasses.h"
#include "compiler/codegen/Target.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/nn/HostTensor.h"
#include "dialects/rt/RT.h"
#include "mlcc/abi.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Module.h"

#include <map>

using namespace mlcc;
using llvm::ArrayRef;
using llvm::Constant;
using llvm::StringRef;

namespace {

/// The structures of the ABI as LLVM types.
struct AbiStructs {
  explicit AbiStructs(llvm::LLVMContext &context)
      : i8(llvm::Type::getInt8Ty(context)),
        i32(llvm::Type::getInt32Ty(context)),
        i64(llvm::Type::getInt64Ty(context)),
        pointer(llvm::PointerType::get(context, 0)),
        tensorInfo(llvm::StructType::get(pointer, i32, i32, pointer, i64,
                                         pointer, i64, i64)),
        variable(llvm::StructType::get(tensorInfo, i32, i64)),
        variableUse(llvm::StructType::get(i32, i32)),
        place(llvm::StructType::get(i32, i32, i64)),
        step(llvm::StructType::get(i32, i32, pointer, pointer, pointer, i64,
                                   pointer, i64, i64, i32, i32, i64, pointer)),
        loop(llvm::StructType::get(i32, i32, i32, i32, i64, pointer)),
        function(llvm::StructType::get(pointer, i32, i32, pointer, pointer, i64,
                                       pointer, i32, pointer, pointer, i64)),
        model(llvm::StructType::get(i32, i32, pointer, pointer, pointer, i32,
                                    pointer, pointer, i64, i64, i32, pointer,
                                    i64, i32, pointer)) {}

  llvm::IntegerType *i8, *i32, *i64;
  llvm::PointerType *pointer;
  llvm::StructType *tensorInfo, *variable, *variableUse, *place, *step, *loop,
      *function, *model;

  bool agreeWithC(const llvm::DataLayout &layout) const;
};

} // namespace

/// Whether the fields of `type` lie where a C compiler puts them.
static bool agrees(const llvm::DataLayout &layout, llvm::StructType *type,
                   ArrayRef<size_t> offsets, size_t bytes) {
  const llvm::StructLayout *fields = layout.getStructLayout(type);
  if (type->getNumElements() != offsets.size() ||
      fields->getSizeInBytes() != bytes)
    return false;
  for (auto [index, offset] : llvm::enumerate(offsets))
    if (fields->getElementOffset(index) != offset)
      return false;
  return true;
}

bool AbiStructs::agreeWithC(const llvm::DataLayout &layout) const {
#define AT(field) offsetof(mlcc_tensor_info, field)
  bool tensors = agrees(layout, tensorInfo,
                        {AT(name), AT(type), AT(rank), AT(dims), AT(bytes),
                         AT(required_value), AT(lower), AT(upper)},
                        sizeof(mlcc_tensor_info));
#undef AT
#define AT(field) offsetof(mlcc_variable_info, field)
  bool variables = agrees(layout, variable, {AT(tensor), AT(role), AT(offset)},
                          sizeof(mlcc_variable_info));
#undef AT
#define AT(field) offsetof(mlcc_variable_use, field)
  bool uses = agrees(layout, variableUse, {AT(variable), AT(access)},
                     sizeof(mlcc_variable_use));
#undef AT
#define AT(field) offsetof(mlcc_place, field)
  bool places = agrees(layout, place, {AT(space), AT(index), AT(offset)},
                       sizeof(mlcc_place));
#undef AT
#define AT(field) offsetof(mlcc_step, field)
  bool steps =
      agrees(layout, step,
             {AT(kind), AT(place_count), AT(places), AT(name), AT(spec),
              AT(spec_bytes), AT(kernel), AT(work), AT(grain), AT(result_place),
              AT(result_type), AT(result_bytes), AT(loop)},
             sizeof(mlcc_step));
#undef AT
#define AT(field) offsetof(mlcc_loop, field)
  bool loops = agrees(layout, loop,
                      {AT(body), AT(state_count), AT(first_state), AT(is_while),
                       AT(trips), AT(strides)},
                      sizeof(mlcc_loop));
#undef AT
#define AT(field) offsetof(mlcc_function, field)
  bool functions =
      agrees(layout, function,
             {AT(name), AT(input_count), AT(output_count), AT(inputs),
              AT(outputs), AT(step_count), AT(steps), AT(variable_use_count),
              AT(variable_uses), AT(onnx), AT(onnx_bytes)},
             sizeof(mlcc_function));
#undef AT
#define AT(field) offsetof(mlcc_model, field)
  bool models =
      agrees(layout, model,
             {AT(abi_version), AT(struct_bytes), AT(name), AT(build_info),
              AT(cpu_features), AT(function_count), AT(functions), AT(weights),
              AT(weights_bytes), AT(arena_bytes), AT(variable_count),
              AT(variables), AT(state_bytes), AT(body_count), AT(bodies)},
             sizeof(mlcc_model));
#undef AT
  return tensors && variables && uses && places && steps && loops &&
         functions && models;
}

// The enumerators of rt are written as those of the ABI.
static_assert(int(rt::Space::Arena) == MLCC_ARENA &&
              int(rt::Space::Weights) == MLCC_WEIGHTS &&
              int(rt::Space::Input) == MLCC_INPUT &&
              int(rt::Space::Output) == MLCC_OUTPUT &&
              int(rt::Space::State) == MLCC_STATE);
static_assert(int(rt::Role::Parameter) == MLCC_PARAMETER &&
              int(rt::Role::Statistic) == MLCC_STATISTIC &&
              int(rt::Role::Optimizer) == MLCC_OPTIMIZER &&
              int(rt::Role::Counter) == MLCC_COUNTER &&
              int(rt::Role::Random) == MLCC_RANDOM &&
              int(rt::Role::Scalar) == MLCC_SCALAR);

static mlcc_type toAbiType(mlir::Type type) {
  if (type.isF32())
    return MLCC_F32;
  if (type.isF64())
    return MLCC_F64;
  if (type.isF16())
    return MLCC_F16;
  if (type.isBF16())
    return MLCC_BF16;
  bool isUnsigned = type.isUnsignedInteger();
  switch (type.getIntOrFloatBitWidth()) {
  case 1:
    return MLCC_BOOL;
  case 8:
    return isUnsigned ? MLCC_U8 : MLCC_I8;
  case 16:
    return isUnsigned ? MLCC_U16 : MLCC_I16;
  case 32:
    return isUnsigned ? MLCC_U32 : MLCC_I32;
  default:
    return isUnsigned ? MLCC_U64 : MLCC_I64;
  }
}

namespace {

class DescriptorWriter {
public:
  explicit DescriptorWriter(llvm::Module &module)
      : module(module), types(module.getContext()) {}

  llvm::LogicalResult write(mlir::ModuleOp programs, const TargetCpu &cpu,
                            const CodegenOptions &options);

private:
  Constant *u32(uint64_t value) {
    return llvm::ConstantInt::get(types.i32, value);
  }
  Constant *u64(uint64_t value) {
    return llvm::ConstantInt::get(types.i64, value);
  }
  Constant *null() { return llvm::ConstantPointerNull::get(types.pointer); }

  Constant *hidden(Constant *value, unsigned alignment);
  Constant *string(StringRef text);
  Constant *bytes(StringRef data, unsigned alignment);
  Constant *array(llvm::Type *element, ArrayRef<Constant *> values);

  Constant *tensorInfo(StringRef name, mlir::RankedTensorType type,
                       Constant *required, mlir::DenseI64ArrayAttr range);
  Constant *tensorInfo(rt::TensorAttr tensor);
  Constant *tensorInfos(mlir::ArrayAttr tensors);
  Constant *variable(rt::VariableOp variable);
  Constant *variableUses(rt::ProgramOp program, unsigned &count);
  Constant *place(rt::PlaceAttr place);
  Constant *loop(rt::StepLoopOp loop,
                 llvm::SmallVectorImpl<Constant *> &places);
  Constant *step(mlir::Operation *step);
  void addBodies(rt::ProgramOp program,
                 llvm::SmallVectorImpl<Constant *> &bodies);
  Constant *function(rt::ProgramOp program);

  llvm::Module &module;
  AbiStructs types;
  llvm::StringMap<Constant *> strings;
  llvm::StringMap<unsigned> variableNumbers;
  /// By the name of the entry point.
  llvm::StringMap<nn::HostTensor> exports;
  llvm::StringMap<unsigned> bodyNumbers;
};

} // namespace

/// A constant without a name that others can point to.
Constant *DescriptorWriter::hidden(Constant *value, unsigned alignment) {
  auto *global = new llvm::GlobalVariable(
      module, value->getType(), /*isConstant=*/true,
      llvm::GlobalValue::PrivateLinkage, value, "mlcc");
  global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  global->setAlignment(llvm::Align(alignment));
  return global;
}

Constant *DescriptorWriter::string(StringRef text) {
  Constant *&known = strings[text];
  if (!known)
    known = hidden(
        llvm::ConstantDataArray::getString(module.getContext(), text), 1);
  return known;
}

Constant *DescriptorWriter::bytes(StringRef data, unsigned alignment) {
  return hidden(llvm::ConstantDataArray::getString(module.getContext(), data,
                                                   /*AddNull=*/false),
                alignment);
}

Constant *DescriptorWriter::array(llvm::Type *element,
                                  ArrayRef<Constant *> values) {
  if (values.empty())
    return null();
  return hidden(llvm::ConstantArray::get(
                    llvm::ArrayType::get(element, values.size()), values),
                8);
}

Constant *DescriptorWriter::tensorInfo(StringRef name,
                                       mlir::RankedTensorType type,
                                       Constant *required,
                                       mlir::DenseI64ArrayAttr range) {
  llvm::SmallVector<Constant *> dims;
  for (int64_t extent : type.getShape())
    dims.push_back(u64(extent));
  return llvm::ConstantStruct::get(
      types.tensorInfo, string(name), u32(toAbiType(type.getElementType())),
      u32(type.getRank()), array(types.i64, dims), u64(nn::tensorBytes(type)),
      required, u64(range ? range[0] : 0), u64(range ? range[1] : 0));
}

Constant *DescriptorWriter::tensorInfo(rt::TensorAttr tensor) {
  Constant *required = null();
  if (auto value = nn::HostTensor::fromAttribute(tensor.getValue()))
    required = bytes({value->bytes().data(), value->bytes().size()}, 64);
  return tensorInfo(tensor.getName(), tensor.getType(), required,
                    tensor.getRange());
}

Constant *DescriptorWriter::variable(rt::VariableOp variable) {
  return llvm::ConstantStruct::get(
      types.variable,
      tensorInfo(variable.getSymName(), variable.getType(), null(), {}),
      u32(static_cast<uint32_t>(variable.getRole())),
      u64(variable.getOffset().value_or(0)));
}

/// The variables that a program reads or writes, in the order of the module.
Constant *DescriptorWriter::variableUses(rt::ProgramOp program,
                                         unsigned &count) {
  std::map<unsigned, unsigned> access;
  auto add = [&](std::optional<mlir::ArrayAttr> names, unsigned kind) {
    if (names)
      for (auto name : names->getAsRange<mlir::FlatSymbolRefAttr>())
        access[variableNumbers.lookup(name.getValue())] |= kind;
  };
  add(program.getReads(), MLCC_READS);
  add(program.getWrites(), MLCC_WRITES);
  llvm::SmallVector<Constant *> uses;
  for (auto [number, kind] : access)
    uses.push_back(
        llvm::ConstantStruct::get(types.variableUse, u32(number), u32(kind)));
  count = uses.size();
  return array(types.variableUse, uses);
}

Constant *DescriptorWriter::tensorInfos(mlir::ArrayAttr tensors) {
  llvm::SmallVector<Constant *> values;
  for (auto tensor : tensors.getAsRange<rt::TensorAttr>())
    values.push_back(tensorInfo(tensor));
  return array(types.tensorInfo, values);
}

Constant *DescriptorWriter::place(rt::PlaceAttr place) {
  return llvm::ConstantStruct::get(
      types.place, u32(static_cast<uint32_t>(place.getSpace())),
      u32(place.getIndex()), u64(place.getOffset()));
}

/// A loop's places and strides as they are walked: a reversed one begins with
/// the last pieces.
Constant *DescriptorWriter::loop(rt::StepLoopOp loop,
                                 llvm::SmallVectorImpl<Constant *> &places) {
  llvm::SmallVector<Constant *> strides;
  int64_t last = loop.getTrips() - 1;
  auto add = [&](mlir::ArrayAttr list, ArrayRef<int64_t> distances) {
    for (auto [attribute, stride] :
         llvm::zip_equal(list.getAsRange<rt::PlaceAttr>(), distances)) {
      bool back = loop.getReverse();
      places.push_back(place(rt::PlaceAttr::get(
          loop.getContext(), attribute.getSpace(), attribute.getIndex(),
          attribute.getOffset() + (back ? last * stride : 0))));
      strides.push_back(u64(back ? -stride : stride));
    }
  };
  add(loop.getInputs(), loop.getInputStrides());
  add(loop.getOutputs(), loop.getOutputStrides());
  for (auto spare : loop.getSpares().getAsRange<rt::PlaceAttr>())
    places.push_back(place(spare));
  places.push_back(place(loop.getArena()));
  auto *value = llvm::ConstantStruct::get(
      types.loop, u32(bodyNumbers.lookup(loop.getBody())),
      u32(loop.getSpares().size()), u32(loop.getFirstState()),
      u32(loop.getIsWhile()), u64(loop.getTrips()), array(types.i64, strides));
  return array(types.loop, {value});
}

Constant *DescriptorWriter::step(mlir::Operation *step) {
  llvm::SmallVector<Constant *> places;
  Constant *loopData = null();
  if (auto repeated = mlir::dyn_cast<rt::StepLoopOp>(step))
    loopData = loop(repeated, places);
  else
    for (rt::PlaceAttr attribute : rt::placesOf(step))
      places.push_back(place(attribute));

  uint32_t kind = MLCC_STEP_COPY;
  StringRef name;
  Constant *spec = null(), *kernel = null();
  uint64_t specBytes = 0, work = 0, grain = 0;
  rt::ResultAttr result;
  if (auto primitive = mlir::dyn_cast<rt::StepPrimitiveOp>(step)) {
    kind = MLCC_STEP_PRIMITIVE;
    name = primitive.getName();
    spec = bytes(primitive.getSpec(), 8);
    specBytes = primitive.getSpec().size();
    result = primitive.getResultAttr();
  } else if (auto launch = mlir::dyn_cast<rt::StepKernelOp>(step)) {
    kind = MLCC_STEP_KERNEL;
    name = launch.getName();
    kernel = module.getFunction(kernelEntryName(launch.getKernel()));
    work = launch.getWork();
    grain = launch.getGrain();
    result = launch.getResultAttr();
  } else if (auto repeated = mlir::dyn_cast<rt::StepLoopOp>(step)) {
    kind = MLCC_STEP_LOOP;
    name = repeated.getName();
  } else {
    auto copy = mlir::cast<rt::StepCopyOp>(step);
    name = copy.getName();
    work = copy.getBytes();
  }
  return llvm::ConstantStruct::get(
      types.step, u32(kind), u32(places.size()), array(types.place, places),
      string(name), spec, u64(specBytes), kernel, u64(work), u64(grain),
      u32(result ? result.getPlace() : 0),
      u32(result ? toAbiType(result.getElementType()) : 0),
      u64(result ? result.getBytes() : 0), loopData);
}

Constant *DescriptorWriter::function(rt::ProgramOp program) {
  llvm::SmallVector<Constant *> steps;
  for (mlir::Operation &operation : program.getBody().front())
    steps.push_back(step(&operation));
  unsigned useCount = 0;
  Constant *uses = variableUses(program, useCount);
  ArrayRef<char> onnx = exports.lookup(program.getSymName()).bytes();
  return llvm::ConstantStruct::get(
      types.function, string(program.getSymName()),
      u32(program.getInputs().size()), u32(program.getOutputs().size()),
      tensorInfos(program.getInputs()), tensorInfos(program.getOutputs()),
      u64(steps.size()), array(types.step, steps), u32(useCount), uses,
      onnx.empty() ? null() : bytes({onnx.data(), onnx.size()}, 1),
      u64(onnx.size()));
}

/// Appends the bodies of the program's loops that are not there yet, each after
/// those that it runs itself.
void DescriptorWriter::addBodies(rt::ProgramOp program,
                                 llvm::SmallVectorImpl<Constant *> &bodies) {
  for (auto loop : program.getBody().front().getOps<rt::StepLoopOp>()) {
    if (bodyNumbers.contains(loop.getBody()))
      continue;
    auto body = mlir::SymbolTable::lookupNearestSymbolFrom<rt::ProgramOp>(
        program->getParentOp(), loop.getBodyAttr());
    addBodies(body, bodies);
    bodyNumbers[loop.getBody()] = bodies.size();
    bodies.push_back(function(body));
  }
}

uint64_t mlcc::weightsBytes(mlir::ModuleOp module) {
  uint64_t end = 0;
  for (auto weight : module.getOps<rt::WeightOp>()) {
    auto type = mlir::cast<mlir::RankedTensorType>(weight.getValue().getType());
    end = std::max<uint64_t>(end, weight.getOffset() + nn::tensorBytes(type));
  }
  return llvm::alignTo(end, rt::placeAlignment);
}

llvm::LogicalResult DescriptorWriter::write(mlir::ModuleOp programs,
                                            const TargetCpu &cpu,
                                            const CodegenOptions &options) {
  if (!types.agreeWithC(module.getDataLayout()))
    return emitError(programs.getLoc(), ErrorCode::CodegenFailed)
           << "the target lays out structures differently from this machine";
  llvm::SmallVector<Constant *> functions, variables;
  uint64_t arenaBytes = 0, stateBytes = 0;
  for (auto op : programs.getOps<rt::VariableOp>()) {
    variableNumbers[op.getSymName()] = variables.size();
    variables.push_back(variable(op));
    stateBytes = op.getOffset().value_or(0) + nn::tensorBytes(op.getType());
  }
  for (auto op : programs.getOps<rt::ExportOp>())
    if (auto model = nn::HostTensor::fromAttribute(op.getModel()))
      exports[op.getFunction()] = *model;
  llvm::SmallVector<Constant *> bodies;
  for (auto program : programs.getOps<rt::ProgramOp>()) {
    if (rt::isBody(program))
      continue;
    addBodies(program, bodies);
    functions.push_back(function(program));
    arenaBytes = std::max<uint64_t>(arenaBytes, program.getArena());
  }
  uint64_t weightBytes = weightsBytes(programs);
  Constant *weights = null();
  if (weightBytes > 0) {
    auto *symbol =
        new llvm::GlobalVariable(module, types.i8, /*isConstant=*/true,
                                 llvm::GlobalValue::ExternalLinkage, nullptr,
                                 weightsSymbol(options.name));
    symbol->setVisibility(llvm::GlobalValue::HiddenVisibility);
    weights = symbol;
  }
  auto *descriptor = llvm::cast<llvm::ConstantStruct>(llvm::ConstantStruct::get(
      types.model, u32(MLCC_ABI_VERSION), u32(sizeof(mlcc_model)),
      string(options.name), string(buildInfo(programs, cpu, options)),
      string(llvm::join(cpu.features, " ")), u32(functions.size()),
      array(types.function, functions), weights, u64(weightBytes),
      u64(llvm::alignTo(arenaBytes, rt::placeAlignment)), u32(variables.size()),
      array(types.variable, variables),
      u64(llvm::alignTo(stateBytes, rt::placeAlignment)), u32(bodies.size()),
      array(types.function, bodies)));
  auto *model =
      new llvm::GlobalVariable(module, types.model, /*isConstant=*/true,
                               llvm::GlobalValue::ExternalLinkage, descriptor,
                               "mlcc_model_" + options.name);
  model->setAlignment(llvm::Align(8));
  if (options.executable)
    new llvm::GlobalVariable(module, types.pointer, /*isConstant=*/true,
                             llvm::GlobalValue::ExternalLinkage, model,
                             "mlcc_main_model");
  return llvm::success();
}

llvm::LogicalResult mlcc::addDescriptor(mlir::ModuleOp module,
                                        llvm::Module &target,
                                        const TargetCpu &cpu,
                                        const CodegenOptions &options) {
  return DescriptorWriter(target).write(module, cpu, options);
}
