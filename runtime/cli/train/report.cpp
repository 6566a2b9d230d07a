//===- report.cpp - Pictures of loss curves -------------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/cli/train/report.h"

#include "runtime/cli/file.h"
#include "runtime/cli/text.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace mlcc::cli {

namespace {

struct Point {
  double x, y;
};
using Curve = std::vector<Point>;

/// A value's course in training and in validation.
struct Plot {
  std::string name;
  Curve training, validation;
};

constexpr double width = 720, height = 320;
constexpr double left = 70, right = 20, top = 36, bottom = 40;

std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

std::vector<Plot> collect(const std::vector<LogEntry> &entries) {
  std::vector<Plot> plots;
  std::map<std::string, size_t> numbers;
  for (const LogEntry &entry : entries)
    for (const auto &[name, value] : entry.values) {
      if (!std::isfinite(value))
        continue;
      auto [number, isNew] = numbers.try_emplace(name, plots.size());
      if (isNew)
        plots.push_back({name, {}, {}});
      Plot &plot = plots[number->second];
      (entry.validation ? plot.validation : plot.training)
          .push_back({static_cast<double>(entry.step), value});
    }
  return plots;
}

/// Means of as many points in a row as leave a few hundred.
Curve thinned(const Curve &curve) {
  constexpr size_t most = 600;
  size_t group = (curve.size() + most - 1) / most;
  if (group <= 1)
    return curve;
  Curve result;
  for (size_t begin = 0; begin < curve.size(); begin += group) {
    size_t end = std::min(begin + group, curve.size());
    Point sum = {0, 0};
    for (size_t i = begin; i < end; ++i) {
      sum.x += curve[i].x;
      sum.y += curve[i].y;
    }
    auto count = static_cast<double>(end - begin);
    result.push_back({sum.x / count, sum.y / count});
  }
  return result;
}

/// An exponential mean over about a twentieth of the curve, without the pull of
/// its first value.
Curve smoothed(const Curve &curve) {
  double decay = std::exp(-20.0 / static_cast<double>(curve.size() + 1));
  double mean = 0, weight = 0;
  Curve result;
  for (const Point &point : curve) {
    mean = decay * mean + (1 - decay) * point.y;
    weight = decay * weight + (1 - decay);
    result.push_back({point.x, mean / weight});
  }
  return result;
}

/// A round step that divides `range` into about `parts`.
double roundStep(double range, double parts) {
  double raw = range / parts;
  double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (double factor : {1.0, 2.0, 5.0})
    if (raw <= factor * power)
      return factor * power;
  return 10 * power;
}

/// Draws one plot as an SVG group.
class Drawing {
public:
  explicit Drawing(const Plot &plot) : plot(plot) {
    for (const Curve *curve : {&plot.training, &plot.validation})
      for (const Point &point : *curve) {
        leastX = std::min(leastX, point.x);
        mostX = std::max(mostX, point.x);
        leastY = std::min(leastY, point.y);
        mostY = std::max(mostY, point.y);
      }
    if (mostX <= leastX)
      mostX = leastX + 1;
    if (mostY <= leastY) {
      double margin = std::max(std::abs(leastY) * 0.1, 1e-6);
      leastY -= margin;
      mostY += margin;
    }
  }

  std::string draw() {
    text("<text x=\"" + formatNumber(left) + "\" y=\"22\" class=\"title\">" +
         escaped(plot.name) + "</text>");
    drawGrid();
    Curve training = thinned(plot.training);
    line(training, "training");
    if (training.size() > 20)
      line(smoothed(training), "smooth");
    line(plot.validation, "validation");
    for (const Point &point : plot.validation)
      text("<circle class=\"validation-point\" r=\"2.5\" cx=\"" + x(point) +
           "\" cy=\"" + y(point) + "\"/>");
    return svg;
  }

private:
  void text(const std::string &element) { svg += element + "\n"; }
  std::string x(const Point &point) const {
    return formatNumber(left + (point.x - leastX) / (mostX - leastX) *
                                   (width - left - right));
  }
  std::string y(const Point &point) const {
    return formatNumber(height - bottom -
                        (point.y - leastY) / (mostY - leastY) *
                            (height - top - bottom));
  }

