// The module, the configuration of the libsasl that loads it, and what both must reach.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/config/sasl_file.hpp"
#include "plugin/config/user_names.hpp"
#include "plugin/config/words.hpp"
#include "plugin/ctl/doctor.hpp"
#include "plugin/ctl/mail_server.hpp"

namespace clientid::ctl {
namespace {

constexpr std::string_view unix_scheme = "unix:";

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

// What is set here, and may be set for the service as well.
std::string own_sasl_path() {
  const char* path = std::getenv("SASL_PATH");
  return path == nullptr ? "" : path;
}

// `sasl_path` as the environment of the program has it.
void look_at_module(const std::string& owner, const std::string& sasl_path, Findings& findings) {
  const auto what = "plugin of " + owner;
  const auto directories = sasl_path.empty() ? std::vector<std::string>{PLUGINDIR} : split_words(sasl_path, ":");
  const auto in = [](const std::string& directory) { return directory + "/libclientid.so"; };
  const auto found = std::find_if(directories.begin(), directories.end(),
                                  [&](const auto& directory) { return exists(in(directory)); });
  if (found == directories.end()) {
    const auto ours = in(PLUGINDIR);
    const auto mend = exists(ours) ? "cp " + ours + " " + directories.front() + "/"
                                   : "install it there: make install, or the package of clientid anew";
    findings.push_back({what, Found::wrong, "libclientid.so is not in " + joined(directories, " or "), mend});
    return;
  }
  const auto file = in(*found);
  void* module = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (module != nullptr && ::dlsym(module, "sasl_auxprop_plug_init") != nullptr) {
    findings.push_back({what, Found::ok, file, ""});
  } else {
    const char* error = module == nullptr ? ::dlerror() : "it is another module";
    findings.push_back({what, Found::wrong, "cannot be loaded: " + std::string(error == nullptr ? file : error),
                        "install it there: make install, or the package of clientid anew"});
  }
  if (module != nullptr) ::dlclose(module);
}

class SaslLook {
 public:
  SaslLook(const ServiceSettings& service, Findings& findings) : service_(service), findings_(findings) {}

  void at_own();
  void at_backend(const std::optional<std::string>& given);

 private:
  // False where the file cannot be read.
  bool read(const std::string& what, const std::vector<std::string>& files, const std::string& example);
  void wrong(const std::string& detail, const std::string& line);
  bool look_at_list();
  bool look_at_canon_user();
  std::string look_at_service();  // the path of the socket as the back end has it, or empty
  void look_at_socket(const std::string& path);
  void look_at_saslauthd(const OtherUser& user);

