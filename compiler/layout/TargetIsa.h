//===- TargetIsa.h - Which CPU oneDNN is asked about -------------*- C++
//-*-===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MLCC_COMPILER_LAYOUT_TARGETISA_H
#define MLCC_COMPILER_LAYOUT_TARGETISA_H

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace mlcc {

/// Makes oneDNN answer as on a CPU with the given instruction sets (LLVM's
/// names), so that layouts are chosen and weights are packed for it. Counts for
/// the rest of the process, and only before the first primitive is described.
/// A host with fewer instruction sets answers for itself: then the runtime
/// packs weights again where the program runs.
void chooseLayoutsFor(llvm::ArrayRef<std::string> features);

} // namespace mlcc

#endif // MLCC_COMPILER_LAYOUT_TARGETISA_H
