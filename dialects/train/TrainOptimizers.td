//===- TrainOptimizers.td - Optimizers ------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// p parameter, g gradient, lr learning rate, t number of the step from 1.
// `framework` is what libtorch computes, `textbook` the formula of the method's
// paper or of "Deep Learning" (Goodfellow, Bengio, Courville), chapter 8.
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_DIALECTS_TRAIN_OPTIMIZERS
#define MLCC_DIALECTS_TRAIN_OPTIMIZERS

include "dialects/train/TrainDialect.td"

class Train_Optimizer<string name, string mnemonic, list<string> more = []>
    : Train_Attr<name, mnemonic, [
        DeclareAttrInterfaceMethods<Train_OptimizerAttrInterface, more>]> {
  let assemblyFormat = "`<` struct(params) `>`";
  let extraClassDefinition = "double $cppClass::getBaseRate() const { return getLr(); }";
}

def Train_SgdAttr : Train_Optimizer<"Sgd", "sgd"> {
  let summary = "p - lr g";
  let parameters = (ins Train_Number<"0.01">:$lr);
}

def Train_MomentumAttr : Train_Optimizer<"Momentum", "momentum"> {
  let summary = "v = momentum v + (1 - dampening) g; p - lr v (Polyak, 1964)";
  let description = [{
    textbook: v = momentum v - lr (1 - dampening) g; p + v: a change of the rate then
    acts on what has been gathered too. framework: the first step is not
    dampened. With `dampening = momentum` and textbook, v is -lr times the running
    average of gradients.
  }];
  let parameters = (ins Train_Number<"0.01">:$lr, Train_Number<"0.9">:$momentum,
                        Train_Number<"0.0">:$dampening,
                        Train_VariantParameter:$variant);
}

def Train_NesterovAttr : Train_Optimizer<"Nesterov", "nesterov", ["buildLookAhead"]> {
  let summary = "Momentum that looks ahead: v = momentum v + g; p - lr (g + momentum v)";
  let description = [{
    textbook: the gradient g is that at p + momentum v; v = momentum v - lr g; p + v
    (Sutskever et al., 2013). The loss that is reported is then that at the point
    looked ahead to.
  }];
  let parameters = (ins Train_Number<"0.01">:$lr, Train_Number<"0.9">:$momentum,
                        Train_VariantParameter:$variant);
}

def Train_AdagradAttr : Train_Optimizer<"Adagrad", "adagrad"> {
  let summary = "s = s + g^2; p - lr g / (sqrt(s) + epsilon) (Duchi et al., 2011)";
  let description = [{
    `initial` is the first s; the rate of step t is lr / (1 + (t - 1) decay).
    textbook: p - lr g / sqrt(s + epsilon).
  }];
  let parameters = (ins Train_Number<"0.01">:$lr, Train_Number<"1.0e-10">:$epsilon,
                        Train_Number<"0.0">:$decay, Train_Number<"0.0">:$initial,
                        Train_VariantParameter:$variant);
}

def Train_AdadeltaAttr : Train_Optimizer<"Adadelta", "adadelta"> {
  let summary = "s = rho s + (1 - rho) g^2; d = g sqrt(u + epsilon) / sqrt(s + epsilon); u = rho u + (1 - rho) d^2; p - lr d (Zeiler, 2012)";
  let parameters = (ins Train_Number<"1.0">:$lr, Train_Number<"0.9">:$rho,
                        Train_Number<"1.0e-6">:$epsilon);
}

def Train_RmspropAttr : Train_Optimizer<"Rmsprop", "rmsprop"> {
  let summary = "s = alpha s + (1 - alpha) g^2; p - lr g / (sqrt(s) + epsilon) (Hinton, 2012)";
  let description = [{
    `centered` takes the square of the gradient's running average from s (Graves,
    2013); with `momentum`, b = momentum b + g / (...) and p - lr b.
    textbook: epsilon is under the root.
  }];
  let parameters = (ins Train_Number<"0.01">:$lr, Train_Number<"0.99">:$alpha,
                        Train_Number<"1.0e-8">:$epsilon, Train_Number<"0.0">:$momentum,
                        Train_Flag:$centered, Train_VariantParameter:$variant);
}

def Train_AdamAttr : Train_Optimizer<"Adam", "adam"> {
  let summary = "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p - lr m' / (sqrt(v') + epsilon), m' = m / (1 - beta1^t), v' = v / (1 - beta2^t) (Kingma and Ba, 2015)";
  let description = "textbook: epsilon is under the root.";
  let parameters = (ins Train_Number<"1.0e-3">:$lr, Train_Number<"0.9">:$beta1,
                        Train_Number<"0.999">:$beta2, Train_Number<"1.0e-8">:$epsilon,
                        Train_VariantParameter:$variant);
}

def Train_AmsgradAttr : Train_Optimizer<"Amsgrad", "amsgrad"> {
  let summary = "Adam with the largest v so far (Reddi et al., 2018)";
  let description = [{
    framework: the largest of the uncorrected v, corrected where it is used.
    textbook: no bias corrections.
  }];
  let parameters = (ins Train_Number<"1.0e-3">:$lr, Train_Number<"0.9">:$beta1,
                        Train_Number<"0.999">:$beta2, Train_Number<"1.0e-8">:$epsilon,
                        Train_VariantParameter:$variant);
}

def Train_AdamwAttr : Train_Optimizer<"Adamw", "adamw"> {
  let summary = "Adam with decoupled weight decay: first p - lr decay p (Loshchilov and Hutter, 2019)";
  let description = [{
    textbook: p decays by `decay` times what the schedule makes of the rate, rate /
    base rate, not by the rate itself. The decay of a group takes its place.
  }];
  let parameters = (ins Train_Number<"1.0e-3">:$lr, Train_Number<"0.9">:$beta1,
                        Train_Number<"0.999">:$beta2, Train_Number<"1.0e-8">:$epsilon,
                        Train_Number<"0.01">:$decay, Train_VariantParameter:$variant);
  let extraClassDeclaration = [{
    double getWeightDecay() const { return getDecay(); }
    bool scalesWeightDecay() const { return getVariant() == Variant::Framework; }
  }];
}

#endif // MLCC_DIALECTS_TRAIN_OPTIMIZERS
