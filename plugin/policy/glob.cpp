#include "plugin/policy/glob.hpp"

namespace clientid {

bool matches_glob(std::string_view glob, std::string_view text) {
  if (glob.empty()) return text.empty();
  if (glob.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (matches_glob(glob.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  if (text.empty() || (glob.front() != '?' && glob.front() != text.front())) return false;
  return matches_glob(glob.substr(1), text.substr(1));
}

}  // namespace clientid