  const ServiceSettings& service_;
  Findings& findings_;
  std::string what_;
  std::string path_;
  SaslFile file_;
  MailServer server_;
};

bool SaslLook::read(const std::string& what, const std::vector<std::string>& files, const std::string& example) {
  what_ = what;
  path_ = first_existing(files);
  if (path_.empty()) {
    findings_.push_back({what, Found::wrong, "there is none in " + joined(files, " or "),
                         "write into " + files.front() + ": " + example});
    return false;
  }
  what_ += " " + path_;
  try {
    file_ = SaslFile::read(path_);
    return true;
  } catch (const ConfigError& error) {
    findings_.push_back(fault(what_, error.what()));
    return false;
  }
}

void SaslLook::wrong(const std::string& detail, const std::string& line) {
  const auto then = server_.reload.empty() ? "" : ", then: " + server_.reload;
  findings_.push_back({what_, Found::wrong, detail, "write into " + path_ + ": " + line + then});
}

bool SaslLook::look_at_list() {
  const auto plugins = file_.value("auxprop_plugin");
  // Without the list, libsasl asks all plugins that there are.
  if (!plugins || names(file_.words("auxprop_plugin"), "clientid")) return true;
  wrong("auxprop_plugin does not name clientid", "auxprop_plugin: " + *plugins + " clientid");
  return false;
}

bool SaslLook::look_at_canon_user() {
  if (file_.value("canon_user_plugin") == "clientid") return true;
  wrong("canon_user_plugin is not clientid: where the plugin is missing, the password alone would do",
        "canon_user_plugin: clientid");
  return false;
}

// The service names its sockets from the root on, and the back end may see them from inside a chroot.
std::string SaslLook::look_at_service() {
  const auto services = file_.words("clientid_service");
  const auto& root = server_.user.root;
  std::vector<std::string> inside;
  for (const auto& socket : service_.verdict_sockets) {
    if (root.empty() || socket.starts_with(root + "/")) inside.push_back(socket.substr(root.size()));
  }
  if (services.empty()) {
    // Its default begins with what the module was built for.
    const auto usual = std::find_if(inside.begin(), inside.end(),
                                    [](const std::string& path) { return path.ends_with("/run/clientid/verdict"); });
    if (usual != inside.end()) return *usual;
  }
  for (const auto& each : services) {
    if (!each.starts_with(unix_scheme)) continue;
    auto path = each.substr(unix_scheme.size());
    if (std::find(inside.begin(), inside.end(), path) != inside.end()) return path;
  }
  if (!inside.empty()) {
    wrong("clientid_service names no verdict-socket of the service" + (root.empty() ? "" : " inside " + root),
          "clientid_service: unix:" + inside.front());
    return {};
  }
  const std::string place = "/clientid/verdict";
  wrong("no verdict-socket of the service is inside " + root + ", the chroot of " + server_.name,
        "clientid_service: unix:" + place);
  findings_.back().mend += "; and into shim.conf: verdict-socket = " + root + place + " " + service_.owner() + ":" +
                           server_.user.group() + " 0660";
  return {};
}

void SaslLook::look_at_socket(const std::string& path) {
  const auto& root = server_.user.root;
  const auto socket = root + path;
  const auto what = "verdict socket " + socket;
  const auto directory = socket.substr(0, socket.rfind('/'));
  const auto error = server_.user.connect(path);
  const auto restart = "systemctl restart clientid-shim";
  if (!error) {
    findings_.push_back(
        {what, Found::note, "whether " + server_.user.name + " can connect is not known", "run this as root"});
  } else if (*error == 0) {
    findings_.push_back({what});
  } else if (*error == ENOENT && !exists(directory)) {
    findings_.push_back({what, Found::wrong, "there is no directory " + directory,
                         "install -d -o " + service_.owner() + " -g " + OtherUser{service_.owner(), {}}.group() +
                             " -m 0755 " + directory + " && " + restart});
  } else if (*error == EACCES) {
    const auto obstacle = server_.user.obstacle(path);
    const auto mend = obstacle.empty() ? "write into shim.conf: verdict-socket = " + socket + " " + service_.owner() +
                                             ":" + server_.user.group() + " 0660, then: " + restart
                                       : "chmod o+x " + root + obstacle;
    findings_.push_back({what, Found::wrong, "user " + server_.user.name + " may not connect", mend});
  } else {
    findings_.push_back(
        {what, Found::wrong, std::string("the service does not listen there: ") + std::strerror(*error), restart});
  }
}

void SaslLook::look_at_saslauthd(const OtherUser& user) {
  if (!names(file_.words("pwcheck_method"), "saslauthd")) return;
  const auto path = file_.value("saslauthd_path").value_or("/var/run/saslauthd") + "/mux";
  const auto what = "saslauthd " + user.root + path;
  const auto error = user.connect(path);
  if (!error) {
    findings_.push_back({what, Found::note, "whether " + user.name + " can connect is not known", "run this as root"});
  } else if (*error == 0 || *error == EAGAIN) {
    findings_.push_back({what});
  } else if (*error == EACCES) {
    const auto obstacle = user.obstacle(path);
    const auto place = user.root + (obstacle.empty() ? path : obstacle);
    struct stat status {};
    const bool by_group = ::stat(place.c_str(), &status) == 0 && (status.st_mode & S_IXGRP) != 0 && status.st_gid != 0;
    const auto mend = by_group ? "usermod -a -G " + group_name(status.st_gid) + " " + user.name : "chmod o+x " + place;
    findings_.push_back({what, Found::wrong, "user " + user.name + " may not connect", mend});
  } else {
    const std::string mend = user.root.empty()
                                 ? "systemctl start saslauthd"
                                 : "let saslauthd have its socket there, in /etc/default/saslauthd: OPTIONS=\"-c -m " +
                                       user.root + "/var/run/saslauthd\"";
    findings_.push_back({what, Found::wrong, std::string("it does not answer: ") + std::strerror(*error), mend});
  }
}

void SaslLook::at_own() {
  look_at_module("the service", own_sasl_path(), findings_);
  std::vector<std::string> files;
  for (const auto& directory : sasl_directories()) files.push_back(directory + "/" + service_.sasl_config + ".conf");
  if (!read("SASL configuration of the service", files, "auxprop_plugin: sasldb clientid")) return;
  if (look_at_list()) findings_.push_back({what_});
  look_at_saslauthd({service_.user, {}});
}

void SaslLook::at_backend(const std::optional<std::string>& given) {
  const auto found = find_mail_server(service_.backends);
  if (found) server_ = *found;
  if (given) server_.sasl_files = {*given};
  if (!found) server_.name = "the back end";
  if (server_.name != "Postfix") server_.plugins = own_sasl_path();
  const std::string what = "SASL configuration of " + server_.name;
  if (server_.sasl_files.empty()) {
    findings_.push_back({what, Found::note, "it is on another machine, or not known here: it is not looked at",
                         "say where it is: --backend-sasl FILE"});
    return;
  }
  look_at_module(server_.name, server_.plugins, findings_);
  if (!read(what, server_.sasl_files, "auxprop_plugin: sasldb clientid")) return;
  const bool listed = look_at_list();
  const bool named = look_at_canon_user();
  const auto socket = look_at_service();
  if (listed && named && !socket.empty()) findings_.push_back({what_});
  if (!socket.empty()) look_at_socket(socket);
  look_at_saslauthd(server_.user);
}

}  // namespace

void look_at_sasl(const ServiceSettings& service, const std::optional<std::string>& sasl_file, Findings& findings) {
  SaslLook look(service, findings);
  if (service.auth_by_backend) {
    look.at_backend(sasl_file);
  } else if (!service.password_by_backend) {
    look.at_own();
  }
}

}  // namespace clientid::ctl
