// Variables and what functions do with them are in the artefact, its header and every view of mlcc-dump.
// RUN: mlcc %s --emit=shared -o %t.so --name counter --mcpu=x86-64
// RUN: mlcc-dump artefact %t.so | FileCheck %s
// RUN: mlcc-dump %s --stage=graph --format=summary | FileCheck %s --check-prefix=SUMMARY
// RUN: mlcc-dump %s --stage=plan --format=dot | FileCheck %s --check-prefix=DOT

// CHECK: state 128 bytes
// CHECK-NEXT: variable count: counter i64  at 0
// CHECK-NEXT: variable sum: statistic f32 4 at 64
// CHECK-NEXT: function add
// CHECK-NEXT: input x: f32 4 (16 bytes)
// CHECK-NEXT: input at: i64 2 (16 bytes) from 0 to 3
// CHECK-NEXT: output picked: f32 2 (8 bytes)
// CHECK-NEXT: reads and writes count
// CHECK-NEXT: reads and writes sum
// CHECK: state+64
// CHECK: function reset
// CHECK-NEXT: writes sum

// SUMMARY: variable role type
// SUMMARY-NEXT: count counter i64 1 8
// SUMMARY-NEXT: sum statistic 4xf32 4 16
// SUMMARY: function add
// SUMMARY: function reset

// DOT: label="\<state + 64\>"

rt.variable @count : tensor<i64> role(counter)
rt.variable @sum : tensor<4xf32> role(statistic)

func.func @add(%x: tensor<4xf32> {rt.name = "x"}, %at: tensor<2xi64> {rt.name = "at"},
    %count: tensor<i64> {rt.variable = @count}, %sum: tensor<4xf32> {rt.variable = @sum})
    -> (tensor<2xf32> {rt.name = "picked"}, tensor<i64> {rt.variable = @count}, tensor<4xf32> {rt.variable = @sum}) {
  %one = nn.constant dense<1> : tensor<i64>
  %0 = nn.add %count, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %1 = nn.add %sum, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = nn.gather %1, %at {axis = 0} : (tensor<4xf32>, tensor<2xi64>) -> tensor<2xf32>
  return %2, %0, %1 : tensor<2xf32>, tensor<i64>, tensor<4xf32>
}

func.func @reset() -> (tensor<4xf32> {rt.variable = @sum}) {
  %zero = nn.constant dense<0.0> : tensor<4xf32>
  return %zero : tensor<4xf32>
}
