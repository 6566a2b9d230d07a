//===- DNNDialect.cpp - The dnn dialect -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/dnn/DNN.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace mlcc;
using namespace mlcc::dnn;

#include "dialects/dnn/DNNDialect.cpp.inc"

#include "dialects/dnn/DNNEnums.cpp.inc"

#include "dialects/dnn/DNNInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/dnn/DNNAttributes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/dnn/DNNOps.cpp.inc"

void DNNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/dnn/DNNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/dnn/DNNOps.cpp.inc"
      >();
}
