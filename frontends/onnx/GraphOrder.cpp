//===- GraphOrder.cpp - Structure of an ONNX graph ------------------------===//
//
// Part of mlcc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "frontends/onnx/GraphOrder.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "frontends/onnx/ModelFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace mlcc::onnx_frontend {

Body Body::of(onnx::GraphProto &graph) {
  Body body{graph.mutable_node(), {}, {}, {}};
  for (const onnx::ValueInfoProto &input : graph.input())
    body.inputs.push_back(input.name());
  for (onnx::TensorProto &tensor : *graph.mutable_initializer())
    body.initializers.push_back(&tensor);
  for (const onnx::ValueInfoProto &output : graph.output())
    body.outputs.push_back(output.name());
  return body;
}

Body Body::of(onnx::FunctionProto &function) {
  Body body{function.mutable_node(), {}, {}, {}};
  llvm::append_range(body.inputs, function.input());
  llvm::append_range(body.outputs, function.output());
  return body;
}

std::string nodeName(const onnx::NodeProto &node, int index) {
  if (!node.name().empty())
    return node.name();
  return node.op_type() + "#" + std::to_string(index);
}

using ReadFunction = llvm::function_ref<void(StringRef)>;

static void forEachCapture(const onnx::GraphProto &graph, ReadFunction read);

/// Calls `read` for every name that a node, or a graph inside it, reads from
/// the body that the node is in.
static void forEachRead(const onnx::NodeProto &node, ReadFunction read) {
  for (const std::string &name : node.input())
    if (!name.empty())
      read(name);
  for (const onnx::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      forEachCapture(attribute.g(), read);
    for (const onnx::GraphProto &graph : attribute.graphs())
      forEachCapture(graph, read);
  }
}

/// Calls `read` for the names that `graph` uses but does not define.
static void forEachCapture(const onnx::GraphProto &graph, ReadFunction read) {
  llvm::StringSet<> inner;
  for (const onnx::ValueInfoProto &input : graph.input())
    inner.insert(input.name());
  for (const onnx::TensorProto &tensor : graph.initializer())
    inner.insert(tensor.name());
  for (const onnx::NodeProto &node : graph.node())
    for (const std::string &name : node.output())
      inner.insert(name);
  auto readOuter = [&](StringRef name) {
    if (!inner.contains(name))
      read(name);
  };
  for (const onnx::NodeProto &node : graph.node())
    forEachRead(node, readOuter);
  for (const onnx::ValueInfoProto &output : graph.output())
    readOuter(output.name());
}

namespace {

class GraphSorter {
public:
  GraphSorter(const Body &body, llvm::function_ref<bool(StringRef)> isOuter,
              llvm::function_ref<Location(int)> locate)
      : body(body), isOuter(isOuter), locate(locate),
        states(body.nodes->size(), State::New) {}

  GraphOrder sort();

private:
  enum class State : char { New, Open, Done };
  /// A node whose producers are being visited.
  struct Visit {
    int node;
    SmallVector<int, 4> producers;
    size_t next = 0;
  };

  void define(StringRef name, int node);
  void defineAll();
  SmallVector<int, 4> findProducers(int node);
  void visit(int root);
  void reportCycle(ArrayRef<Visit> path, int first);

  static constexpr int noNode = -1; ///< Inputs and initializers.

  const Body &body;
  llvm::function_ref<bool(StringRef)> isOuter;
  llvm::function_ref<Location(int)> locate;
  llvm::StringMap<int> definitions;
  std::vector<State> states;
  GraphOrder order;
};

} // namespace

void GraphSorter::define(StringRef name, int node) {
  if (name.empty() || definitions.try_emplace(name, node).second)
    return;
  emitError(locate(node), ErrorCode::InvalidGraph)
      << "the value " << quoted(name) << " is defined more than once";
}

void GraphSorter::defineAll() {
  // Older files list the initializers among the inputs too.
  for (StringRef name : body.inputs)
    define(name, noNode);
  llvm::StringSet<> initializers;
  for (const onnx::TensorProto *tensor : body.initializers) {
    if (!initializers.insert(tensor->name()).second)
      emitError(locate(noNode), ErrorCode::InvalidGraph)
          << "the initializer " << quoted(tensor->name())
          << " is defined more than once";
    definitions.try_emplace(tensor->name(), noNode);
  }
  for (auto [index, node] : llvm::enumerate(*body.nodes))
    for (const std::string &name : node.output())
      define(name, index);
}

SmallVector<int, 4> GraphSorter::findProducers(int node) {
  SmallVector<int, 4> producers;
  llvm::StringSet<> missing;
  forEachRead(body.nodes->Get(node), [&](StringRef name) {
    order.used.insert(name);
    auto definition = definitions.find(name);
    if (definition != definitions.end()) {
      if (definition->second != noNode)
        producers.push_back(definition->second);
    } else if (!isOuter(name) && missing.insert(name).second) {
      emitError(locate(node), ErrorCode::MissingValue)
          << "the input " << quoted(name) << " is defined nowhere";
    }
  });
  return producers;
}

void GraphSorter::reportCycle(ArrayRef<Visit> path, int first) {
  auto start =
      llvm::find_if(path, [&](const Visit &v) { return v.node == first; });
  // Each node on the path reads the next one: name them in the data's
  // direction.
  SmallVector<int> cycle{first};
  for (const Visit &visit : llvm::reverse(llvm::make_range(start, path.end())))
    cycle.push_back(visit.node);
  InFlightDiagnostic error = emitError(locate(first), ErrorCode::InvalidGraph)
                             << "the graph has a cycle of " << cycle.size() - 1
                             << " nodes: ";
  constexpr size_t shown = 8;
  for (auto [index, node] : llvm::enumerate(cycle)) {
    if (index >= shown && index + 1 < cycle.size())
      continue;
    if (index > 0)
      error << (index + 1 == cycle.size() && cycle.size() > shown + 1
                    ? " -> ... -> "
                    : " -> ");
    error << quoted(nodeName(body.nodes->Get(node), node));
  }
}

void GraphSorter::visit(int root) {
  std::vector<Visit> path;
  auto open = [&](int node) {
    states[node] = State::Open;
    path.push_back({node, findProducers(node)});
  };
  open(root);
  while (!path.empty()) {
    Visit &top = path.back();
    if (top.next == top.producers.size()) {
      states[top.node] = State::Done;
      order.nodes.push_back(top.node);
      path.pop_back();
      continue;
    }
    int producer = top.producers[top.next++];
    if (states[producer] == State::Open)
      reportCycle(path, producer);
    else if (states[producer] == State::New)
      open(producer);
  }
}

GraphOrder GraphSorter::sort() {
  defineAll();
  for (int node = 0; node < body.nodes->size(); ++node)
    if (states[node] == State::New)
      visit(node);
  for (StringRef name : body.outputs) {
    order.used.insert(name);
    if (!definitions.contains(name) && !isOuter(name))
      emitError(locate(noNode), ErrorCode::MissingValue)
          << "the output " << quoted(name) << " is defined nowhere";
  }
  return std::move(order);
}

GraphOrder orderGraph(const Body &body,
                      llvm::function_ref<bool(StringRef)> isOuter,
                      llvm::function_ref<Location(int)> locate) {
  return GraphSorter(body, isOuter, locate).sort();
}

} // namespace mlcc::onnx_frontend
