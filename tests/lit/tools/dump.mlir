// The views of a graph: text without the bytes of constants, a drawing, a table.
// RUN: mlcc-dump %s --stage=import | FileCheck %s --check-prefix=TEXT
// RUN: mlcc-dump %s --stage=import --format=dot | FileCheck %s --check-prefix=DOT
// RUN: mlcc-dump %s --stage=import --format=summary | FileCheck %s --check-prefix=TABLE

// TEXT: nn.constant dense_resource<weights> : tensor<8x4x3x3xf32>
// TEXT: nn.conv
// TEXT-NOT: 0x

// DOT: digraph model {
// DOT: predict0 [label="image",
// DOT: predict1 [label="nn.conv\nconv1",
// DOT: predict0 -> predict1 [label="1x4x8x8"];
// DOT: predict2 [label="nn.relu",
// DOT: predict1 -> predict2 [label="1x8x6x6"];
// DOT: predict3 [label="results",

// A multiply-add counts as two: 2 * 288 outputs * 36 weights per output.
// TABLE: function predict
// TABLE: conv1 {{ *}}nn.conv {{ *}}1x8x6x6xf32 {{ *}}20736 {{ *}}288 {{ *}}1152
// TABLE: nn.relu {{ *}}1x8x6x6xf32 {{ *}}288 {{ *}}0 {{ *}}1152
// TABLE: total {{ *}}2 operations {{ *}}21024 {{ *}}288 {{ *}}2304
func.func @predict(%image: tensor<1x4x8x8xf32> {rt.name = "image"}) -> tensor<1x8x6x6xf32> {
  %weights = nn.constant dense_resource<weights> : tensor<8x4x3x3xf32>
  %0 = nn.conv %image, %weights {strides = array<i64: 1, 1>,
      dilations = array<i64: 1, 1>, pads_begin = array<i64: 0, 0>,
      pads_end = array<i64: 0, 0>}
      : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x6xf32> loc("conv1")
  %1 = nn.relu %0 : (tensor<1x8x6x6xf32>) -> tensor<1x8x6x6xf32>
  return %1 : tensor<1x8x6x6xf32>
}

{-#
  dialect_resources: {
    builtin: { weights: "0x04000000000000" }
  }
#-}
