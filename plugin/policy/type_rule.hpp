// How identities of a type are handled (draft section 7, D7.3, D7.4).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/identity/form.hpp"
#include "plugin/policy/settings.hpp"

namespace clientid {

// The flags of D7.3 in the order in which the draft numbers them from 1.
enum class TypeFlag : std::uint8_t {
  ignore,         // taken as not shown, and kept nowhere
  debug,          // taken as not shown; the log names it at level debug
  system_log,     // named in the log
  user_log,       // named in the history of the account
  authenticate,   // counts for the verdict
  alert_failure,  // an AUTH that fails is an alert
  alert_success,  // one that succeeds is
  unused,         // without effect
};

class TypeFlags {
 public:
  constexpr TypeFlags() = default;
  constexpr TypeFlags(std::initializer_list<TypeFlag> flags) {
    for (const auto flag : flags) add(flag);
  }
  constexpr void add(TypeFlag flag) { bits_ |= bit(flag); }
  constexpr bool has(TypeFlag flag) const { return (bits_ & bit(flag)) != 0; }
  friend bool operator==(const TypeFlags&, const TypeFlags&) = default;

 private:
  static constexpr unsigned bit(TypeFlag flag) { return 1U << static_cast<unsigned>(flag); }
  unsigned bits_ = 0;
};

// What becomes of a token that has not the form of its type.
enum class OnMismatch : std::uint8_t { note, refuse };

struct TypeRule {
  TypeFlags flags{TypeFlag::system_log, TypeFlag::user_log, TypeFlag::authenticate};
  FormRule form;
  OnMismatch on_mismatch = OnMismatch::note;
  bool shared = false;  // many accounts may use one device: kiosks, scanners (UC2)

  // Does the identity count for the verdict?
  bool counts() const { return flags.has(TypeFlag::authenticate); }
};

// What an operator has set for a type.
struct TypeLevel {
  std::optional<TypeFlags> flags;
  std::optional<FormRule> form;
  std::optional<OnMismatch> on_mismatch;
  std::optional<bool> shared;
};

// The type that stands for all those of which nothing is set.
inline constexpr std::string_view any_type = "*";

// Those that have a check though nothing is set of them: the one of their name.
inline constexpr std::array<std::string_view, 2> built_in_types{"mac", "uuid"};

// "flags", "check", "on-mismatch", "shared".
const std::vector<std::string_view>& type_setting_names();

// Throws ConfigError that names the setting and the values it takes.
void set(TypeLevel& level, std::string_view name, std::string_view value);
void unset(TypeLevel& level, std::string_view name);
std::vector<SettingValue> values(const TypeLevel& level);
std::vector<SettingValue> values(const TypeRule& rule);

// What is in force for a type: each setting from the type's own level, else from that of `*`, else what is built in.
TypeRule effective(std::string_view type, const TypeLevel& own, const TypeLevel& any);

}  // namespace clientid
