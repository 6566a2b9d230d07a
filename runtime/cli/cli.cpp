//===- cli.cpp - The command line of executable artefacts -----------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlcc/model.hpp"
#include "runtime/cli/commands.h"
#include "runtime/cli/train/commands.h"
#include "runtime/src/errors.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>

namespace mlcc::cli {

namespace {

/// The program's name in examples: "./resnet50".
std::string programName(const char *argument) {
  std::string name = argument ? argument : "model";
  return "./" + name.substr(name.rfind('/') + 1);
}

void addThreads(CLI::App &command, int &threads) {
  command
      .add_option("--threads", threads,
                  "Threads to run on; all processors allowed if not given")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
}

void addFunction(CLI::App &command, FunctionOptions &options) {
  command
      .add_option("--function", options.function,
                  "The function to run; predict, or the first, if not given")
      ->type_name("NAME");
  command
      .add_option("--load", options.weights,
                  "A checkpoint, or the folder of a run, for the values of "
                  "variables; initial values if not given")
      ->type_name("FILE");
}

void addInputs(CLI::App &command, std::vector<std::string> &inputs,
               PictureOptions &picture) {
  command
      .add_option("--input,-i", inputs,
                  "An input: a .npy, .npz, .pb (ONNX TensorProto), .jpg, .png, "
                  ".wav or .bin (raw bytes) file. NAME= may be left out "
                  "if the model has one input")
      ->type_name("[NAME=]FILE")
      ->allow_extra_args(false);
  constexpr const char *group = "Pictures: (pixel * scale - mean) / std";
  command
      .add_option("--scale", picture.scale,
                  "Factor for pixels (0 to 255); 1/255 for floats and 1 for "
                  "integers if not given")
      ->type_name("S")
      ->group(group);
  command
      .add_option("--mean", picture.mean,
                  "Subtracted after scaling: a number, or one per channel")
      ->delimiter(',')
      ->type_name("M[,M,M]")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_option("--std", picture.std,
                  "Divided by at last: a number, or one per channel")
      ->delimiter(',')
      ->type_name("S[,S,S]")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_option("--layout", picture.layout,
                  "Where the channels are, if the input's shape leaves a doubt")
      ->check(CLI::IsMember({"nchw", "nhwc"}))
      ->group(group);
  command.add_flag("--bgr", picture.bgr, "The model wants blue first")
      ->group(group);
  command
      .add_flag("--crop", picture.crop,
                "Keep the aspect ratio and cut off the sides")
      ->group(group);
}

void addSeconds(CLI::App &command, const char *name, double &seconds,
                const char *text) {
  command.add_option(name, seconds, text)
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str()
      ->type_name("S");
}

/// The commands with their options.
class CommandLine {
public:
  CommandLine(const mlcc_model &model, const std::string &program)
      : app("The model '" + std::string(model.name) +
                "', compiled by mlcc to a program.",
            program) {
    app.require_subcommand(1);
    app.footer("Example:\n  " + program + " info\n  " + program +
               " run --input x.npy --output-dir out\n  " + program +
               " bench --threads 1\nEach command has its own --help.");
    addRun(program);
    addBench(program);
    addProfile(program);
    addInfo(program);
    addVerify(program);
    training.emplace(app, model, program);
  }

  int execute(const mlcc_model &model, int argc, const char *const *argv) {
    app.parse(argc, argv);
    if (*runApp)
      return runCommand(model, run);
    if (*benchApp)
      return benchCommand(model, bench);
    if (*profileApp)
      return profileCommand(model, profile);
    if (*infoApp)
      return infoCommand(model, info);
    if (std::optional<int> status = training->execute(model))
      return *status;
    return verifyCommand(model, verify);
  }

