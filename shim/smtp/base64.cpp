#include "shim/smtp/base64.hpp"

#include <openssl/evp.h>

namespace clientid {

Secret encode_base64(std::string_view octets) {
  Secret text((octets.size() + 2) / 3 * 4 + 1);  // OpenSSL appends a NUL
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.octets().data()),
                      reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
  text.truncate(static_cast<std::size_t>(length));
  return text;
}

std::optional<Secret> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return Secret();
  Secret octets(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(octets.octets().data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  octets.truncate(static_cast<std::size_t>(length) - padding);
  // OpenSSL forgives blanks around the text and stray bits in it; what does not come out the same was not canonical.
  if (encode_base64(octets.view()).view() != text) return std::nullopt;
  return octets;
}

}  // namespace clientid
