/*===- mlcc/runtime.h - Running a compiled model ------------------*- C -*-===*\
|*                                                                            *|
|* Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.          *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef MLCC_RUNTIME_H
#define MLCC_RUNTIME_H

#include "mlcc/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 0 is success; others are MLCC-5xxx codes, see mlcc_last_error. */
typedef int mlcc_status;

/* A loaded model: arena, thread pool, created primitives. One run at a time;
 * load the model again for concurrent runs (weights are shared). */
typedef struct mlcc_session mlcc_session;

typedef struct mlcc_options {
  uint32_t struct_bytes; /* sizeof(mlcc_options) */
  int32_t threads;       /* including the caller; 0: all processors allowed */
} mlcc_options;

/* Loads a model: checks the ABI and the CPU, allocates the arena, creates all
 * primitives. `options` may be null. */
mlcc_status mlcc_load(const mlcc_model *model, const mlcc_options *options,
                      mlcc_session **session);
void mlcc_unload(mlcc_session *session);

/* Runs function `function` of the model. `inputs` and `outputs` are one pointer
 * per tensor, to `bytes` bytes each, aligned to the element type at least (64
 * bytes is fastest). Allocates nothing. */
mlcc_status mlcc_run(mlcc_session *session, uint32_t function,
                     const void *const *inputs, void *const *outputs);

/* Like mlcc_run, but looks at the result of every step: `step` is the first one
 * whose f32 or f64 result has NaN or infinity, or -1. A step's name says which
 * nodes of the model it is for. */
mlcc_status mlcc_run_checked(mlcc_session *session, uint32_t function,
                             const void *const *inputs, void *const *outputs,
                             int64_t *step);

/* Time in seconds of each step of the last mlcc_run, once
 * mlcc_profile(session, 1) was called; `seconds` has room for the function's
 * step_count. */
void mlcc_profile(mlcc_session *session, int enabled);
void mlcc_step_seconds(const mlcc_session *session, double *seconds);

/* oneDNN's name of the implementation of a step, "" for other kinds. */
const char *mlcc_step_implementation(const mlcc_session *session,
                                     uint32_t function, uint64_t step);

/* The function of that name, as mlcc_run counts them; -1 if there is none. */
int32_t mlcc_find_function(const mlcc_model *model, const char *name);

/* Variables: tensors that functions share and that live from one run to the
 * next (weights in training, running means, momentum...). Each session has its
 * own values, at first all bytes zero; a function `initialize`, if the model
 * has it, gives them their first values. */
uint32_t mlcc_variable_count(const mlcc_model *model);
/* Name, type, shape and role; null if there is no such variable. */
const mlcc_variable_info *mlcc_variable(const mlcc_model *model,
                                        uint32_t variable);
/* The variable of that name; -1 if there is none. */
int32_t mlcc_find_variable(const mlcc_model *model, const char *name);

/* Copies a variable's value from or to the session; `bytes` is its size, to be
 * sure. Not while the session runs. */
mlcc_status mlcc_variable_get(mlcc_session *session, uint32_t variable,
                              void *value, uint64_t bytes);
mlcc_status mlcc_variable_set(mlcc_session *session, uint32_t variable,
                              const void *value, uint64_t bytes);
/* Where the value lies as long as the session lives (64-byte aligned), for
 * those who want no copy. Not to be touched while the session runs. */
mlcc_status mlcc_variable_address(mlcc_session *session, uint32_t variable,
                                  void **address);

/* The last error of this thread: "MLCC-5003: ...". Never null. */
const char *mlcc_last_error(void);

#ifdef __cplusplus
}
#endif

#endif /* MLCC_RUNTIME_H */
