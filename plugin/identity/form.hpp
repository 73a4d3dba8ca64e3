// How the tokens of a type must look (D7.4): a UUID, a MAC address, or what a pattern says. A token that does not fit
// is a fact for the policy, never a 501.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace clientid {

class MacVendors;

struct FormResult {
  bool fits;
  std::string saw;  // for people, without the token: "a MAC address, locally administered"
};

class FormRule {
 public:
  FormRule() = default;  // none: everything fits

  // "none", "uuid", "mac" or "regex:PATTERN". The pattern is of RE2, and must match the whole token. Throws ConfigError
  // that says what it takes and, for a pattern, what is wrong with it.
  static FormRule parse(std::string_view text);

  // As parse() takes it.
  std::string to_string() const;
  bool is_none() const { return kind_ == Kind::none; }

 private:
  friend FormResult check_form(const FormRule& rule, std::string_view token, const MacVendors& vendors);
  enum class Kind : unsigned char { none, uuid, mac, pattern };

  Kind kind_ = Kind::none;
  std::shared_ptr<const re2::RE2> pattern_;
};

// Any thread. The vendor of a MAC address is looked up in the lists of this machine, unless others are given.
FormResult check_form(const FormRule& rule, std::string_view token);
FormResult check_form(const FormRule& rule, std::string_view token, const MacVendors& vendors);

}  // namespace clientid
