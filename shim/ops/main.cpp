#include <cstdio>
#include <exception>

#include "plugin/config/config_error.hpp"
#include "plugin/identity/core_dump.hpp"
#include "plugin/store/store_error.hpp"
#include "shim/ops/check.hpp"
#include "shim/ops/config.hpp"
#include "shim/ops/log.hpp"
#include "shim/ops/privileges.hpp"
#include "shim/ops/server.hpp"

namespace {

enum ExitStatus : int { done = 0, failed = 1, wrong_configuration = 2, no_store = 4 };

int fail(ExitStatus status, const std::exception& error) {
  std::fprintf(stderr, "clientid-shim: %s\n", error.what());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  clientid::forbid_core_dumps();
  clientid::forbid_new_privileges();
  try {
    const auto command = clientid::read_command_line(argc, argv);
    if (!command) return done;
    clientid::log::open(command->config.log_target, command->config.log_level, command->config.log_format);
    if (command->check) {
      return clientid::check_everything(command->config, command->json) ? done : wrong_configuration;
    }
    clientid::run_server(command->config, [=] { return clientid::read_command_line(argc, argv)->config; });
    return done;
  } catch (const clientid::ConfigError& error) {
    return fail(wrong_configuration, error);
  } catch (const clientid::StoreError& error) {
    return fail(no_store, error);
  } catch (const std::exception& error) {
    return fail(failed, error);
  }
}
