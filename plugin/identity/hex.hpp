// Octets as lower-case hexadecimal digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace clientid {

std::string encode_hex(std::span<const std::uint8_t> octets);

// False, with `octets` undefined, unless `hex` is exactly 2 * octets.size() lower-case digits.
bool decode_hex(std::string_view hex, std::span<std::uint8_t> octets);

}  // namespace clientid
