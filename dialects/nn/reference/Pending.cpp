#include "dialects/nn/NN.h"
using namespace mlcc::nn;
llvm::LogicalResult
AbsOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AcosOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AcoshOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AddOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AndOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ArgMaxOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ArgMinOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AsinOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AsinhOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AtanOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AtanhOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
AvgPoolOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                    llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
BatchNormOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
BroadcastOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
CastOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
CeilOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
CeluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ClipOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ConcatOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ConstantOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ConvOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ConvTransposeOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                          llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
CosOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
CoshOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
CumSumOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
DequantizeOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                       llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
DivOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
EluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
EqualOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ErfOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ExpOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
FloorOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
GatherElementsOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                           llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
GatherNdOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
GatherOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
GeluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
GroupNormOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
GruOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
HardSigmoidOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                        llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
HardSwishOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
InstanceNormOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                         llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
IsInfOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
IsNanOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LayerNormOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LeakyReluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LessEqualOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LessOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LogOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LogSoftmaxOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                       llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LpNormOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LpPoolOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LrnOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
LstmOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
MatMulOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
MaxOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
MaxPoolOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                    llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
MinOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
MishOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ModOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
MulOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
NegOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
NotOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
OneHotOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult OrOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
PReluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
PadOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
PowOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
QuantizeOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReciprocalOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                       llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceL1Op::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceL2Op::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceLogSumExpOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                            llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceLogSumOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                         llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceMaxOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceMeanOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                       llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceMinOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceProdOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                       llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceSumOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReduceSumSquareOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                            llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ReshapeOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                    llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ResizeOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
RmsNormOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                    llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
RnnOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
RoundOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
RsqrtOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ScatterElementsOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                            llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ScatterNdOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SeluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ShiftLeftOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ShiftRightOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                       llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ShrinkOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                   llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SigmoidOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                    llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SignOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SinOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SinhOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SliceOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SoftmaxOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                    llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SoftplusOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SoftsignOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                     llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SqrtOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SubOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
SwishOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
TanOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
TanhOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
ThresholdedReluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                            llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
TileOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                 llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
TransposeOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                      llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
TriluOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
WhereOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                  llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
llvm::LogicalResult
XorOp::evaluate(llvm::ArrayRef<HostTensor> operands,
                llvm::SmallVectorImpl<HostTensor> &results) {
  return llvm::failure();
}
