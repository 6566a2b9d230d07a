// Libraries come with a C header and CMake glue; a C compiler takes the header.
// RUN: rm -rf %t && mkdir %t
// RUN: mlcc %s --start-after=kernels --emit=static -o %t/libmy-net.a
// RUN: FileCheck %s --check-prefix=HEADER < %t/my_net.h
// RUN: FileCheck %s --check-prefix=CMAKE < %t/my_net-config.cmake
// RUN: mlcc %s --start-after=kernels --emit=shared --name=other -o %t/libother.so
// RUN: mlcc-dump artefact %t/libother.so | FileCheck %s --check-prefix=SHARED
// RUN: mlcc %s --start-after=kernels --emit=object --name=third -o %t/third.o
// RUN: llvm-nm %t/third.o | FileCheck %s --check-prefix=OBJECT
// Nothing else is left behind.
// RUN: ls %t | FileCheck %s --check-prefix=FILES

// HEADER: extern const mlcc_model mlcc_model_my_net;
// HEADER: static inline mlcc_status my_net_load(const mlcc_options *options,
// HEADER: #define MY_NET_PREDICT_DATA_0_RANK 2
// HEADER: #define MY_NET_PREDICT_DATA_0_SIZE 12 /* elements, 3x4 */
// HEADER: #define MY_NET_PREDICT_DATA_0_DIM1 4
// HEADER: static inline mlcc_status my_net_predict(mlcc_session *session,
// HEADER-NEXT: const float data_0[12],
// HEADER-NEXT: const int64_t int_[1],
// HEADER-NEXT: float data_0_2[12]) {

// CMAKE: add_library(my_net STATIC IMPORTED)
// CMAKE: IMPORTED_LOCATION ${CMAKE_CURRENT_LIST_DIR}/libmy-net.a

// SHARED: model other
// OBJECT: {{[rRdD]}} mlcc_model_third
// FILES-COUNT-8: {{^(libmy-net.a|my_net.h|my_net-config.cmake|libother.so|other.h|other-config.cmake|third.o|third.h)$}}
// FILES-NOT: {{.}}

func.func @predict(%x: tensor<3x4xf32> {rt.name = "data/0"}, %n: tensor<i64> {rt.name = "int"})
    -> (tensor<3x4xf32> {rt.name = "data:0"}) {
  return %x : tensor<3x4xf32>
}