  void drawGrid() {
    double step = roundStep(mostY - leastY, 5);
    for (double value = std::ceil(leastY / step) * step; value <= mostY;
         value += step) {
      std::string place = y({leastX, value});
      text("<line class=\"grid\" x1=\"" + formatNumber(left) + "\" x2=\"" +
           formatNumber(width - right) + "\" y1=\"" + place + "\" y2=\"" +
           place + "\"/><text class=\"left\" x=\"" + formatNumber(left - 8) +
           "\" y=\"" + place + "\" dy=\"4\">" +
           formatNumber(std::abs(value) < step / 2 ? 0 : value) + "</text>");
    }
    step = std::max(1.0, roundStep(mostX - leastX, 8));
    for (double value = std::ceil(leastX / step) * step; value <= mostX;
         value += step)
      text("<text class=\"below\" x=\"" + x({value, leastY}) + "\" y=\"" +
           formatNumber(height - bottom + 18) + "\">" + formatNumber(value) +
           "</text>");
    text("<text class=\"below\" x=\"" +
         formatNumber((left + width - right) / 2) + "\" y=\"" +
         formatNumber(height - 6) + "\">step</text>");
  }

  void line(const Curve &curve, const char *name) {
    if (curve.empty())
      return;
    std::string points;
    for (const Point &point : curve)
      points += (points.empty() ? "" : " ") + x(point) + "," + y(point);
    text("<polyline class=\"" + std::string(name) + "\" points=\"" + points +
         "\"/>");
  }

  const Plot &plot;
  std::string svg;
  double leastX = INFINITY, mostX = -INFINITY;
  double leastY = INFINITY, mostY = -INFINITY;
};

constexpr const char *style = R"(<style>
text { font: 12px sans-serif; fill: #444 }
.title { font-weight: bold; font-size: 14px }
.left { text-anchor: end } .below { text-anchor: middle }
.grid { stroke: #ddd }
polyline { fill: none; stroke-linejoin: round }
.training { stroke: #9ecae1 } .smooth { stroke: #2171b5; stroke-width: 2 }
.validation { stroke: #e6550d; stroke-width: 2 } .validation-point { fill: #e6550d }
</style>
)";

std::string drawAll(const std::vector<Plot> &plots) {
  double total =
      height * static_cast<double>(std::max<size_t>(plots.size(), 1));
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    formatNumber(width) + "\" height=\"" + formatNumber(total) +
                    "\">\n" + style;
  double offset = 0;
  for (const Plot &plot : plots) {
    svg += "<g transform=\"translate(0," + formatNumber(offset) + ")\">\n" +
           Drawing(plot).draw() + "</g>\n";
    offset += height;
  }
  return svg + "</svg>\n";
}

/// The validations, or the last step of each epoch if there are none.
std::string epochTable(const std::vector<LogEntry> &entries) {
  bool validated = std::ranges::any_of(
      entries, [](const LogEntry &entry) { return entry.validation; });
  std::map<uint64_t, const LogEntry *> last;
  for (const LogEntry &entry : entries)
    if (entry.validation == validated)
      last[entry.epoch] = &entry;
  std::string rows;
  for (const auto &[epoch, entry] : last) {
    rows += "<tr><td>" + std::to_string(epoch) + "</td><td>" +
            std::to_string(entry->step) + "</td><td>";
    for (const auto &[name, value] : entry->values)
      rows += escaped(name) + " " + formatNumber(value) + "&ensp; ";
    rows += "</td></tr>\n";
  }
  return std::string("<table>\n<tr><th>epoch</th><th>step</th><th>") +
         (validated ? "validation" : "last step") + "</th></tr>\n" + rows +
         "</table>\n";
}

} // namespace

void RunHistory::add(LogEntry entry) {
  if (!entry.validation && entry.step % stride != 0)
    return;
  steps += !entry.validation;
  kept.push_back(std::move(entry));
  constexpr size_t most = 8192;
  if (steps <= most)
    return;
  stride *= 2;
  std::erase_if(kept, [&](const LogEntry &old) {
    return !old.validation && old.step % stride != 0;
  });
  steps = static_cast<size_t>(std::ranges::count_if(
      kept, [](const LogEntry &old) { return !old.validation; }));
}

void writeReport(const std::string &path, const std::string &title,
                 const std::vector<LogEntry> &entries) {
  std::string picture = drawAll(collect(entries));
  if (path.ends_with(".svg"))
    return writeFile(path, picture);
  writeFile(path,
            "<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>" +
                escaped(title) +
                "</title>\n<style>body { font: 14px sans-serif; margin: 2em } "
                "td, th { text-align: left; padding: 2px 12px 2px 0 }</style>"
                "</head>\n<body><h1>" +
                escaped(title) +
                "</h1>\n<p>Blue: training, thick where smoothed. Orange: "
                "validation.</p>\n" +
                picture + epochTable(entries) + "</body></html>\n");
}

} // namespace mlcc::cli
