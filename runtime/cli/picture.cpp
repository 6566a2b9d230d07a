//===- picture.cpp - Pictures as inputs -----------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/picture.h"

#include "runtime/cli/stb.h"
#include "runtime/src/errors.h"
#include "runtime/src/model_check.h"

#include <algorithm>
#include <cmath>

namespace mlcc::cli {

namespace {

/// Where a picture's values lie in an input, in elements.
struct Placement {
  int64_t channels, height, width;
  int64_t channelStride, rowStride, columnStride;
};

Placement planar(int64_t channels, int64_t height, int64_t width) {
  return {channels, height, width, height * width, width, 1};
}

Placement interleaved(int64_t channels, int64_t height, int64_t width) {
  return {channels, height, width, 1, width * channels, channels};
}

/// How likely an extent is to be that of the channels; 0: not at all.
int channelLikelihood(int64_t extent) {
  return extent == 3 ? 3 : extent == 1 ? 2 : extent == 4 ? 1 : 0;
}

Placement placementIn(const mlcc_tensor_info &tensor, const std::string &layout,
                      const std::string &file) {
  std::span<const int64_t> dims(tensor.dims, tensor.rank);
  if (dims.size() == 4 && dims[0] == 1)
    dims = dims.subspan(1);
  constexpr int64_t most = 1 << 15;
  bool sensible = std::ranges::all_of(
      dims, [](int64_t extent) { return extent > 0 && extent <= most; });
  if (sensible && dims.size() == 2)
    return planar(1, dims[0], dims[1]);
  if (sensible && dims.size() == 3) {
    int first = layout == "nhwc" ? 0 : channelLikelihood(dims[0]);
    int last = layout == "nchw" ? 0 : channelLikelihood(dims[2]);
    if (first > 0 && first >= last)
      return planar(dims[0], dims[1], dims[2]);
    if (last > 0)
      return interleaved(dims[2], dims[0], dims[1]);
  }
  throw RuntimeError(RuntimeErrorCode::WrongShape,
                     file + ": '" + tensor.name + "' needs " +
                         describeTensor(tensor) + ", which is not one picture" +
                         (layout.empty() ? "" : " with layout " + layout));
}

/// Cuts the middle out of a picture so that it has the aspect ratio of
/// `width` to `height`.
Pixels cropToAspect(Pixels source, int64_t width, int64_t height) {
  auto extent = [](double value, int most) {
    return std::clamp(static_cast<int>(std::lround(value)), 1, most);
  };
  double aspect = static_cast<double>(width) / static_cast<double>(height);
  int croppedWidth = extent(source.height * aspect, source.width);
  int croppedHeight = extent(source.width / aspect, source.height);
  int left = (source.width - croppedWidth) / 2;
  int top = (source.height - croppedHeight) / 2;
  Pixels result{croppedWidth, croppedHeight, source.channels, {}};
  for (int row = 0; row < croppedHeight; ++row) {
    auto begin = source.values.begin() +
                 (static_cast<int64_t>(top + row) * source.width + left) *
                     source.channels;
    result.values.insert(result.values.end(), begin,
                         begin + static_cast<int64_t>(croppedWidth) *
                                     source.channels);
  }
  return result;
}

/// The value for a channel of an option that has none, one, or one per channel.
double perChannel(const std::vector<double> &values, int64_t channel,
                  int64_t channels, double otherwise, const char *option) {
  if (values.empty())
    return otherwise;
  if (values.size() == 1)
    return values[0];
  if (static_cast<int64_t>(values.size()) != channels)
    throw RuntimeError(
        RuntimeErrorCode::InvalidCommandLine,
        std::string(option) + " has " + std::to_string(values.size()) +
            " values, the input has " + std::to_string(channels) + " channels");
  return values[static_cast<size_t>(channel)];
}

} // namespace

Array readPicture(Bytes bytes, const mlcc_tensor_info &tensor,
                  const PictureOptions &options, const std::string &file) {
  Placement place = placementIn(tensor, options.layout, file);
  Pixels pixels = decodePicture(bytes, static_cast<int>(place.channels), file);
  if (options.crop)
    pixels = cropToAspect(std::move(pixels), place.width, place.height);
  if (pixels.width != place.width || pixels.height != place.height)
    pixels = resizePicture(pixels, static_cast<int>(place.width),
                           static_cast<int>(place.height));

  bool isFloat = tensor.type == MLCC_F32 || tensor.type == MLCC_F64 ||
                 tensor.type == MLCC_F16 || tensor.type == MLCC_BF16;
  double scale = options.scale != 0 ? options.scale : isFloat ? 1.0 / 255 : 1;
  Array array = makeArray(static_cast<mlcc_type>(tensor.type),
                          {tensor.dims, tensor.dims + tensor.rank}, file);
  for (int64_t channel = 0; channel < place.channels; ++channel) {
    double mean =
        perChannel(options.mean, channel, place.channels, 0, "--mean");
    double deviation =
        perChannel(options.std, channel, place.channels, 1, "--std");
    if (deviation == 0)
      throw RuntimeError(RuntimeErrorCode::InvalidCommandLine,
                         "--std must not be 0");
    // Of RGB and RGBA, blue and red change places.
    int64_t from = options.bgr && place.channels >= 3 && channel < 3
                       ? 2 - channel
                       : channel;
    const uint8_t *source = pixels.values.data() + from;
    for (int64_t row = 0; row < place.height; ++row)
      for (int64_t column = 0; column < place.width; ++column) {
        int64_t element = channel * place.channelStride +
                          row * place.rowStride + column * place.columnStride;
        storeElement(tensor.type,
                     array.data.data() + element * typeBytes(tensor.type),
                     (*source * scale - mean) / deviation);
        source += place.channels;
      }
  }
  return array;
}

} // namespace mlcc::cli
