// The keyed hash that stands for a device everywhere but on the wire (D9.1): the store keeps it whole, people see
// its short form.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clientid {

class Fingerprint {
 public:
  static constexpr std::size_t size = 32;        // octets of HMAC-SHA-256
  static constexpr std::size_t short_size = 16;  // hexadecimal digits that people see

  explicit Fingerprint(const std::array<std::uint8_t, size>& octets) : octets_(octets) {}

  // 64 lower-case hexadecimal digits, as the store keeps it.
  static std::optional<Fingerprint> from_hex(std::string_view hex);
  std::string hex() const;
  std::string short_form() const;

  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;  // NOLINT(modernize-use-nullptr)

 private:
  std::array<std::uint8_t, size> octets_;
};

// What people see of one that is at hand as the store keeps it; of a piece that is shorter, all.
inline std::string short_form(std::string_view hex) {
  return std::string(hex.substr(0, Fingerprint::short_size));
}

inline std::string Fingerprint::short_form() const {
  return clientid::short_form(hex());
}

}  // namespace clientid
