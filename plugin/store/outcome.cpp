#include "plugin/store/outcome.hpp"

#include <array>
#include <utility>

namespace clientid {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 7> outcomes = {{
    {Outcome::authenticated, "authenticated"},
    {Outcome::enrolled, "enrolled"},
    {Outcome::quarantined, "quarantined"},
    {Outcome::refused, "refused"},
    {Outcome::failed, "failed"},
    {Outcome::unavailable, "unavailable"},
    {Outcome::changed, "changed"},
}};

}  // namespace

std::string_view name(Outcome outcome) {
  for (const auto& [known, text] : outcomes) {
    if (known == outcome) return text;
  }
  return {};
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const auto& [outcome, known] : outcomes) {
    if (known == text) return outcome;
  }
  return std::nullopt;
}

}  // namespace clientid
