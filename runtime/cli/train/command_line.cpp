//===- command_line.cpp - Options of training -----------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlcc/runtime.h"
#include "runtime/cli/train/commands.h"

#include <CLI/CLI.hpp>

namespace mlcc::cli {

static void addSamples(CLI::App &command, SampleOptions &options) {
  command
      .add_option("--data,-d", options.data.files,
                  "Samples: .npz, .npy, .csv, idx (MNIST, also .gz), .txt, or "
                  "a folder of pictures. NAME= says which input a file "
                  "is for, :ARRAY which array of an .npz file")
      ->type_name("[NAME=]FILE[:ARRAY]")
      ->allow_extra_args(false)
      ->required();
  command
      .add_option("--load", options.weights,
                  "Begin with the variables of a checkpoint, of the last one "
                  "in a folder, or of an exported .safetensors file")
      ->type_name("FILE");
  command
      .add_option("--set", options.sets,
                  "Set an input or a variable that is a single number")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--seed", options.seed,
                  "Of the first values, and of the order of samples")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option("--threads", options.threads,
                  "Threads to run on; all processors allowed if not given")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  command
      .add_option("--vocabulary", options.data.vocabulary,
                  "What the elements of a text are: byte or char (numbered in "
                  "the order of their codes)")
      ->check(CLI::IsMember({"byte", "char"}))
      ->capture_default_str();
  constexpr const char *group = "Pictures: (pixel * scale - mean) / std";
  command
      .add_option("--scale", options.data.picture.scale,
                  "Factor for pixels (0 to 255); 1/255 if not given. Bytes of "
                  "arrays with two dimensions or more are pixels too")
      ->type_name("S")
      ->group(group);
  command
      .add_option("--mean", options.data.picture.mean,
                  "Subtracted after scaling: a number, or one per channel")
      ->delimiter(',')
      ->type_name("M[,M,M]")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_option("--std", options.data.picture.std,
                  "Divided by at last: a number, or one per channel")
      ->delimiter(',')
      ->type_name("S[,S,S]")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--crop", options.data.picture.crop,
                "Keep the aspect ratio and cut off the sides")
      ->group(group);
}

/// A command that the model has no function for is still understood, but not
/// shown.
static CLI::App *addCommand(CLI::App &app, const char *name, const char *text,
                            bool shown) {
  CLI::App *command = app.add_subcommand(name, text);
  if (!shown)
    command->group("");
  return command;
}

static bool has(const mlcc_model &model, const char *function) {
  return model.abi_version == MLCC_ABI_VERSION && model.functions &&
         mlcc_find_function(&model, function) >= 0;
}

TrainCommands::TrainCommands(CLI::App &app, const mlcc_model &model,
                             const std::string &program) {
  bool stateful =
      model.abi_version == MLCC_ABI_VERSION && model.variable_count > 0;
  trainApp = addCommand(app, "train", "Train the model on samples",
                        has(model, "train_step"));
  evalApp = addCommand(app, "eval", "Compute loss and metrics of samples",
                       has(model, "evaluate") || has(model, "loss"));
  predictApp = addCommand(app, "predict", "Run the model on many samples",
                          stateful && has(model, "predict"));
  exportApp =
      addCommand(app, "export", "Write the trained parameters", stateful);
  generateApp = addCommand(app, "generate", "Write text, as learned from texts",
                           stateful && has(model, "predict"));
  addTrain(*trainApp, program);
  addEval(*evalApp, program);
  addPredict(*predictApp, program);
  addGenerate(*generateApp, program);
  addExport(*exportApp, program);
}

