#include "plugin/store/table_digest.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <stdexcept>

namespace clientid {

void TableDigest::add(const TableRow& row) {
  const auto octets = row.octets();
  std::array<std::uint64_t, 4> hash{};
  static_assert(sizeof hash == 32);
  if (EVP_Digest(octets.data(), octets.size(), reinterpret_cast<unsigned char*>(hash.data()), nullptr, EVP_sha256(),
                 nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += hash[i];
  ++rows_;
}

}  // namespace clientid
