//===- npy.cpp - NumPy's array format -------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The format is specified in NumPy's documentation, "numpy.lib.format".
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/npy.h"

#include "runtime/cli/zip.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace mlcc::cli {

namespace {

struct TypeCode {
  const char *code; ///< without the byte order
  mlcc_type type;
};

constexpr TypeCode typeCodes[] = {
    {"f4", MLCC_F32}, {"f8", MLCC_F64}, {"f2", MLCC_F16}, {"V2", MLCC_BF16},
    {"i1", MLCC_I8},  {"u1", MLCC_U8},  {"i2", MLCC_I16}, {"u2", MLCC_U16},
    {"i4", MLCC_I32}, {"u4", MLCC_U32}, {"i8", MLCC_I64}, {"u8", MLCC_U64},
    {"b1", MLCC_BOOL}};

/// What the header's dictionary says.
struct Header {
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
};

/// Reads the header: a Python dictionary with the keys 'descr' (a string),
/// 'fortran_order' (True or False) and 'shape' (a tuple of integers).
class HeaderParser {
public:
  HeaderParser(std::string_view text, const std::string &file)
      : text(text), file(file) {}

  Header parse() {
    Header header;
    bool hasDescr = false, hasOrder = false, hasShape = false;
    expect('{');
    while (!accept('}')) {
      std::string key = string();
      expect(':');
      if (key == "descr") {
        if (peek() != '\'' && peek() != '"')
          throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                             file + ": arrays of records are not supported");
        header.descr = string();
        hasDescr = true;
      } else if (key == "fortran_order") {
        header.fortranOrder = boolean();
        hasOrder = true;
      } else if (key == "shape") {
        header.shape = tuple();
        hasShape = true;
      } else {
        fail();
      }
      if (!accept(',') && peek() != '}')
        fail();
    }
    if (!hasDescr || !hasOrder || !hasShape || !text.empty())
      fail();
    return header;
  }

private:
  [[noreturn]] void fail() const {
    throw RuntimeError(RuntimeErrorCode::MalformedFile,
                       file + ": the header of the array is damaged");
  }
  char peek() {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n'))
      text.remove_prefix(1);
    return text.empty() ? '\0' : text.front();
  }
  bool accept(char c) {
    if (peek() != c)
      return false;
    text.remove_prefix(1);
    peek();
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail();
  }
  std::string string() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      fail();
    size_t end = text.find(quote, 1);
    if (end == std::string_view::npos)
      fail();
    std::string value(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    return value;
  }
  bool boolean() {
    peek();
    for (bool value : {true, false}) {
      std::string_view word = value ? "True" : "False";
      if (text.starts_with(word)) {
        text.remove_prefix(word.size());
        return value;
      }
    }
    fail();
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!accept(')')) {
      peek();
      int64_t value = 0;
      auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || values.size() == 64)
        fail();
      text.remove_prefix(static_cast<size_t>(end - text.data()));
      values.push_back(value);
      if (!accept(',') && peek() != ')')
        fail();
    }
    return values;
  }

  std::string_view text;
  const std::string &file;
};

/// Copies elements from the order in which the first index runs fastest.
void copyFromFortranOrder(Array &array, const uint8_t *source) {
  size_t rank = array.dims.size();
  uint64_t elementBytes = typeBytes(array.type);
  std::vector<uint64_t> strides(rank), index(rank);
  uint64_t stride = elementBytes;
  for (size_t i = 0; i < rank; ++i) {
    strides[i] = stride;
    stride *= static_cast<uint64_t>(array.dims[i]);
  }
  uint8_t *to = array.data.data();
  for (uint64_t left = array.elements(); left > 0; --left) {
    uint64_t offset = 0;
    for (size_t i = 0; i < rank; ++i)
      offset += index[i] * strides[i];
    std::memcpy(to, source + offset, elementBytes);
    to += elementBytes;
    for (size_t i = rank; i-- > 0;) {
      if (++index[i] < static_cast<uint64_t>(array.dims[i]))
        break;
      index[i] = 0;
    }
  }
}

