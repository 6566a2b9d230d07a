//===- file.cpp - Reading and writing whole files -------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/file.h"

#include "runtime/src/errors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace mlcc::cli {

[[noreturn]] static void fail(RuntimeErrorCode code, const std::string &path,
                              const char *reason) {
  throw RuntimeError(code, path + ": " + reason);
}

namespace {
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0)
      close(value);
  }
};
} // namespace

Buffer readFile(const std::string &path) {
  constexpr auto code = RuntimeErrorCode::CannotReadFile;
  // Opening a pipe without a writer would wait for one.
  Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat status;
  if (file.value < 0 || fstat(file.value, &status) != 0)
    fail(code, path, std::strerror(errno));
  if (!S_ISREG(status.st_mode))
    fail(code, path, "not a regular file");
  Buffer buffer(static_cast<size_t>(status.st_size), "contents of a file");
  for (size_t done = 0; done < buffer.size();) {
    ssize_t count =
        read(file.value, buffer.data() + done, buffer.size() - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      fail(code, path, std::strerror(errno));
    if (count == 0)
      fail(code, path, "the file became shorter while it was read");
    done += static_cast<size_t>(count);
  }
  return buffer;
}

static bool writeAll(int file, const void *data, size_t size) {
  auto *bytes = static_cast<const uint8_t *>(data);
  while (size > 0) {
    ssize_t count = write(file, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return false;
    bytes += count;
    size -= static_cast<size_t>(count);
  }
  return true;
}

/// Writes the file under a temporary name and renames it.
static void writeParts(const std::string &path, std::span<const Bytes> parts,
                       bool durably) {
  constexpr auto code = RuntimeErrorCode::CannotWriteFile;
  std::string temporary = path + ".XXXXXX";
  Descriptor file{mkostemp(temporary.data(), O_CLOEXEC)};
  if (file.value < 0)
    fail(code, path, std::strerror(errno));
  // mkostemp makes files private; the result is as public as the user's mask
  // allows.
  mode_t mask = umask(0);
  umask(mask);
  bool written = std::ranges::all_of(parts, [&](Bytes part) {
    return writeAll(file.value, part.data(), part.size());
  });
  if (!written || (durably && fsync(file.value) != 0) ||
      fchmod(file.value, 0666 & ~mask) != 0 ||
      std::rename(temporary.c_str(), path.c_str()) != 0) {
    int reason = errno;
    unlink(temporary.c_str());
    fail(code, path, std::strerror(reason));
  }
}

void writeFile(const std::string &path, std::string_view head, Bytes body) {
  Bytes parts[] = {
      {reinterpret_cast<const uint8_t *>(head.data()), head.size()}, body};
  writeParts(path, parts, /*durably=*/false);
}

void writeFileDurably(const std::string &path, std::span<const Bytes> parts) {
  writeParts(path, parts, /*durably=*/true);
  // The new name is in the folder's contents.
  std::string folder = std::filesystem::path(path).parent_path().string();
  Descriptor opened{open(folder.empty() ? "." : folder.c_str(),
                         O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.value >= 0)
    fsync(opened.value);
}

void makeFolder(const std::string &path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    fail(RuntimeErrorCode::CannotWriteFile, path, error.message().c_str());
}

} // namespace mlcc::cli
