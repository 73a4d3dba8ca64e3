// Base64 in AUTH: the one spelling of some octets, and no other.
#include "shim/smtp/base64.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace clientid {

void fuzz(std::string_view input) {
  const auto encoded = encode_base64(input);
  const auto back = decode_base64(encoded.view());
  require(back && back->view() == input, "octets come back as they were");
  const auto decoded = decode_base64(input);
  require(!decoded || encode_base64(decoded->view()).view() == input, "no other spelling is taken");
  require(!decoded || input.find_first_of(" \t\r\n") == std::string_view::npos, "blanks are no base64");
}

}  // namespace clientid
