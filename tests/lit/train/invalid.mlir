// RUN: mlcc-opt %s --split-input-file --verify-diagnostics

func.func private @loss()
// expected-error @+1 {{MLCC-1050: optimizer: lr must not be negative}}
train.step @s of @loss minimize [#train.objective<"l">] optimizer(#train.sgd<lr = -1.0>)

// -----

func.func private @loss()
// expected-error @+1 {{MLCC-1050: optimizer: #train.constant is not a rule of this kind}}
train.step @s of @loss minimize [#train.objective<"l">] optimizer(#train.constant)

// -----

func.func private @loss()
// expected-error @+1 {{MLCC-1050: schedule: period must be positive}}
train.step @s of @loss minimize [#train.objective<"l">] optimizer(#train.sgd<lr = 1.0>) schedule(#train.cosine<period = 0>)

// -----

func.func private @loss()
// expected-error @+1 {{MLCC-1050: clip: norm must be positive}}
train.step @s of @loss minimize [#train.objective<"l">] optimizer(#train.sgd<lr = 1.0>) clip(#train.clip_norm<norm = 0.0>)

// -----

func.func private @loss()
// expected-error @+1 {{MLCC-1050: minimize: at least one result must be named}}
train.step @s of @loss minimize [] optimizer(#train.sgd<lr = 1.0>)

// -----

func.func private @loss()
// expected-error @+1 {{MLCC-1050: group *: l2 must not be negative}}
train.step @s of @loss minimize [#train.objective<"l">] optimizer(#train.sgd<lr = 1.0>) groups [#train.group<pattern = "*", l2 = -1.0>]

// -----

// expected-error @+1 {{MLCC-1050: there is no function 'loss'}}
train.step @s of @loss minimize [#train.objective<"l">] optimizer(#train.sgd<lr = 1.0>)
