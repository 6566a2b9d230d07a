//===- events.cpp - Logs for TensorBoard ----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file of events is a row of records: length, checksum of the length, data,
// checksum of the data, all little-endian. The data is a protobuf message Event
// (tensorflow/core/util/event.proto), of which this writes wall_time, step,
// file_version, summary and session_log.
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/file.h"
#include "runtime/cli/train/log.h"
#include "runtime/src/errors.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace mlcc::cli {

/// CRC-32C (Castagnoli), bit-reversed polynomial 0x82f63b78.
static uint32_t crc32c(std::string_view data) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> rows;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit)
        value = value >> 1 ^ (value & 1 ? 0x82f63b78 : 0);
      rows[i] = value;
    }
    return rows;
  }();
  uint32_t crc = ~uint32_t(0);
  for (char c : data)
    crc = table[(crc ^ static_cast<uint8_t>(c)) & 255] ^ crc >> 8;
  return ~crc;
}

/// The checksum as records hold it, so that checksums of checksums are good.
static uint32_t maskedCrc(std::string_view data) {
  uint32_t crc = crc32c(data);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

template <typename T> static std::string littleEndian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

//===----------------------------------------------------------------------===//
// Fields of protobuf messages
//===----------------------------------------------------------------------===//

static std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7)
    bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

static std::string varintField(int field, uint64_t value) {
  return varint(static_cast<uint64_t>(field) << 3) + varint(value);
}

static std::string fixedField(int field, const std::string &bytes) {
  int wireType = bytes.size() == 8 ? 1 : 5;
  return varint(static_cast<uint64_t>(field << 3 | wireType)) + bytes;
}

static std::string bytesField(int field, std::string_view bytes) {
  return varint(static_cast<uint64_t>(field << 3 | 2)) + varint(bytes.size()) +
         std::string(bytes);
}

namespace {

class EventLog : public Log {
public:
  EventLog(const std::string &folder, const ResumePoint &resumeAt) {
    makeFolder(folder);
    // The name that TensorBoard looks for; two runs in a second differ by the
    // process.
    path = folder + "/events.out.tfevents." +
           std::to_string(static_cast<int64_t>(now())) + ".mlcc." +
           std::to_string(getpid());
    file = std::fopen(path.c_str(), "we");
    check(file != nullptr);
    record(0, bytesField(3, "brain.Event:2"));
    // SessionLog START: what other files have from this step on is void.
    if (resumeAt.step > 0)
      record(resumeAt.step + 1, bytesField(7, varintField(1, 1)));
    flush();
  }
  ~EventLog() override {
    if (file)
      std::fclose(file);
  }

  void write(const LogEntry &entry) override {
    std::string summary;
    for (const auto &[name, value] : entry.values) {
      std::string tag = (entry.validation ? "validation/" : "train/") + name;
      summary += bytesField(
          1, bytesField(1, tag) +
                 fixedField(2, littleEndian(static_cast<float>(value))));
    }
    record(entry.step, bytesField(5, summary));
  }
  void flush() override { check(std::fflush(file) == 0); }

private:
  static double now() {
    return std::chrono::duration<double>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  void record(uint64_t step, const std::string &what) {
    std::string event = fixedField(1, littleEndian(now()));
    if (step > 0)
      event += varintField(2, step);
    event += what;
    std::string length = littleEndian(static_cast<uint64_t>(event.size()));
    std::string bytes = length + littleEndian(maskedCrc(length)) + event +
                        littleEndian(maskedCrc(event));
    check(std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size());
  }

  void check(bool success) const {
    if (!success)
      throw RuntimeError(RuntimeErrorCode::CannotWriteFile,
                         path + ": " + std::strerror(errno));
  }

  std::string path;
  std::FILE *file = nullptr;
};

} // namespace

std::unique_ptr<Log> openEventLog(const std::string &folder,
                                  const ResumePoint &resumeAt) {
  return std::make_unique<EventLog>(folder, resumeAt);
}

} // namespace mlcc::cli
