#include "plugin/ctl/mail_server.hpp"

#include <pwd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "plugin/config/sasl_file.hpp"
#include "plugin/config/words.hpp"
#include "plugin/ctl/program.hpp"

namespace clientid::ctl {
namespace {

constexpr auto patience = std::chrono::seconds(10);

std::vector<std::string> postconf(std::vector<std::string> arguments) {
  const auto program = find_program("postconf", {"/usr/sbin", "/usr/local/sbin"});
  if (program.empty()) return {};
  arguments.insert(arguments.begin(), program);
  const auto said = run_program(arguments, patience);
  return said && said->status == 0 ? split_words(said->output, "\n") : std::vector<std::string>();
}

// "queue_directory = /var/spool/postfix"
std::map<std::string, std::string> postfix_parameters() {
  std::map<std::string, std::string> values;
  constexpr std::string_view between = " = ";
  for (const auto& line : postconf({"config_directory", "queue_directory", "mail_owner", "smtpd_sasl_path",
                                    "cyrus_sasl_config_path", "compatibility_level", "import_environment"})) {
    const auto middle = line.find(between);
    if (middle == std::string::npos) continue;
    values[line.substr(0, middle)] = line.substr(middle + between.size());
  }
  return values;
}

// A line of master.cf: service, type, private, unprivileged, chroot, wakeup, limit, command, arguments.
struct MasterEntry {
  std::string service;
  std::string type;
  std::string chroot;
  std::vector<std::string> command;
};

constexpr std::size_t columns_before_command = 7;

std::vector<MasterEntry> postfix_services() {
  std::vector<MasterEntry> entries;
  for (const auto& line : postconf({"-M"})) {
    const auto words = split_words(line);
    if (words.size() <= columns_before_command || words[columns_before_command] != "smtpd") continue;
    entries.push_back({words[0], words[1], words[4], {words.begin() + columns_before_command, words.end()}});
  }
  return entries;
}

std::string option_of(const MasterEntry& entry, const std::string& name, const std::string& otherwise) {
  const auto begins = name + "=";
  const auto found = std::find_if(entry.command.begin(), entry.command.end(),
                                  [&](const std::string& word) { return word.starts_with(begins); });
  return found == entry.command.end() ? otherwise : found->substr(begins.size());
}

bool is_here(const std::string& backend) {
  constexpr std::string_view scheme_end = "://";
  const auto scheme = backend.find(scheme_end);
  if (scheme == std::string::npos) return true;  // unix:PATH
  const auto host = backend.substr(scheme + scheme_end.size());
  return host.starts_with("127.") || host.starts_with("[::1]") || host.starts_with("localhost");
}

// Names such as "submission" are not looked up: a back end on its port is another one's.
bool listens_at(const MasterEntry& entry, const std::string& backend) {
  if (entry.type == "unix") return backend.starts_with("unix:") && backend.ends_with("/" + entry.service);
  const auto port_of = [](const std::string& address) { return address.substr(address.rfind(':') + 1); };
  return is_here(backend) && port_of(entry.service) == port_of(backend);
}

bool in_chroot(const MasterEntry& entry, const std::string& compatibility_level) {
  // What "-" stands for; smtpd(8) and COMPATIBILITY_README.
  return entry.chroot == "y" || (entry.chroot == "-" && std::strtol(compatibility_level.c_str(), nullptr, 10) < 1);
}

std::string sasl_path_in(const std::string& environment) {
  constexpr std::string_view name = "SASL_PATH=";
  for (const auto& word : split_words(environment, " \t,{}")) {
    if (word.starts_with(name)) return word.substr(name.size());
  }
  return {};
}

MailServer postfix_of(const MasterEntry& entry, const std::map<std::string, std::string>& parameters) {
  const auto value = [&](const char* name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
  };
  const auto file = "/" + option_of(entry, "smtpd_sasl_path", value("smtpd_sasl_path")) + ".conf";
  // Debian's reads that in its own directory, and knows no cyrus_sasl_config_path.
  std::vector<std::string> directories{value("config_directory") + "/sasl"};
  for (const auto& each : split_words(value("cyrus_sasl_config_path"), ":")) directories.push_back(each);
  for (const auto& each : sasl_directories()) directories.push_back(each);
  MailServer server{.name = "Postfix",
                    .sasl_files = {},
                    .plugins = sasl_path_in(value("import_environment")),
                    .user = {value("mail_owner"),
                             in_chroot(entry, value("compatibility_level")) ? value("queue_directory") : std::string()},
                    .reload = "postfix reload"};
  for (const auto& directory : directories) server.sasl_files.push_back(directory + file);
  return server;
}

std::optional<MailServer> find_postfix(const std::vector<std::string>& backends) {
  const auto entries = postfix_services();
  for (const auto& backend : backends) {
    for (const auto& entry : entries) {
      if (listens_at(entry, backend)) return postfix_of(entry, postfix_parameters());
    }
  }
  return std::nullopt;
}

std::optional<MailServer> find_exim() {
  for (const char* user : {"Debian-exim", "exim"}) {
    if (::getpwnam(user) == nullptr) continue;
    MailServer server{.name = "Exim", .sasl_files = {}, .plugins = {}, .user = {user, {}}, .reload = {}};
    for (const auto& directory : sasl_directories()) server.sasl_files.push_back(directory + "/exim.conf");
    return server;
  }
  return std::nullopt;
}

}  // namespace

std::optional<MailServer> find_mail_server(const std::vector<std::string>& backends) {
  if (auto postfix = find_postfix(backends)) return postfix;
  if (std::any_of(backends.begin(), backends.end(), is_here)) return find_exim();
  return std::nullopt;
}

}  // namespace clientid::ctl
