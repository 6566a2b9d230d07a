//===- RandomOps.cpp - Random numbers -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/LoopEmitter.h"
#include "compiler/kernels/OpModels.h"
#include "dialects/nn/NN.h"
#include "runtime/src/philox.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace mlcc::kernels {
namespace {

/// 32-bit arithmetic in place.
class Words {
public:
  explicit Words(ImplicitLocOpBuilder &builder) : b(builder) {}

  Value constant(int64_t word) {
    return arith::ConstantOp::create(
        b, b.getI32IntegerAttr(static_cast<int32_t>(word)));
  }
  Value low(Value wide) {
    return arith::TruncIOp::create(b, b.getI32Type(), wide);
  }
  Value high(Value wide) {
    Value half = arith::ConstantIntOp::create(b, 32, 64);
    return low(arith::ShRUIOp::create(b, wide, half));
  }
  /// word * multiplier, 64 bits.
  Value multiply(Value word, uint32_t multiplier) {
    Value wide = arith::ExtUIOp::create(b, b.getI64Type(), word);
    Value factor =
        arith::ConstantOp::create(b, b.getI64IntegerAttr(multiplier));
    return arith::MulIOp::create(b, wide, factor);
  }
  Value exclusiveOr(Value x, Value y, Value z) {
    return arith::XOrIOp::create(b, arith::XOrIOp::create(b, x, y), z);
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }

private:
  ImplicitLocOpBuilder &b;
};

/// Philox::generate, and the word for the element of what it gives. All four
/// elements of a block compute it: lanes of a vector are cheaper than the
/// shuffles of sharing.
Value emitRandomBits(LoopEmitter &emitter, OpResult result,
                     ArrayRef<IndexExpr> index) {
  auto op = cast<nn::RandomBitsOp>(result.getOwner());
  ImplicitLocOpBuilder &b = emitter.builder();
  Words words(b);
  Value seed = emitter.element(op.getKey(), IndexExpr(0));
  Value count = emitter.element(op.getKey(), IndexExpr(1));
  Value number = arith::IndexCastOp::create(
      b, b.getI64Type(),
      emitter.materialize(emitter.indices().linearize(index, op.getShape())));
  Value block =
      arith::ShRUIOp::create(b, number, arith::ConstantIntOp::create(b, 2, 64));

  Value counter[] = {words.low(block), words.constant(op.getStream()),
                     words.low(count), words.high(count)};
  Value key[] = {words.low(seed), words.high(seed)};
  for (int round = 0; round < Philox::rounds; ++round) {
    Value first = words.multiply(counter[0], Philox::multipliers[0]);
    Value second = words.multiply(counter[2], Philox::multipliers[1]);
    Value next[] = {words.exclusiveOr(words.high(second), counter[1], key[0]),
                    words.low(second),
                    words.exclusiveOr(words.high(first), counter[3], key[1]),
                    words.low(first)};
    llvm::copy(next, counter);
    for (int i = 0; i < 2; ++i)
      key[i] = words.add(key[i], words.constant(Philox::keySteps[i]));
  }

  Value place = words.low(number);
  auto hasBit = [&](int64_t bit) -> Value {
    Value masked = arith::AndIOp::create(b, place, words.constant(bit));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, masked,
                                 words.constant(0));
  };
  Value odd = hasBit(1);
  Value lower = arith::SelectOp::create(b, odd, counter[1], counter[0]);
  Value upper = arith::SelectOp::create(b, odd, counter[3], counter[2]);
  return arith::SelectOp::create(b, hasBit(2), upper, lower);
}

} // namespace

void registerRandom(OpModelTable &table) {
  table["nn.random_bits"] = {OpRole::elementwise, 80, emitRandomBits};
}

} // namespace mlcc::kernels
