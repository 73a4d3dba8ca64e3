#include "tests/plugin/sasl_site.hpp"

#include <dlfcn.h>
#include <sasl/sasl.h>
#include <stdlib.h>

#include <mutex>
#include <new>
#include <stdexcept>

#include "tests/plugin/sasl_host.hpp"

// libsasl's LOGIN forgets to free its copy of the password where a user name is refused.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:liblogin.so\n";
}

namespace clientid::test {
namespace {

namespace fs = std::filesystem;

std::string plugin_path;
std::string configuration_path;

int get_plugin_path(void*, const char** path) {
  *path = plugin_path.c_str();
  return SASL_OK;
}

int get_configuration_path(void*, char** path) {
  *path = configuration_path.data();
  return SASL_OK;
}

int log_nothing(void*, int, const char*) {
  return SASL_OK;
}

const sasl_callback_t callbacks[] = {
    {SASL_CB_GETPATH, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(get_plugin_path)), nullptr},
    {SASL_CB_GETCONFPATH, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(get_configuration_path)), nullptr},
    {SASL_CB_LOG, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(log_nothing)), nullptr},
    {SASL_CB_LIST_END, nullptr, nullptr},
};

void* new_mutex() {
  return new (std::nothrow) std::mutex;
}
int lock_mutex(void* mutex) {
  static_cast<std::mutex*>(mutex)->lock();
  return SASL_OK;
}
int unlock_mutex(void* mutex) {
  static_cast<std::mutex*>(mutex)->unlock();
  return SASL_OK;
}
void free_mutex(void* mutex) {
  delete static_cast<std::mutex*>(mutex);
}

// The system's plugins are beside its libsasl.
fs::path system_plugins() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<void*>(sasl_server_init), &info) == 0) throw std::runtime_error("where is libsasl2?");
  return fs::canonical(info.dli_fname).parent_path() / "sasl2";
}

fs::path built_module() {
  const char* const directory = ::getenv("SASL_PLUGIN_DIR");
  if (directory == nullptr) throw std::runtime_error("SASL_PLUGIN_DIR is not set");
  return fs::canonical(fs::path(directory) / "libclientid.so");
}

fs::path make_directory() {
  std::string name = fs::temp_directory_path() / "clientid-sasl-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  return name;
}

void link_plugins(const fs::path& directory, Module module) {
  fs::create_directory(directory);
  for (const fs::directory_entry& entry : fs::directory_iterator(system_plugins())) {
    const fs::path name = entry.path().filename();
    if (name.extension() == ".so" && name != "libclientid.so") fs::create_symlink(entry.path(), directory / name);
  }
  if (module == Module::present) fs::create_symlink(built_module(), directory / "libclientid.so");
}

// The leak checker can name a library only while it is there.
void keep_loaded(const fs::path& plugin) {
  ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_NODELETE);
}

}  // namespace

SaslSite::SaslSite(Module module) : directory_(make_directory()) {
  link_plugins(directory_ / "plugins", module);
  fs::create_directory(directory_ / "conf");
  plugin_path = directory_ / "plugins";
  configuration_path = directory_ / "conf";
  sasl_set_mutex(new_mutex, lock_mutex, unlock_mutex, free_mutex);
  if (sasl_server_init(callbacks, "clientid-test") != SASL_OK || sasl_client_init(callbacks) != SASL_OK) {
    throw std::runtime_error("libsasl does not start");
  }
  keep_loaded(directory_ / "plugins" / "liblogin.so");
}

SaslSite::~SaslSite() {
  sasl_done();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void SaslSite::add_user(std::string_view name, std::string_view password) const {
  Configuration configuration(*this);
  configuration.options["auxprop_plugin"] = "clientid sasldb";
  const Connection connection(configuration);
  const std::string user(name);
  if (sasl_setpass(connection.get(), user.c_str(), password.data(), static_cast<unsigned>(password.size()), nullptr, 0,
                   SASL_SET_CREATE) != SASL_OK) {
    throw std::runtime_error("sasl_setpass failed");
  }
}

}  // namespace clientid::test
