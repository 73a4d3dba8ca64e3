// libsasl as a machine would have it, but of its own: a plugin directory with the system's plugins and the built
// module, no configuration file, an empty sasldb. One at a time in a process, for libsasl keeps global state.
// SASL_PLUGIN_DIR in the environment says where the built module is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace clientid::test {

enum class Module { present, absent };

class SaslSite {
 public:
  explicit SaslSite(Module module = Module::present);
  ~SaslSite();
  SaslSite(const SaslSite&) = delete;
  SaslSite& operator=(const SaslSite&) = delete;

  // Removed with the site; a place for sockets and the like.
  const std::filesystem::path& directory() const { return directory_; }
  std::string sasldb() const { return directory_ / "sasldb2"; }

  // As a password program does it, with the module asked to store first.
  void add_user(std::string_view name, std::string_view password) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace clientid::test
