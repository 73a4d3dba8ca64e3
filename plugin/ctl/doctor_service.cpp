// What the service itself tries, as its user, and whether it runs.
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "plugin/config/file_descriptor.hpp"
#include "plugin/config/words.hpp"
#include "plugin/ctl/doctor.hpp"
#include "plugin/ctl/program.hpp"

namespace clientid::ctl {
namespace {

// It gives each back end 5 s, and the store as much.
constexpr auto patience = std::chrono::seconds(60);
constexpr int connect_patience = 2000;  // ms

std::vector<std::string> list_of(const Json& settings, const char* key) {
  const auto found = settings.find(key);
  return found != settings.end() && found->is_array() ? found->get<std::vector<std::string>>()
                                                      : std::vector<std::string>();
}

ServiceSettings settings_of(const Json& settings) {
  return {.site_file = text_of(settings, "clientid-config"),
          .user = text_of(settings, "user"),
          .auth_by_backend = text_of(settings, "auth") == "backend",
          .password_by_backend = text_of(settings, "password-check") == "backend",
          .sasl_config = text_of(settings, "sasl-config"),
          .clientid = text_of(settings, "clientid") == "on",
          .relays_unauthenticated = text_of(settings, "unauthenticated") == "relay",
          .listen = list_of(settings, "listen"),
          .backends = list_of(settings, "backend"),
          .verdict_sockets = list_of(settings, "verdict-socket")};
}

// The lines of `clientid-shim --check --json`.
std::optional<ServiceSettings> read_check(const std::string& output, Findings& findings) {
  std::optional<ServiceSettings> service;
  for (const auto& line : split_words(output, "\n")) {
    const auto object = Json::parse(line, nullptr, false);
    if (object.is_object() && object.contains("settings")) service = settings_of(object["settings"]);
    if (auto finding = finding_of(object); finding && finding->name != keys_of_bindings) {
      if (finding->result == Found::wrong && finding->mend.empty() && finding->name.starts_with("back end ")) {
        finding->mend = "start it, or write where it is into shim.conf: backend = smtp://HOST:PORT";
      }
      finding->name = "service: " + finding->name;
      findings.push_back(std::move(*finding));
    }
  }
  return service;
}

std::string beside(const std::string& site_file) {
  const auto slash = site_file.rfind('/');
  return (slash == std::string::npos ? std::string() : site_file.substr(0, slash + 1)) + "shim.conf";
}

// Where both were installed with the same prefix.
std::string sbin_of_this_program() {
  std::error_code error;
  return (std::filesystem::read_symlink("/proc/self/exe", error).parent_path().parent_path() / "sbin").string();
}

bool same_file(const std::string& one, const std::string& other) {
  std::error_code error;
  return std::filesystem::equivalent(one, other, error);
}

// "0.0.0.0:587" or "[::]:587": 0 or errno.
int try_to_reach(const std::string& endpoint) {
  const auto colon = endpoint.rfind(':');
  auto host = endpoint.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), endpoint.substr(colon + 1).c_str(), &hints, &found) != 0) return EADDRNOTAVAIL;
  const FileDescriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int error = ::connect(socket.get(), found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  ::freeaddrinfo(found);
  if (error != EINPROGRESS) return error;
  pollfd watched{socket.get(), POLLOUT, 0};
  if (::poll(&watched, 1, connect_patience) <= 0) return ETIMEDOUT;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

void look_at_listeners(const ServiceSettings& service, Findings& findings) {
  for (const auto& endpoint : service.listen) {
    const auto what = "listen " + endpoint;
    const int error = try_to_reach(endpoint);
    findings.push_back(error == 0 ? Finding{what}
                                  : Finding{what, Found::wrong,
                                            std::string("the service does not answer: ") + std::strerror(error),
                                            "systemctl restart clientid-shim"});
  }
}

void look_at_openness(const ServiceSettings& service, Findings& findings) {
  if (!service.clientid) {
    findings.push_back({"identities", Found::note, "clientid = off: no client shows which device it is",
                        "write into shim.conf: clientid = on"});
  }
  if (service.relays_unauthenticated) {
    findings.push_back({"logins", Found::note, "unauthenticated = relay: mail is taken from whoever does not log in",
                        "write into shim.conf: unauthenticated = refuse"});
  }
}

}  // namespace

std::optional<ServiceSettings> look_at_service(const std::string& site_file,
                                               const std::optional<std::string>& shim_file, Findings& findings) {
  const auto file = shim_file.value_or(beside(site_file));
  const auto what = "service " + file;
  if (::access(file.c_str(), F_OK) != 0) {
    const auto error = std::string(std::strerror(errno));
    findings.push_back({what, shim_file ? Found::wrong : Found::note, error + ": the service is not looked at",
                        "say where it is: --shim-config FILE"});
    return std::nullopt;
  }
  const auto program = find_program("clientid-shim", {sbin_of_this_program()});
  const auto checked =
      program.empty() ? std::nullopt : run_program({program, "--config", file, "--check", "--json"}, patience);
  if (!checked) {
    findings.push_back({what, Found::wrong,
                        "there is no clientid-shim that can be run, in PATH or in " + sbin_of_this_program(),
                        "install it, or put its directory into PATH"});
    return std::nullopt;
  }
  auto service = read_check(checked->output, findings);
  if (!checked->in_time) {
    findings.push_back({what, Found::wrong,
                        "clientid-shim --check was not done after " + std::to_string(patience.count()) +
                            " s, at what comes behind the last line above",
                        ""});
  }
  if (!service) {
    constexpr std::string_view before = "clientid-shim: ";
    auto error = checked->errors.substr(0, checked->errors.find('\n'));
    if (error.starts_with(before)) error.erase(0, before.size());
    if (checked->in_time) findings.push_back(fault(what, error.empty() ? "clientid-shim --check failed" : error));
    return std::nullopt;
  }
  if (!same_file(service->site_file, site_file)) {
    findings.push_back({what, Found::wrong, "it uses another configuration, " + service->site_file,
                        "clientidctl --config " + service->site_file + " --shim-config " + file + " doctor"});
  }
  look_at_openness(*service, findings);
  look_at_listeners(*service, findings);
  return service;
}

}  // namespace clientid::ctl
