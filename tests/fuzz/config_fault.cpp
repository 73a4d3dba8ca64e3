#include "tests/fuzz/config_fault.hpp"

#include "plugin/config/words.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

// As in the URL of a store; it stands in the corpora and the dictionaries.
constexpr std::string_view password = "clientid:hors3battery@";

// Values of options that hold no secrets are shown so.
constexpr std::string_view shown = "cannot be \"";

}  // namespace

void check_config_fault(const std::string& fault, std::string_view content) {
  require(!fault.empty() && fault.find('\n') == std::string::npos, "a fault is one line");
  if (fault.find(shown) != std::string::npos) return;
  require(fault.find(password) == std::string::npos, "a password is not repeated");
  while (!content.empty()) {
    const auto line = trimmed(take_until(content, '\n'));
    const bool odd = line.size() >= 8 && line.find_first_of("@/") != std::string_view::npos;
    require(!odd || fault.find(line) == std::string::npos, "a line is not repeated");
  }
}

}  // namespace clientid
