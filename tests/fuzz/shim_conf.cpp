// shim.conf and the command line of clientid-shim, through the options that the program has. Behind the file, and the
// octet 1e, are words of the command line, one a line.
#include <algorithm>
#include <vector>

#include "plugin/config/config_error.hpp"
#include "shim/ops/config.hpp"
#include "tests/fuzz/config_fault.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/text_file.hpp"

namespace clientid {
namespace {

void check_addresses(const Config& config) {
  for (const auto& address : config.listen) {
    require(ListenAddress::parse(address.to_string()) == address, "an address to listen on is read as it was written");
  }
  for (const auto& address : config.backends) {
    const auto again = BackendAddress::parse(address.to_string());
    require(again && again->to_string() == address.to_string(), "a back end is read as it was written");
  }
}

void check_numbers(const Config& config) {
  for (const auto timeout : {config.greeting_timeout, config.command_timeout, config.data_timeout,
                             config.backend_timeout, config.auth_timeout, config.session_timeout}) {
    // Added to a point in time, it must not overflow in nanoseconds.
    require(timeout.count() > 0 && timeout <= std::chrono::hours(1'000'000), "a timeout ends");
  }
  for (const auto number : {config.workers, config.auth_workers, config.auth_queue, config.max_connections,
                            config.max_connections_per_address, config.max_connections_per_device, config.max_errors}) {
    require(number >= 1 && number <= 1'000'000, "a number is in its range");
  }
  require(config.max_message_size <= std::uint64_t{1} << 40U, "a size is in its range");
}

void check(const Config& config) {
  check_addresses(config);
  check_numbers(config);
  require(!config.mechanisms.empty() && !config.tls.certificates.empty(), "a service can be offered");
  require(config.alert_command.empty() || config.alert_command.front().starts_with('/'), "a program is a path");
  require_sound(config);
  auto fresh = config;
  require(keep_until_restart(config, fresh).empty(), "what is the same needs no restart");
}

std::vector<std::string> words_of(std::string_view lines) {
  std::vector<std::string> words;
  while (!lines.empty()) {
    auto line = take_until(lines, '\n');
    words.emplace_back(take_until(line, '\0'));
  }
  return words;
}

}  // namespace

void fuzz(std::string_view input) {
  static const TextFile file;
  const auto content = take_until(input, '\x1e');
  file.write(content);
  const auto words = words_of(input);
  std::vector<const char*> arguments{"clientid-shim", "--config", file.path().c_str()};
  for (const auto& word : words) arguments.push_back(word.c_str());
  try {
    const auto command = read_command_line(static_cast<int>(arguments.size()), arguments.data());
    if (command) check(command->config);
  } catch (const ConfigError& error) {
    std::string fault = error.what();
    if (fault.starts_with(file.path())) fault.erase(0, file.path().size());
    check_config_fault(fault, content);
  }
}

}  // namespace clientid
