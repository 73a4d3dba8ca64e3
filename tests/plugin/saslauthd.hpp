// A real saslauthd with a sasldb of its own. It always reads /etc/sasldb2: so it gets an /etc of its own, in a mount
// namespace that nobody else sees. That needs root, and is why it can be missing.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace clientid::test {

class Saslauthd {
 public:
  // `directory` becomes its own; `sasldb` is copied. Throws, with the reason, where it cannot run here.
  Saslauthd(const std::filesystem::path& directory, const std::filesystem::path& sasldb);
  ~Saslauthd();
  Saslauthd(const Saslauthd&) = delete;
  Saslauthd& operator=(const Saslauthd&) = delete;

  std::string socket() const { return directory_ / "run" / "mux"; }

 private:
  void wait_until_it_listens() const;

  std::filesystem::path directory_;
  pid_t process_ = -1;
};

}  // namespace clientid::test
