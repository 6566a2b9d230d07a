/*===- mlcc/abi.h - What a compiled model looks like --------------*- C -*-===*\
|*                                                                            *|
|* Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.          *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|* A compiled model is one constant `mlcc_model` in the object that mlcc      *|
|* emits, under the symbol `mlcc_model_<name>`. It is data and kernels only:  *|
|* the runtime (mlcc/runtime.h) turns it into something that runs. An         *|
|* executable also defines the pointer `mlcc_main_model` to its model, which  *|
|* main() in libmlcc_cli.a serves.                                            *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef MLCC_ABI_H
#define MLCC_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rises with every incompatible change; the runtime refuses other versions. */
#define MLCC_ABI_VERSION 3

/* Element types. The values are part of the ABI. */
typedef enum mlcc_type {
  MLCC_F32 = 1,
  MLCC_F64 = 2,
  MLCC_F16 = 3,
  MLCC_BF16 = 4,
  MLCC_I8 = 5,
  MLCC_U8 = 6,
  MLCC_I16 = 7,
  MLCC_U16 = 8,
  MLCC_I32 = 9,
  MLCC_U32 = 10,
  MLCC_I64 = 11,
  MLCC_U64 = 12,
  MLCC_BOOL = 13 /* one byte, 0 or 1 */
} mlcc_type;

/* An input, output or variable: dense, row-major. */
typedef struct mlcc_tensor_info {
  const char *name;
  int32_t type; /* mlcc_type */
  int32_t rank;
  const int64_t *dims;
  uint64_t bytes;
  /* For an input bound at compile time (mlcc --bind): its only legal value,
   * `bytes` long; else null. */
  const void *required_value;
  /* For an integer input that counts something (a class, a word): its elements
   * must be at least `lower` and less than `upper`. Both 0 if not known. The
   * runtime does not check this. */
  int64_t lower, upper;
} mlcc_tensor_info;

/* What a variable is for. */
typedef enum mlcc_role {
  MLCC_PARAMETER = 0, /* weights, trained or frozen */
  MLCC_STATISTIC = 1, /* running means and the like */
  MLCC_OPTIMIZER = 2, /* momentum and the like */
  MLCC_COUNTER = 3,   /* numbers of steps */
  MLCC_RANDOM = 4,    /* the state of a random generator */
  MLCC_SCALAR = 5     /* what may be set from outside, as the learning rate */
} mlcc_role;

/* A tensor that lives from one run to the next, in the session's state block.
 */
typedef struct mlcc_variable_info {
  mlcc_tensor_info tensor; /* without required value or range */
  int32_t role;            /* mlcc_role */
  uint64_t offset;         /* bytes into the state, a multiple of 64 */
} mlcc_variable_info;

/* Where a value lies while a function runs. */
typedef enum mlcc_space {
  MLCC_ARENA = 0,   /* offset into the arena */
  MLCC_WEIGHTS = 1, /* offset into the weights */
  MLCC_INPUT = 2,   /* input `index`, plus offset */
  MLCC_OUTPUT = 3,  /* output `index`, plus offset */
  MLCC_STATE = 4    /* offset into the state */
} mlcc_space;

typedef struct mlcc_place {
  uint32_t space; /* mlcc_space */
  uint32_t index;
  uint64_t offset; /* bytes */
} mlcc_place;

/* A generated loop nest. Iterations [begin, end) are independent of all others;
 * `arguments` are the resolved places of the step, in order. */
typedef void (*mlcc_kernel)(int64_t begin, int64_t end, void *const *arguments);

typedef enum mlcc_step_kind {
  MLCC_STEP_PRIMITIVE = 0, /* execute a oneDNN primitive */
  MLCC_STEP_KERNEL = 1,    /* run a kernel over [0, work) on the pool */
  MLCC_STEP_COPY = 2,      /* copy `work` bytes, places[0] to places[1] */
  MLCC_STEP_LOOP = 3       /* run another function again and again */
} mlcc_step_kind;

