#include "shim/auth/failed_passwords.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace clientid {
namespace {

constexpr std::size_t key_size = 32;

}  // namespace

FailedPasswords::FailedPasswords() : key_(key_size) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key_.octets().data()), key_size) != 1) {
    throw std::runtime_error("OpenSSL gives no random octets");
  }
}

PasswordMark FailedPasswords::mark(std::string_view user, std::string_view password) const {
  Secret text(user);
  text.append('\0');
  text.append(password);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  ::HMAC(EVP_sha256(), key_.view().data(), static_cast<int>(key_size),
         reinterpret_cast<const unsigned char*>(text.view().data()), text.size(), hash.data(), nullptr);
  PasswordMark mark = 0;
  std::copy_n(hash.begin(), sizeof(mark), reinterpret_cast<unsigned char*>(&mark));
  return mark;
}

bool FailedPasswords::again(PasswordMark mark, Time now, std::chrono::seconds window) {
  const std::lock_guard lock(mutex_);
  const auto found = last_.find(mark);
  const bool was_wrong = found != last_.end() && now - found->second < window;
  if (last_.size() >= max_marks) std::erase_if(last_, [&](const auto& entry) { return now - entry.second >= window; });
  if (last_.size() >= max_marks) last_.clear();
  last_[mark] = now;
  return was_wrong;
}

}  // namespace clientid
