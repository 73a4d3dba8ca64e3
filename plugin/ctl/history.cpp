// history: what was tried and decided, and what operators changed.
#include "plugin/store/history.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/selector.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"

namespace clientid::ctl {
namespace {

std::string short_form(const std::string& fingerprint) {
  return fingerprint.substr(0, Fingerprint::short_size);
}

Json to_json(const Event& event) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {
      {"id", event.id},
      {"at", format_time(event.at)},
      {"outcome", name(event.outcome)},
      {"account", event.account},
      {"type", or_null(event.type)},
      {"fingerprint", or_null(short_form(event.fingerprint))},
      {"peer", or_null(event.peer)},
      {"service", or_null(event.service)},
      {"verdict", or_null(event.verdict)},
      {"reason", or_null(event.reason)},
      {"detail", event.detail},
  };
}

// Columns of fixed width, since what is still to come is not known.
std::string columns(const Row& cells) {
  constexpr std::array<std::size_t, 6> widths{20, 13, 24, 21, 15, 0};
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += padded(cells[i].empty() ? "-" : printable(cells[i]), widths.at(i)) + (i + 1 < cells.size() ? "  " : "");
  }
  return line;
}

std::string to_text(const Event& event) {
  std::string why = event.verdict;
  for (const auto& part : {event.reason, event.detail}) {
    if (!part.empty()) why += (why.empty() ? "" : ", ") + part;
  }
  const auto device = event.type.empty() ? "" : event.type + " " + short_form(event.fingerprint);
  return columns({format_time(event.at), std::string(name(event.outcome)), event.account, device, event.peer, why});
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
      // A name that cannot be an account stands in the history as it was given.
      filter.account = canonical_account(given, context.site().accounts).value_or(std::string(given));
    }
  }
  if (const auto since = arguments.option("since")) {
    const auto back = parse_duration(*since);
    filter.since = back ? context.now() - *back : time_of(context, "--since", *since);
  }
  if (const auto device = arguments.option("device")) filter.fingerprint_prefix = fingerprint_prefix(*device);
  return filter;
}

void print_events(const Output& output, const std::vector<Event>& events) {
  for (const auto& event : events) {
    if (output.json()) {
      output.json_line(to_json(event));
    } else {
      output.line(to_text(event));
    }
  }
}

void print_heading(const Output& output) {
  if (output.json() || output.quiet()) return;
  output.line(columns({"TIME", "OUTCOME", "ACCOUNT", "DEVICE", "PEER", "WHAT"}));
}

// True when it is time to end: a signal, or nobody reads what is printed.
bool pause(const sigset_t& signals) {
  const timespec second{1, 0};
  if (::sigtimedwait(&signals, nullptr, &second) > 0) return true;
  pollfd reader{STDOUT_FILENO, 0, 0};
  return ::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0;
}

// Kept back until pause() looks at them.
sigset_t hold_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void follow(Context& context, EventFilter filter) {
  const auto signals = hold_signals();
  print_heading(context.output());
  if (!filter.since) filter.since = context.now();
  History history(context.store());
  try {
    do {
      const auto events = history.list(filter);
      print_events(context.output(), events);
      if (!events.empty()) filter.after = events.back().id;
    } while (!pause(signals));
  } catch (const OutputError& error) {
    if (!error.closed()) throw;
  }
}

}  // namespace

Status history(Context& context, const Arguments& arguments) {
  const auto filter = filter_of(context, arguments);
  if (arguments.flag("follow")) {
    follow(context, filter);
    return Status::done;
  }
  const auto events = History(context.store()).list(filter);
  if (context.output().json()) {
    auto all = Json::array();
    for (const auto& event : events) all.push_back(to_json(event));
    context.output().value(all);
  } else {
    print_heading(context.output());
    print_events(context.output(), events);
  }
  return Status::done;
}

}  // namespace clientid::ctl