void swapByteOrder(Array &array) {
  uint64_t elementBytes = typeBytes(array.type);
  for (uint64_t i = 0; i < array.data.size(); i += elementBytes)
    std::reverse(array.data.data() + i, array.data.data() + i + elementBytes);
}

} // namespace

Array readNpy(Bytes bytes, const std::string &file) {
  auto malformed = [&](const std::string &what) {
    return RuntimeError(RuntimeErrorCode::MalformedFile, file + ": " + what);
  };
  constexpr std::string_view magic = "\x93NUMPY";
  if (bytes.size() < 10 || std::memcmp(bytes.data(), magic.data(), 6) != 0)
    throw malformed("not a complete .npy file");
  int version = bytes[6];
  if (version < 1 || version > 3)
    throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                       file + ": version " + std::to_string(version) +
                           " of the .npy format is not supported");
  size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start)
    throw malformed("not a complete .npy file");
  size_t length = bytes[8] | bytes[9] << 8;
  if (version > 1)
    length |= static_cast<size_t>(bytes[10]) << 16 |
              static_cast<size_t>(bytes[11]) << 24;
  if (length > bytes.size() - start)
    throw malformed("the header is longer than the file");
  std::string_view text(reinterpret_cast<const char *>(bytes.data()) + start,
                        length);
  Header header = HeaderParser(text, file).parse();

  char order = header.descr.empty() ? '\0' : header.descr[0];
  std::string code = order ? header.descr.substr(1) : "";
  auto type =
      std::find_if(std::begin(typeCodes), std::end(typeCodes),
                   [&](const TypeCode &row) { return code == row.code; });
  if (type == std::end(typeCodes) ||
      std::string_view("<>|=").find(order) == std::string_view::npos)
    throw RuntimeError(RuntimeErrorCode::UnsupportedFile,
                       file + ": elements of NumPy type '" + header.descr +
                           "' are not supported");
  std::optional<uint64_t> expected = tensorBytes(type->type, header.shape);
  size_t present = bytes.size() - start - length;
  if (!expected || *expected != present)
    throw malformed("an array " + describeTensor(type->type, header.shape) +
                    (expected
                         ? " needs " + std::to_string(*expected) +
                               " bytes, the file has " + std::to_string(present)
                         : " is not possible"));
  Array array = makeArray(type->type, header.shape, file);
  const uint8_t *data = bytes.data() + start + length;
  if (header.fortranOrder && array.dims.size() > 1)
    copyFromFortranOrder(array, data);
  else if (present > 0)
    std::memcpy(array.data.data(), data, present);
  if (order == '>')
    swapByteOrder(array);
  return array;
}

std::vector<std::pair<std::string, Array>> readNpz(Bytes bytes,
                                                   const std::string &file) {
  std::vector<std::pair<std::string, Array>> arrays;
  for (const ZipMember &member : readZip(bytes, file)) {
    std::string name = member.name;
    if (name.ends_with(".npy"))
      name.resize(name.size() - 4);
    Buffer contents = extractMember(bytes, member, file);
    arrays.emplace_back(name, readNpy({contents.data(), contents.size()},
                                      file + ":" + member.name));
  }
  return arrays;
}

std::string npyHeader(int32_t type, std::span<const int64_t> dims) {
  std::string code;
  for (const TypeCode &row : typeCodes)
    if (row.type == type)
      code = row.code;
  std::string shape;
  for (int64_t dim : dims)
    shape += std::to_string(dim) + ", ";
  // NumPy writes "(3,)" but "(2, 3)".
  if (!shape.empty())
    shape.resize(shape.size() - (dims.size() == 1 ? 1 : 2));
  std::string text = std::string("{'descr': '") +
                     (typeBytes(type) == 1 ? '|' : '<') + code +
                     "', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The data begins at a multiple of 64 bytes.
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 255);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

} // namespace mlcc::cli
