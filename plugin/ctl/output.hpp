// What the program prints on standard output: one JSON value, or plain text for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/config/json_text.hpp"
#include "plugin/ctl/failure.hpp"
#include "plugin/ctl/table.hpp"
#include "plugin/identity/secret.hpp"

namespace clientid::ctl {

using Json = nlohmann::ordered_json;

// Standard output does not take what is written.
class OutputError : public Failure {
 public:
  OutputError(const std::string& text, bool closed) : Failure(Status::store, text), closed_(closed) {}
  bool closed() const { return closed_; }  // the reader went away

 private:
  bool closed_;
};

// Everything here, and below, throws OutputError.
class Output {
 public:
  Output(bool json, bool quiet) : json_(json), quiet_(quiet) {}

  bool json() const { return json_; }
  bool quiet() const { return quiet_; }
  const Terminal& terminal() const { return terminal_; }

  void value(const Json& value) const;
  void json_line(const Json& value) const;
  // An object, with one more member that is kept nowhere.
  void value_with_secret(const Json& object, std::string_view name, const Secret& secret) const;

  void text(std::string_view text) const;  // as it is
  void line(std::string_view text) const;
  void secret_line(std::string_view before, const Secret& secret) const;

  // A state or outcome in its colour, where colours are shown.
  std::string state(std::string cell, std::string_view state) const {
    return terminal_.colours ? coloured(std::move(cell), state) : cell;
  }

  // What a change did; nothing if quiet.
  void say(std::string_view text) const {
    if (!quiet_) line(text);
  }

  // No heading if quiet.
  void table(const Heading& heading, const std::vector<Row>& rows) const;

 private:
  bool json_;
  bool quiet_;
  Terminal terminal_ = Terminal::of_output();
};

// An array too long to be kept: each element is printed at once, in a line of its own.
class JsonArray {
 public:
  explicit JsonArray(const Output& output) : output_(output) {}

  void add(const Json& element);
  void end();

 private:
  const Output& output_;
  bool empty_ = true;
};

}  // namespace clientid::ctl