void TrainCommands::addTrain(CLI::App &app, const std::string &program) {
  addSamples(app, train);
  app.add_option("--epochs", train.epochs,
                 "How often to go through the samples, in all")
      ->check(CLI::Range(1, 1000000000))
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--lr", train.rate,
                 "The learning rate; the model's own if not given")
      ->check(CLI::NonNegativeNumber)
      ->type_name("RATE");
  app.add_option("--validation", train.validation,
                 "What to validate on after each epoch: a share of the samples "
                 "(0.1), or files. If not given, the arrays NAME_validation or "
                 "NAME_test of an .npz file, if it has them")
      ->type_name("SHARE|[NAME=]FILE")
      ->allow_extra_args(false);
  app.add_option("--save", train.folder,
                 "Keep checkpoints (last.safetensors, best.safetensors), "
                 "log.csv and report.html in a folder")
      ->type_name("FOLDER");
  app.add_flag("--resume", train.resume,
               "Go on from the last checkpoint in the folder of --save");
  app.add_flag("--overwrite", train.overwrite,
               "Begin anew though the folder of --save has a run");
  app.add_option("--save-every", train.saveEvery,
                 "Save a checkpoint every N steps, not only after each epoch")
      ->type_name("N");
  app.add_option("--max-steps", train.mostSteps, "Stop after N steps in all")
      ->type_name("N");
  app.add_flag("!--no-shuffle", train.shuffle,
               "Take the samples in the order of the file");
  app.add_flag(
      "--find-nan", train.findNan,
      "If the loss is NaN or infinite, do the step again and say which "
      "operation was the first (keeps a copy of the variables)");
  app.add_option("--log", train.logs,
                 "Write every step to FILE.csv, to FILE.jsonl, or, for "
                 "TensorBoard, into a folder")
      ->type_name("FILE|FOLDER")
      ->allow_extra_args(false);
  app.add_option("--report", train.report,
                 "Draw the course of loss and metrics: FILE.html or FILE.svg")
      ->type_name("FILE");
  app.footer(
      "Ctrl-C finishes the step, saves and stops; --resume goes on as if "
      "nothing had happened.\nThe size of batches is the model's.\n"
      "Example: train, see how it went, go on\n  " +
      program +
      " train --data digits.npz --epochs 20 --validation 0.1 --save "
      "run\n  xdg-open run/report.html\n  " +
      program +
      " train --data digits.npz --epochs 40 --validation 0.1 --save run "
      "--resume\nExample: files of MNIST\n  " +
      program +
      " train --data x=train-images-idx3-ubyte.gz --data "
      "y=train-labels-idx1-ubyte.gz --lr 0.001");
}

void TrainCommands::addEval(CLI::App &app, const std::string &program) {
  addSamples(app, eval);
  app.add_flag("--json", eval.json, "Print JSON");
  app.footer("Of an .npz file with the arrays NAME_test, these are used.\n"
             "Example:\n  " +
             program + " eval --data digits.npz --load run");
}

void TrainCommands::addPredict(CLI::App &app, const std::string &program) {
  addSamples(app, predict);
  app.add_option("--output,-o", predict.output,
                 "Write the outputs of all samples: FILE.npz, or FOLDER for a "
                 ".npy file each")
      ->type_name("FILE.npz|FOLDER");
  app.add_option("--show", predict.shown, "Print so many samples")
      ->capture_default_str()
      ->type_name("N");
  app.footer("Example:\n  " + program +
             " predict --data digits.npz --load run --output predictions.npz");
}

void TrainCommands::addGenerate(CLI::App &app, const std::string &program) {
  app.add_option("--load", generate.weights,
                 "A checkpoint, or the folder of a run")
      ->required()
      ->type_name("FILE");
  app.add_option("--prompt", generate.prompt,
                 "How the text begins; a line's end if not given")
      ->type_name("TEXT");
  app.add_option("--length", generate.length, "Characters to add")
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--temperature", generate.temperature,
                 "Below 1 likelier characters get more likely still; 0 takes "
                 "the likeliest")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str()
      ->type_name("T");
  app.add_option("--seed", generate.seed, "Other texts for other numbers")
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--threads", generate.threads,
                 "Threads to run on; all processors allowed if not given")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  app.footer("For models whose function predict takes a text and gives scores "
             "of what follows.\nExample:\n  " +
             program +
             " generate --load run --prompt 'ROMEO:' --temperature 0.8");
}

void TrainCommands::addExport(CLI::App &app, const std::string &program) {
  app.add_option("--load", exported.weights,
                 "A checkpoint, or the folder of a run")
      ->required()
      ->type_name("FILE");
  app.add_option("--output,-o", exported.output,
                 "FILE.safetensors or FILE.npz: the weights; FILE.onnx: a "
                 "function with its weights")
      ->required()
      ->type_name("FILE");
  app.add_option("--onnx", exported.onnx,
                 "The ONNX model that this program was compiled of: it is "
                 "written with the trained weights in place of its own. Not "
                 "for programs that were compiled of a description")
      ->expected(0, 1)
      ->type_name("FILE");
  app.add_option("--function", exported.function,
                 "Which function of a description FILE.onnx computes")
      ->capture_default_str()
      ->type_name("NAME");
  app.add_flag("--all", exported.all,
               "Also what the optimizer remembers, counters and random states");
  app.footer("Parameters and statistics, under the names of the model.\n"
             "Example:\n  " +
             program + " export --load run --output weights.safetensors\n  " +
             program + " export --load run --output model.onnx\n  " + program +
             " export --load run --onnx model.onnx --output trained.onnx");
}

std::optional<int> TrainCommands::execute(const mlcc_model &model) const {
  if (*trainApp)
    return trainCommand(model, train);
  if (*evalApp)
    return evalCommand(model, eval);
  if (*predictApp)
    return predictCommand(model, predict);
  if (*generateApp)
    return generateCommand(model, generate);
  if (*exportApp)
    return exportCommand(model, exported);
  return std::nullopt;
}

} // namespace mlcc::cli
