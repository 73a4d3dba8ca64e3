// history: what was tried and decided, and what operators changed.
#include "plugin/store/history.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/interruption.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"

namespace clientid::ctl {
namespace {

Json to_json(const Event& event) {
  return {
      {"id", event.id},
      {"at", format_time(event.at)},
      {"outcome", name(event.outcome)},
      {"account", event.account},
      {"type", text_or_null(event.type)},
      {"fingerprint", text_or_null(short_form(event.fingerprint))},
      {"peer", text_or_null(event.peer)},
      {"service", text_or_null(event.service)},
      {"verdict", text_or_null(event.verdict)},
      {"reason", text_or_null(event.reason)},
      {"detail", event.detail},
  };
}

// Columns of fixed width, since what is still to come is not known.
constexpr std::array<std::size_t, 6> widths{20, 13, 24, 21, 15, 0};

std::string cell(const std::string& text, std::size_t column) {
  return padded(text.empty() ? "-" : printable(text), widths.at(column)) + (column + 1 < widths.size() ? "  " : "");
}

std::string to_text(const Output& output, const Event& event) {
  std::string why = event.verdict;
  for (const auto& part : {event.reason, event.detail}) {
    if (!part.empty()) why += (why.empty() ? "" : ", ") + part;
  }
  const auto device = event.type.empty() ? "" : event.type + " " + short_form(event.fingerprint);
  const std::string outcome(name(event.outcome));
  return cell(format_time(event.at), 0) + output.state(cell(outcome, 1), outcome) + cell(event.account, 2) +
         cell(device, 3) + cell(event.peer, 4) + cell(why, 5);
}

EventFilter filter_of(Context& context, const Arguments& arguments) {
  EventFilter filter;
  if (!arguments.words.empty()) {
    const auto given = arguments.word(0);
    if (given.starts_with('@')) {
      filter.account = domain_scope(context, given);
    } else if (given == any_account) {
      filter.account = given;
    } else {
      filter.account = recorded_account(context, given);
    }
  }
  if (const auto since = arguments.option("since")) filter.since = time_back(context, "--since", *since);
  if (const auto device = arguments.option("device")) filter.fingerprint_prefix = fingerprint_prefix(*device);
  return filter;
}

void print_heading(const Output& output) {
  if (output.json() || output.quiet()) return;
  const Row names{"TIME", "OUTCOME", "ACCOUNT", "DEVICE", "PEER", "WHAT"};
  std::string line;
  for (std::size_t i = 0; i < names.size(); ++i) line += cell(names[i], i);
  output.line(line);
}

// What is asked for, from the filter's `after` on.
std::int64_t start_of(Context& context, const Arguments& arguments, const EventFilter& filter) {
  History history(context.store());
  if (const auto limit = arguments.option("limit")) {
    const auto count = parse_id(*limit);
    if (!count) throw ConfigError("--limit takes a number of events");
    if (*count == 0) return history.newest();
    return history.before_newest(filter, *count);
  }
  return filter.after.value_or(0);
}

// Page by page, so that neither the memory nor a snapshot of the store is held while somebody reads. False if
// `interrupted` says so between two of them.
template <typename Print, typename Interrupted>
bool for_each_event(Context& context, EventFilter& filter, Print print, Interrupted interrupted) {
  History history(context.store());
  while (true) {
    const auto events = history.list(filter);
    for (const auto& event : events) print(event);
    if (!events.empty()) filter.after = events.back().id;
    const bool full = events.size() == static_cast<std::size_t>(History::page);
    if (!full) return true;
    if (interrupted()) return false;
  }
}

void print_all(Context& context, EventFilter filter) {
  const auto& output = context.output();
  const auto never = [] { return false; };
  filter.up_to = History(context.store()).newest();
  if (output.json()) {
    JsonArray array(output);
    const auto add = [&](const Event& event) { array.add(to_json(event)); };
    for_each_event(context, filter, add, never);
    array.end();
  } else {
    const auto print = [&](const Event& event) { output.line(to_text(output, event)); };
    print_heading(output);
    for_each_event(context, filter, print, never);
  }
}

// Waits so long for a signal that ends the program, or for the reader of the output to go away.
bool over(const Interruption& interruption, std::chrono::milliseconds wait) {
  if (interruption.came_within(wait)) return true;
  pollfd reader{STDOUT_FILENO, 0, 0};
  return ::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0;
}

void follow(Context& context, EventFilter filter) {
  const Interruption signals;
  const auto& output = context.output();
  print_heading(output);
  const auto print = [&](const Event& event) {
    output.json() ? output.json_line(to_json(event)) : output.line(to_text(output, event));
  };
  const auto interrupted = [&] { return over(signals, std::chrono::milliseconds(0)); };
  try {
    while (for_each_event(context, filter, print, interrupted) && !over(signals, std::chrono::seconds(1))) {
      // SQLite goes on with a file that was unlinked, in which nothing more will happen.
      if (!context.store().still_there()) {
        throw context.store().error("was removed or replaced, or its server has ended the session");
      }
    }
  } catch (const OutputError& error) {
    if (!error.closed()) throw;
  }
}

}  // namespace

Status history(Context& context, const Arguments& arguments) {
  auto filter = filter_of(context, arguments);
  const bool follows = arguments.flag("follow");
  if (filter.since) {
    filter.after = History(context.store()).before(*filter.since);
  } else if (follows && !arguments.flag("limit")) {
    // Not by time: an attempt is recorded a moment after it was made.
    filter.after = History(context.store()).newest();
  }
  filter.after = start_of(context, arguments, filter);
  if (follows) {
    follow(context, filter);
  } else {
    print_all(context, filter);
  }
  return Status::done;
}

}  // namespace clientid::ctl
