//===- layout.cpp - Layouts by name ---------------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "primitive_spec.h"

#include <dnnl_debug.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <stdexcept>
#include <unordered_map>

using dnnl::memory;

namespace mlcc {

static constexpr const char opaquePrefix[] = "opaque:";
static constexpr size_t opaquePrefixSize = sizeof(opaquePrefix) - 1;

namespace {
/// oneDNN's format tags: by name, and listed by rank in the enumeration's
/// order, in which plain layouts come first.
struct TagTable {
  std::unordered_map<std::string, memory::format_tag> byName;
  std::array<std::vector<std::pair<const char *, memory::format_tag>>,
             DNNL_MAX_NDIMS + 1>
      byRank;

  TagTable();
};
} // namespace

/// The number of dimensions a tag describes: its distinct letters outside the
/// inner blocks ("ABcd16b16a" has four).
static int rankOfTag(const char *name) {
  int rank = 0;
  for (; std::isalpha(static_cast<unsigned char>(*name)); ++name)
    ++rank;
  return rank;
}

TagTable::TagTable() {
  for (int value = dnnl_format_tag_any + 1; value < dnnl_format_tag_last;
       ++value) {
    const char *name = dnnl_fmt_tag2str(static_cast<dnnl_format_tag_t>(value));
    int rank = rankOfTag(name);
    auto tag = static_cast<memory::format_tag>(value);
    if (rank < 1 || rank > DNNL_MAX_NDIMS || name[0] == '?' ||
        !byName.try_emplace(name, tag).second)
      continue;
    byRank[rank].emplace_back(name, tag);
  }
}

static const TagTable &tagTable() {
  static const TagTable table;
  return table;
}

static bool isOpaque(const std::string &layout) {
  return layout.compare(0, opaquePrefixSize, opaquePrefix) == 0;
}

static int hexDigit(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  return -1;
}

/// Size in bytes of a serialized memory descriptor.
static size_t blobSize() {
  static const size_t size = [] {
    size_t bytes = 0;
    memory::desc desc({1}, memory::data_type::f32, memory::format_tag::a);
    dnnl_memory_desc_get_blob(nullptr, &bytes, desc.get());
    return bytes;
  }();
  return size;
}

/// The bytes that follow "opaque:"; empty unless they are well formed.
static std::vector<uint8_t> opaqueBlob(const std::string &layout) {
  size_t digits = layout.size() - opaquePrefixSize;
  if (digits != 2 * blobSize())
    return {};
  std::vector<uint8_t> blob(digits / 2);
  for (size_t i = 0; i < blob.size(); ++i) {
    int high = hexDigit(layout[opaquePrefixSize + 2 * i]);
    int low = hexDigit(layout[opaquePrefixSize + 2 * i + 1]);
    if (high < 0 || low < 0)
      return {};
    blob[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return blob;
}

bool isPermutation(const std::string &layout, int rank) {
  if (rank < 1 || rank > DNNL_MAX_NDIMS ||
      layout.size() != static_cast<size_t>(rank))
    return false;
  std::string sorted = layout;
  std::sort(sorted.begin(), sorted.end());
  return sorted == plainLayout(rank);
}

bool isLayout(const std::string &layout, int rank) {
  if (isOpaque(layout))
    return !opaqueBlob(layout).empty();
  if (isPermutation(layout, rank))
    return true;
  auto found = tagTable().byName.find(layout);
  return found != tagTable().byName.end() && rankOfTag(layout.c_str()) == rank;
}

/// The dense tensor whose dimensions lie in the order of `permutation`.
static memory::desc permutedDesc(const memory::dims &dims,
                                 memory::data_type type,
                                 const std::string &permutation) {
  memory::dims strides(dims.size());
  memory::dim stride = 1;
  for (auto letter = permutation.rbegin(); letter != permutation.rend();
       ++letter) {
    strides[*letter - 'a'] = stride;
    stride *= std::max<memory::dim>(dims[*letter - 'a'], 1);
  }
  return memory::desc(dims, type, strides);
}

/// The order of the dimensions by falling strides.
static std::string orderOfStrides(const memory::dims &strides) {
  std::string order = plainLayout(static_cast<int>(strides.size()));
  std::sort(order.begin(), order.end(), [&](char lhs, char rhs) {
    return std::pair(-strides[lhs - 'a'], lhs) <
           std::pair(-strides[rhs - 'a'], rhs);
  });
  return order;
}

std::string plainLayout(int rank) {
  std::string tag;
  for (int i = 0; i < rank; ++i)
    tag += static_cast<char>('a' + i);
  return tag;
}

/// Equality that oneDNN's implementations rely on: unlike `==`, the strides of
/// dimensions of extent one count, because implementations compare with tags.
static bool isSame(const memory::desc &lhs, const memory::desc &rhs) {
  return lhs == rhs && lhs.get_strides() == rhs.get_strides();
}

std::string layoutOf(const memory::desc &desc) {
  if (desc.is_zero())
    throw std::runtime_error("a tensor that does not exist has no layout");
  memory::dims dims = desc.get_dims();
  for (auto [name, tag] : tagTable().byRank[dims.size()]) {
    memory::desc candidate(dims, desc.get_data_type(), tag,
                           /*allow_empty=*/true);
    if (isSame(candidate, desc))
      return name;
  }
  if (desc.get_format_kind() == memory::format_kind::blocked &&
      desc.get_inner_nblks() == 0) {
    std::string order = orderOfStrides(desc.get_strides());
    if (isSame(permutedDesc(dims, desc.get_data_type(), order), desc))
      return order;
  }

  static const char digits[] = "0123456789abcdef";
  std::string layout = opaquePrefix;
  for (uint8_t byte : memory::desc(desc).get_blob()) {
    layout += digits[byte >> 4];
    layout += digits[byte & 15];
  }
  return layout;
}

memory::desc makeDesc(const TensorSpec &spec) {
  if (spec.layout == "any")
    return memory::desc(spec.dims, spec.type, memory::format_tag::any);
  if (isOpaque(spec.layout)) {
    std::vector<uint8_t> blob = opaqueBlob(spec.layout);
    if (blob.empty())
      throw std::runtime_error("malformed opaque layout");
    memory::desc desc(blob);
    if (desc.get_ndims() != static_cast<int>(spec.dims.size()) ||
        desc.get_dims() != spec.dims || desc.get_data_type() != spec.type)
      throw std::runtime_error("an opaque layout of another tensor");
    return desc;
  }
  if (!isLayout(spec.layout, static_cast<int>(spec.dims.size())))
    throw std::runtime_error("layout '" + spec.layout +
                             "' does not exist for tensors of rank " +
                             std::to_string(spec.dims.size()));
  auto tag = tagTable().byName.find(spec.layout);
  if (tag == tagTable().byName.end())
    return permutedDesc(spec.dims, spec.type, spec.layout);
  return memory::desc(spec.dims, spec.type, tag->second);
}

} // namespace mlcc
