//===- api.cpp - The C API ------------------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exceptions end here: each becomes its code and a text of the calling thread.
//
//===----------------------------------------------------------------------===//

#include "mlcc/runtime.h"

#include "runtime/src/errors.h"
#include "runtime/src/session.h"

#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

using namespace mlcc;

/// The C name of Session.
struct mlcc_session : Session {
  using Session::Session;
};

static thread_local char lastError[1024] = "";

/// Keeps the text without allocating: memory may be what is short.
static mlcc_status setError(RuntimeErrorCode code, const char *message) {
  std::snprintf(lastError, sizeof(lastError), "MLCC-%d: %s",
                static_cast<int>(code), message);
  return static_cast<mlcc_status>(code);
}

/// Calls `body` and turns what it throws into a status.
template <typename Body> static mlcc_status guarded(Body body) noexcept {
  try {
    body();
    return 0;
  } catch (const RuntimeError &error) {
    std::snprintf(lastError, sizeof(lastError), "%s", error.what());
    return static_cast<mlcc_status>(error.code());
  } catch (const std::bad_alloc &) {
    return setError(RuntimeErrorCode::OutOfMemory, "out of memory");
  } catch (const std::system_error &error) {
    return setError(RuntimeErrorCode::OutOfThreads, error.what());
  } catch (const std::exception &error) {
    return setError(RuntimeErrorCode::RuntimeInternal, error.what());
  } catch (...) {
    return setError(RuntimeErrorCode::RuntimeInternal, "unknown exception");
  }
}

static void require(bool condition, const char *message) {
  if (!condition)
    throw RuntimeError(RuntimeErrorCode::InvalidArgument, message);
}

/// The index of the first of `count` elements with that name, or -1.
template <typename Name>
static int32_t indexOfName(uint32_t count, const char *name, Name nameOf) {
  for (uint32_t i = 0; name && i < count; ++i)
    if (std::strcmp(nameOf(i), name) == 0)
      return static_cast<int32_t>(i);
  return -1;
}

extern "C" {

mlcc_status mlcc_load(const mlcc_model *model, const mlcc_options *options,
                      mlcc_session **session) {
  return guarded([&] {
    require(model && session, "model and session must not be null");
    *session = nullptr;
    int threads = 0;
    if (options) {
      require(options->struct_bytes >= sizeof(mlcc_options),
              "options.struct_bytes is not set to sizeof(mlcc_options)");
      require(options->threads >= 0 && options->threads <= 4096,
              "options.threads is not from 0 to 4096");
      threads = options->threads;
    }
    *session =
        new mlcc_session(*model, threads ? threads : availableProcessors());
  });
}

void mlcc_unload(mlcc_session *session) { delete session; }

mlcc_status mlcc_run(mlcc_session *session, uint32_t function,
                     const void *const *inputs, void *const *outputs) {
  return guarded([&] {
    require(session, "session must not be null");
    session->run(function, inputs, outputs);
  });
}

mlcc_status mlcc_run_checked(mlcc_session *session, uint32_t function,
                             const void *const *inputs, void *const *outputs,
                             int64_t *step) {
  return guarded([&] {
    require(session && step, "session and step must not be null");
    *step = session->runChecked(function, inputs, outputs);
  });
}

void mlcc_profile(mlcc_session *session, int enabled) {
  session->setProfiling(enabled != 0);
}

void mlcc_step_seconds(const mlcc_session *session, double *seconds) {
  for (double value : session->stepSeconds())
    *seconds++ = value;
}

const char *mlcc_step_implementation(const mlcc_session *session,
                                     uint32_t function, uint64_t step) {
  const char *name = session->stepImplementation(function, step);
  return name ? name : "";
}

uint32_t mlcc_variable_count(const mlcc_model *model) {
  return model->variable_count;
}

const mlcc_variable_info *mlcc_variable(const mlcc_model *model,
                                        uint32_t variable) {
  return variable < model->variable_count ? &model->variables[variable]
                                          : nullptr;
}

mlcc_status mlcc_variable_get(mlcc_session *session, uint32_t variable,
                              void *value, uint64_t bytes) {
  return guarded([&] {
    require(session, "session must not be null");
    session->getVariable(variable, value, bytes);
  });
}

mlcc_status mlcc_variable_set(mlcc_session *session, uint32_t variable,
                              const void *value, uint64_t bytes) {
  return guarded([&] {
    require(session, "session must not be null");
    session->setVariable(variable, value, bytes);
  });
}

mlcc_status mlcc_variable_address(mlcc_session *session, uint32_t variable,
                                  void **address) {
  return guarded([&] {
    require(session && address, "session and address must not be null");
    *address = session->variable(variable);
  });
}

int32_t mlcc_find_function(const mlcc_model *model, const char *name) {
  return indexOfName(model->function_count, name,
                     [&](uint32_t i) { return model->functions[i].name; });
}

int32_t mlcc_find_variable(const mlcc_model *model, const char *name) {
  return indexOfName(model->variable_count, name, [&](uint32_t i) {
    return model->variables[i].tensor.name;
  });
}

const char *mlcc_last_error(void) { return lastError; }

} // extern "C"