/* What a loop step runs. Its places are, for the first trip, those of the
 * body's inputs and outputs, in order; then a spare place for each state; then
 * one for the body's arena. From trip to trip, inputs and outputs move on by
 * their strides. States are read from where the trip before has left them, and
 * written in turn to their outputs and their spare places, such that trip
 * number `trips` leaves them in the outputs; if an earlier one is the last,
 * they are copied there. */
typedef struct mlcc_loop {
  uint32_t body;          /* index into the model's bodies */
  uint32_t state_count;   /* the body's last outputs are their new values */
  uint32_t first_state;   /* the number of the body's first input that is one */
  uint32_t is_while;      /* 1: the first output, a boolean, says whether there
                           * is another trip */
  int64_t trips;          /* at least 1; of a while loop: at most */
  const int64_t *strides; /* bytes, of each input and then of each output */
} mlcc_loop;

/* One step of a function; steps run in order. */
typedef struct mlcc_step {
  uint32_t kind; /* mlcc_step_kind */
  uint32_t place_count;
  const mlcc_place *places;
  const char *name; /* of the node(s) in the user's model, for profiles */

  /* MLCC_STEP_PRIMITIVE: the description (src/primitive_spec.h, serialized).
   * places[i] is the memory of the description's argument i, post-op operands
   * included. Scratchpads belong to the session: their size depends on the CPU
   * and the number of threads. */
  const uint8_t *spec;
  uint64_t spec_bytes;

  /* MLCC_STEP_KERNEL; `grain` is the least number of iterations worth a
   * thread of its own. */
  mlcc_kernel kernel;
  int64_t work;
  int64_t grain;

  /* What primitives and kernels compute: places[result_place] holds
   * `result_bytes` bytes of elements of `result_type`. 0 bytes if not known. */
  uint32_t result_place;
  int32_t result_type; /* mlcc_type */
  uint64_t result_bytes;

  const mlcc_loop *loop; /* MLCC_STEP_LOOP */
} mlcc_step;

/* How a function uses a variable. */
typedef enum mlcc_access {
  MLCC_READS = 1,  /* its result depends on the value */
  MLCC_WRITES = 2, /* it leaves a new value */
  MLCC_READS_WRITES = 3
} mlcc_access;

typedef struct mlcc_variable_use {
  uint32_t variable; /* index into the model's variables */
  uint32_t access;   /* mlcc_access */
} mlcc_variable_use;

/* An entry point, or the body of a loop. */
typedef struct mlcc_function {
  const char *name; /* "predict" */
  uint32_t input_count, output_count;
  const mlcc_tensor_info *inputs, *outputs;
  uint64_t step_count;
  const mlcc_step *steps;
  /* The variables that it uses; the index rises. */
  uint32_t variable_use_count;
  const mlcc_variable_use *variable_uses;
  /* A serialized onnx.ModelProto that computes the same, but for initializers
   * of the variables' names; null if there is none. */
  const uint8_t *onnx;
  uint64_t onnx_bytes;
} mlcc_function;

typedef struct mlcc_model {
  uint32_t abi_version;  /* MLCC_ABI_VERSION */
  uint32_t struct_bytes; /* sizeof(mlcc_model) */
  const char *name;
  const char *build_info; /* JSON: versions, target, options, weights layout */
  /* Space-separated LLVM names of the instruction sets that the kernels need
   * ("avx2 fma avx512f"), each with or without a leading `+`. */
  const char *cpu_features;
  uint32_t function_count;
  const mlcc_function *functions;
  const uint8_t *weights; /* 64-byte aligned, read-only */
  uint64_t weights_bytes;
  uint64_t arena_bytes; /* 64-byte aligned; shared by all functions */
  uint32_t variable_count;
  const mlcc_variable_info *variables; /* the offset rises */
  uint64_t state_bytes;                /* zero when a model is loaded */
  /* What loop steps run: one trip each. They use no variables, their places in
   * the arena count from the loop step's, and they run only bodies before
   * themselves. */
  uint32_t body_count;
  const mlcc_function *bodies;
} mlcc_model;

#ifdef __cplusplus
}
#endif

#endif /* MLCC_ABI_H */
