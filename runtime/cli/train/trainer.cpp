//===- trainer.cpp - The loop over epochs ---------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/trainer.h"

#include "runtime/cli/file.h"
#include "runtime/cli/text.h"
#include "runtime/cli/train/shuffle.h"
#include "runtime/src/errors.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>

namespace mlcc::cli {

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

/// Set by SIGINT and SIGTERM: the step that runs is finished, and saved.
static volatile std::sig_atomic_t stopSignal = 0;

namespace {

/// While it lives, signals ask to stop; the second one ends the program.
class StopOnSignal {
public:
  StopOnSignal() {
    stopSignal = 0;
    struct sigaction action = {};
    action.sa_handler = [](int signal) { stopSignal = signal; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &interrupt);
    sigaction(SIGTERM, &action, &terminate);
  }
  ~StopOnSignal() {
    sigaction(SIGINT, &interrupt, nullptr);
    sigaction(SIGTERM, &terminate, nullptr);
  }
  StopOnSignal(const StopOnSignal &) = delete;

private:
  struct sigaction interrupt, terminate;
};

} // namespace

//===----------------------------------------------------------------------===//
// Trainer
//===----------------------------------------------------------------------===//

/// The names of all values that logs have, those of training first.
static std::vector<std::string>
allNames(const MetricFunction &train,
         const std::optional<MetricFunction> &validate) {
  std::vector<std::string> names = train.names();
  if (validate)
    for (std::string &name : validate->names())
      if (std::ranges::find(names, name) == names.end())
        names.push_back(std::move(name));
  return names;
}

Trainer::Trainer(Model &model, const TrainOptions &options, RunState initial,
                 Feeder &feeder, std::vector<uint64_t> samples,
                 std::optional<Validation> validation)
    : model(model), options(options), state(std::move(initial)), feeder(feeder),
      samples(std::move(samples)), validation(std::move(validation)),
      trainStep(model, requireFunction(model.model(), {"train_step"})) {
  if (this->validation)
    validate.emplace(model,
                     requireFunction(model.model(), {"evaluate", "loss"}));
  means.samples = state.samples;
  means.sums = state.sums;
  std::vector<std::string> names = allNames(trainStep, validate);
  std::vector<std::string> paths = options.logs;
  ResumePoint resumeAt = {state.step, state.batch == 0};
  if (!options.folder.empty()) {
    makeFolder(options.folder);
    std::string own = options.folder + "/log.csv";
    if (state.step > 0)
      for (LogEntry &entry : readCsvLog(own, resumeAt))
        history.add(std::move(entry));
    paths.push_back(own);
  }
  for (const std::string &path : paths)
    logs.push_back(openLog(path, names, resumeAt));
}

std::string Trainer::epochLabel() const {
  return "epoch " + std::to_string(state.epoch + 1) + "/" +
         std::to_string(options.epochs);
}

/// From the steps of this process, which are like those to come.
double Trainer::secondsLeft(uint64_t batches) const {
  if (stepsHere == 0)
    return 0;
  uint64_t left = (options.epochs - state.epoch) * batches - state.batch;
  if (options.mostSteps > 0)
    left = std::min(left, options.mostSteps - state.step);
  return secondsHere / static_cast<double>(stepsHere) *
         static_cast<double>(left);
}

void Trainer::showProgress(uint64_t batches) {
  progress.show(epochLabel(), state.batch, batches,
                formatValues(means.get(trainStep.names())),
                secondsHere /
                    static_cast<double>(std::max<uint64_t>(stepsHere, 1)),
                secondsLeft(batches));
}

void Trainer::log(LogEntry entry) {
  entry.epoch = state.epoch + 1;
  entry.step = state.step;
  for (auto &log : logs)
    log->write(entry);
  if (!options.folder.empty() || !options.report.empty())
    history.add(std::move(entry));
}

/// Logs reach their files before the checkpoint does: what a checkpoint knows,
/// they have.
void Trainer::save(const char *name) {
  for (auto &log : logs)
    log->flush();
  if (options.folder.empty())
    return;
  state.samples = means.samples;
  state.sums = means.sums;
  saveCheckpoint(options.folder + "/" + name, model, state);
  lastSave = Clock::now();
}

void Trainer::report() {
  std::string title = std::string("Training of ") + model.model().name;
  if (!options.report.empty())
    writeReport(options.report, title, history.entries());
  if (!options.folder.empty())
    writeReport(options.folder + "/report.html", title, history.entries());
}

/// The state is that after the step; `before` has that before it.
void Trainer::failAtLoss(double loss, SavedVariables *before) {
  progress.clear();
  for (auto &log : logs)
    log->flush();
  std::string where;
  if (before) {
    before->restore();
    int64_t found = trainStep.findNotFinite(feeder);
    if (found >= 0)
      where = std::string("; the first of it is in '") +
              trainStep.description().steps[found].name + "', step " +
              std::to_string(found) + " of " +
              std::to_string(trainStep.description().step_count) +
              " (profile --function train_step lists them)";
  }
  throw RuntimeError(RuntimeErrorCode::LossNotFinite,
                     "the loss of step " + std::to_string(state.step) +
                         " (epoch " + std::to_string(state.epoch + 1) +
                         ", batch " + std::to_string(state.batch) + ") is " +
                         formatNumber(loss) + where);
}

Trainer::Next Trainer::step(EpochOrder &batches) {
  auto start = Clock::now();
  std::span<const uint64_t> batch = batches[state.batch];
  feeder.fill(batch);
  std::optional<SavedVariables> before;
  if (options.findNan)
    before.emplace(model, trainStep.description());
  const NamedValues &values = trainStep.run(feeder);
  double seconds = secondsSince(start);
  ++state.step;
  ++state.batch;
  double loss = values[trainStep.lossIndex()].second;
  if (!std::isfinite(loss))
    failAtLoss(loss, before ? &*before : nullptr);
  if (before)
    before->dismiss();
  means.add(values, static_cast<double>(batch.size()));
  state.seconds += seconds;
  secondsHere += seconds;
  ++stepsHere;
  log({false, 0, 0, seconds, values});
  showProgress(batches.batches());
  if (options.saveEvery > 0 && state.step % options.saveEvery == 0)
    save(lastCheckpointName);
  bool enough = options.mostSteps > 0 && state.step >= options.mostSteps;
  return stopSignal || enough ? Next::Stop : Next::Continue;
}

/// Validates, saves, and prints what the epoch has brought.
void Trainer::endEpoch() {
  progress.clear();
  std::string line =
      epochLabel() + "  " + formatValues(means.get(trainStep.names()));
  bool best = false;
  if (validation) {
    auto start = Clock::now();
    NamedValues values =
        evaluate(model, *validate, validation->feeder, validation->samples);
    line += "  | validation " + formatValues(values);
    double loss = values[validate->lossIndex()].second;
    best = std::isfinite(loss) && (!state.hasBest || loss < state.best);
    if (best) {
      state.best = loss;
      state.hasBest = true;
    }
    log({true, 0, 0, secondsSince(start), std::move(values)});
  }
  line += "  | " + formatSeconds(state.seconds) + ", " +
          formatSeconds(state.seconds / static_cast<double>(state.batch)) +
          "/step";
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  ++state.epoch;
  state.batch = 0;
  state.seconds = 0;
  means = Means();
  if (best)
    save(bestCheckpointName);
  // Epochs may be short, and disks slow.
  constexpr double interval = 1;
  if (secondsSince(lastSave) > interval) {
    save(lastCheckpointName);
    report();
  }
}

Trainer::Next Trainer::runEpoch() {
  std::vector<uint64_t> order = samples;
  if (options.shuffle) {
    std::vector<uint64_t> places = shuffled(samples.size(), state.seed,
                                            state.epoch, ShufflePurpose::Epoch);
    for (size_t i = 0; i < places.size(); ++i)
      order[i] = samples[places[i]];
  }
  EpochOrder batches(std::move(order), feeder.batch(), feeder.countsSamples());
  Next next = Next::Continue;
  while (state.batch < batches.batches() && next == Next::Continue)
    next = step(batches);
  if (state.batch == batches.batches())
    endEpoch();
  return next;
}

int Trainer::run() {
  StopOnSignal stop;
  // So that there is something to resume from the first step on.
  if (state.step == 0)
    save(lastCheckpointName);
  Next next = Next::Continue;
  bool done = options.mostSteps > 0 && state.step >= options.mostSteps;
  while (!done && state.epoch < options.epochs && next == Next::Continue)
    next = runEpoch();
  progress.clear();
  if (state.batch > 0)
    std::printf("%s, after %llu batches  %s\n", epochLabel().c_str(),
                static_cast<unsigned long long>(state.batch),
                formatValues(means.get(trainStep.names())).c_str());
  save(lastCheckpointName);
  report();
  if (!stopSignal)
    return 0;
  std::fprintf(stderr, "stopped after step %llu of epoch %llu%s\n",
               static_cast<unsigned long long>(state.step),
               static_cast<unsigned long long>(state.epoch + 1),
               options.folder.empty()
                   ? "; nothing is saved without --save"
                   : ("; --resume goes on from " + options.folder).c_str());
  return 128 + stopSignal;
}

} // namespace mlcc::cli
