#include "plugin/identity/form.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "plugin/config/config_error.hpp"
#include "plugin/identity/mac_vendors.hpp"

namespace clientid {
namespace {

constexpr std::string_view pattern_prefix = "regex:";
constexpr std::size_t max_pattern = 200;

// Strangers choose the tokens: RE2 takes a time linear in their length, no more memory than this, and says nothing of
// them on standard error.
constexpr std::int64_t max_memory = 1 << 20;

RE2::Options pattern_options() {
  RE2::Options options(RE2::Quiet);
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_never_capture(true);
  options.set_max_mem(max_memory);
  return options;
}

std::shared_ptr<const RE2> compile(std::string_view pattern) {
  const auto fault = [](const std::string& text) { return ConfigError("the pattern behind \"regex:\" " + text); };
  if (pattern.empty()) throw fault("is empty; it takes one that matches the whole token, as in regex:[0-9]{15}");
  if (pattern.size() > max_pattern) {
    throw fault("has " + std::to_string(pattern.size()) + " characters; it may have " + std::to_string(max_pattern));
  }
  // It stands in logs and on terminals.
  if (!std::all_of(pattern.begin(), pattern.end(), [](char c) { return c >= ' ' && c <= '~'; })) {
    throw fault("is not of printable ASCII characters; write others as \\xHH");
  }
  auto compiled = std::make_shared<const RE2>(std::string(pattern), pattern_options());
  if (!compiled->ok()) throw fault("cannot be used: " + compiled->error() + "; see RE2's syntax");
  return compiled;
}

// The value of a hexadecimal digit in any case; -1 of anything else.
int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Whether `text` has a hexadecimal digit for every 'x' of `form`, and else is like it.
bool has_form(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](char c, char wanted) { return wanted == 'x' ? digit_value(c) >= 0 : c == wanted; });
}

FormResult check_uuid(std::string_view token) {
  // RFC 9562 section 4.
  if (!has_form(token, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")) return {false, "no UUID"};
  constexpr std::size_t version_at = 14;
  constexpr std::size_t variant_at = 19;
  // Section 4.1; the nil and the max UUID are of other variants.
  if ((digit_value(token[variant_at]) & 0b1100) != 0b1000) return {false, "a UUID of another variant"};
  const int version = digit_value(token[version_at]);
  const auto saw = "a UUID of version " + std::to_string(version);
  // Section 4.2.
  if (version < 1 || version > 8) return {false, saw + ", which RFC 9562 does not define"};
  return {true, saw};
}

std::optional<std::uint64_t> parse_mac(std::string_view token) {
  constexpr std::string_view forms[] = {"xx:xx:xx:xx:xx:xx", "xx-xx-xx-xx-xx-xx", "xxxxxxxxxxxx", "xxxx.xxxx.xxxx"};
  if (std::none_of(std::begin(forms), std::end(forms), [&](auto form) { return has_form(token, form); })) {
    return std::nullopt;
  }
  std::uint64_t address = 0;
  for (const char c : token) {
    if (const int value = digit_value(c); value >= 0) address = address << 4U | static_cast<unsigned>(value);
  }
  return address;
}

FormResult check_mac(std::string_view token, const MacVendors& vendors) {
  constexpr std::uint64_t group = 0x01'00'00'00'00'00;
  constexpr std::uint64_t local = 0x02'00'00'00'00'00;
  const auto address = parse_mac(token);
  if (!address) return {false, "no MAC address"};
  if ((*address & group) != 0) return {false, "a MAC address, of a group"};
  if ((*address & local) != 0) return {false, "a MAC address, locally administered"};
  switch (vendors.look_up(*address)) {
    case MacVendors::Answer::registered: return {true, "a MAC address of a registered vendor"};
    case MacVendors::Answer::not_registered: return {false, "a MAC address, vendor not registered"};
    case MacVendors::Answer::no_lists: break;
  }
  return {true, "a MAC address; its vendor was not looked up, as ieee-data is not installed"};
}

}  // namespace

FormRule FormRule::parse(std::string_view text) {
  FormRule rule;
  if (text.starts_with(pattern_prefix)) {
    rule.kind_ = Kind::pattern;
    rule.pattern_ = compile(text.substr(pattern_prefix.size()));
    return rule;
  }
  for (const auto kind : {Kind::none, Kind::uuid, Kind::mac}) {
    rule.kind_ = kind;
    if (text == rule.to_string()) return rule;
  }
  throw ConfigError("cannot be \"" + std::string(text) + "\"; it takes none, uuid, mac or regex:PATTERN");
}

std::string FormRule::to_string() const {
  switch (kind_) {
    case Kind::none: break;
    case Kind::uuid: return "uuid";
    case Kind::mac: return "mac";
    case Kind::pattern: return std::string(pattern_prefix) + pattern_->pattern();
  }
  return "none";
}

FormResult check_form(const FormRule& rule, std::string_view token) {
  return check_form(rule, token, MacVendors::of_this_machine());
}

FormResult check_form(const FormRule& rule, std::string_view token, const MacVendors& vendors) {
  using Kind = FormRule::Kind;
  switch (rule.kind_) {
    case Kind::none: break;
    case Kind::uuid: return check_uuid(token);
    case Kind::mac: return check_mac(token, vendors);
    case Kind::pattern: {
      // RE2's own view, which is std::string_view with some versions alone.
      const bool fits = RE2::FullMatch({token.data(), token.size()}, *rule.pattern_);
      return {fits, (fits ? "matches " : "does not match ") + rule.to_string()};
    }
  }
  return {true, "any form"};
}

}  // namespace clientid