  CLI::App app;

private:
  void addRun(const std::string &program) {
    runApp = app.add_subcommand("run", "Run the model once on given inputs");
    addInputs(*runApp, run.inputs, run.picture);
    runApp
        ->add_option("--output-dir,-o", run.outputFolder,
                     "Write every output to FOLDER/NAME.npy")
        ->type_name("FOLDER");
    runApp
        ->add_option("--top", run.top,
                     "Print the K likeliest classes of every output")
        ->check(CLI::Range(1, 1000000))
        ->type_name("K");
    runApp
        ->add_option("--labels", run.labels,
                     "Names of the classes for --top, one per line")
        ->type_name("FILE");
    addThreads(*runApp, run.threads);
    addFunction(*runApp, run);
    runApp->footer(
        "Example: classify a photograph with a model trained on ImageNet\n  " +
        program +
        " run --input cat.jpg --crop --mean 0.485,0.456,0.406 "
        "--std 0.229,0.224,0.225 --top 5 --labels imagenet.txt\n"
        "Example: several inputs by name, outputs as .npy files\n  " +
        program +
        " run --input ids=ids.npy --input mask=mask.npy "
        "--output-dir out");
  }
  void addBench(const std::string &program) {
    benchApp = app.add_subcommand("bench", "Measure the time of a run");
    addThreads(*benchApp, bench.threads);
    addFunction(*benchApp, bench);
    addSeconds(*benchApp, "--seconds", bench.seconds, "How long to measure");
    addSeconds(*benchApp, "--warmup", bench.warmup, "How long to run before");
    benchApp->add_flag("--json", bench.json, "Print JSON, times in seconds");
    addInputs(*benchApp, bench.inputs, bench.picture);
    benchApp->footer("Without --input, floats are random and integers 0.\n"
                     "Example:\n  " +
                     program + " bench --threads 2 --seconds 5 --json");
  }
  void addProfile(const std::string &program) {
    profileApp = app.add_subcommand("profile", "Measure every step of a run");
    addThreads(*profileApp, profile.threads);
    addFunction(*profileApp, profile);
    addSeconds(*profileApp, "--seconds", profile.seconds,
               "How long to measure");
    profileApp->add_flag("--by-time", profile.byTime,
                         "The slowest step first, not the first");
    profileApp->add_flag("--json", profile.json,
                         "Print JSON, times in seconds");
    addInputs(*profileApp, profile.inputs, profile.picture);
    profileApp->footer("Times are medians. Example: the ten slowest steps\n  " +
                       program + " profile --threads 1 --by-time | head -11");
  }
  void addInfo(const std::string &program) {
    infoApp = app.add_subcommand(
        "info", "Print inputs, outputs, memory and build facts");
    infoApp->add_flag("--json", info.json, "Print JSON");
    infoApp->add_flag("--variables", info.variables,
                      "List the variables, however many they are");
    infoApp->footer("Example:\n  " + program + " info --json");
  }
  void addVerify(const std::string &program) {
    verifyApp = app.add_subcommand(
        "verify", "Compare the model's outputs with stored ones");
    verifyApp
        ->add_option("FOLDER", verify.folders,
                     "Holds input_0.pb, output_0.pb... (ONNX TensorProto) or "
                     ".npy files, or folders test_data_set_0... that do")
        ->required();
    verifyApp
        ->add_option("--rtol", verify.relative,
                     "Allowed error relative to the expected value")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    verifyApp
        ->add_option("--atol", verify.absolute,
                     "Allowed absolute error, added to the relative one")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    addThreads(*verifyApp, verify.threads);
    addFunction(*verifyApp, verify);
    verifyApp->footer("The exit status is 0 if all agree, 1 if not, 2 if the "
                      "files cannot be used.\nExample:\n  " +
                      program +
                      " verify resnet50/test_data_set_0 "
                      "--rtol 1e-3 --atol 1e-6");
  }

  CLI::App *runApp, *benchApp, *profileApp, *infoApp, *verifyApp;
  RunOptions run;
  BenchOptions bench;
  ProfileOptions profile;
  InfoOptions info;
  VerifyOptions verify;
  std::optional<TrainCommands> training;
};

int reportError(const std::string &text, int status) {
  std::fflush(stdout);
  std::fprintf(stderr, "error: %s\n", text.c_str());
  return status;
}

/// What is wrong with a command line, and where to read how to mend it.
int reportCommandLine(const CommandLine &line, const CLI::ParseError &error) {
  if (error.get_exit_code() == 0) // --help
    return line.app.exit(error);
  const CLI::App *command = &line.app;
  if (!line.app.get_subcommands().empty())
    command = line.app.get_subcommands().front();
  std::string name = line.app.get_name();
  if (command != &line.app)
    name += " " + command->get_name();
  RuntimeError coded(RuntimeErrorCode::InvalidCommandLine, error.what());
  return reportError(std::string(coded.what()) + "\nsee " + name + " --help",
                     2);
}

} // namespace

int mainWith(const mlcc_model &model, int argc, const char *const *argv) {
  try {
    CommandLine line(model, programName(argc > 0 ? argv[0] : nullptr));
    try {
      int status = line.execute(model, argc, argv);
      if (std::fflush(stdout) != 0)
        throw RuntimeError(RuntimeErrorCode::CannotWriteFile,
                           "standard output: it cannot be written");
      return status;
    } catch (const CLI::ParseError &error) {
      return reportCommandLine(line, error);
    }
  } catch (const RuntimeError &error) {
    return reportError(error.what(), error.isInputError() ? 2 : 1);
  } catch (const Error &error) {
    auto code = static_cast<RuntimeErrorCode>(error.code());
    return reportError(error.what(),
                       code == RuntimeErrorCode::WrongInputValue ? 2 : 1);
  } catch (const std::bad_alloc &) {
    RuntimeError coded(RuntimeErrorCode::OutOfMemory, "out of memory");
    return reportError(coded.what(), 1);
  } catch (const std::exception &error) {
    RuntimeError coded(RuntimeErrorCode::RuntimeInternal, error.what());
    return reportError(coded.what(), 1);
  }
}

} // namespace mlcc::cli
