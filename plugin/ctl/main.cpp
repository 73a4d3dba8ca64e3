// clientidctl: manages the bindings of devices to accounts, and explains verdicts.
#include <signal.h>

#include <clocale>
#include <exception>
#include <iostream>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/arguments.hpp"
#include "plugin/ctl/context.hpp"
#include "plugin/ctl/help.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/identity/core_dump.hpp"

namespace clientid::ctl {
namespace {

Status run(int argc, char** argv) {
  const auto arguments = parse_arguments(argc, argv);
  Context context(arguments.options);
  if (arguments.flag("help")) {
    const auto name = arguments.command != nullptr ? arguments.command->name
                      : arguments.words.empty()    ? std::string_view{}
                                                   : arguments.word(0);
    context.output().text(name.empty() ? help() : help(name));
    return Status::done;
  }
  if (arguments.flag("version")) {
    context.output().line("clientidctl " PACKAGE_VERSION);
    return Status::done;
  }
  check_count(arguments);
  return arguments.command->run(context, arguments);
}

// One line, whatever the text holds.
Status fail(Status status, const std::exception& error) {
  std::cerr << "clientidctl: " + printable(error.what()) + "\n";
  return status;
}

Status run_guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const OutputError& error) {
    // As with any program in a pipe, that its reader had enough is nothing to speak of.
    return error.closed() ? error.status() : fail(error.status(), error);
  } catch (const Failure& failure) {
    return fail(failure.status(), failure);
  } catch (const ConfigError& error) {
    return fail(Status::usage, error);
  } catch (const std::exception& error) {  // StoreError among them
    return fail(Status::store, error);
  }
}

}  // namespace
}  // namespace clientid::ctl

int main(int argc, char** argv) {
  clientid::forbid_core_dumps();
  ::signal(SIGPIPE, SIG_IGN);
  std::setlocale(LC_CTYPE, "C.UTF-8");  // for the width of characters
  return static_cast<int>(clientid::ctl::run_guarded(argc, argv));
}
