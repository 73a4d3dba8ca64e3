#include "plugin/store/store_url.hpp"

#include <re2/re2.h>

namespace clientid {
namespace {

// The user, the hosts and the database.
const RE2& clear_uri() {
  static const RE2 form(
      R"(postgresql://(?:([\w.%+-]*)(?::[^@/?\s"]*)?@)?([\w.,:%\[\]-]*)(/[\w.%+-]*)?(?:\?[^@\s"]*)?)");
  return form;
}

}  // namespace

std::string shown_store(const std::string& url) {
  if (url.starts_with("sqlite:")) return url;
  if (!url.starts_with("postgresql:")) return "of another kind";
  std::string user;
  std::string hosts;
  std::string database;
  if (!RE2::FullMatch(url, clear_uri(), &user, &hosts, &database)) return "postgresql:...";
  return "postgresql://" + (user.empty() ? "" : user + "@") + hosts + database;
}

bool is_clear_uri(const std::string& uri) {
  return RE2::FullMatch(uri, clear_uri());
}

bool holds_password(const std::string& url) {
  static const RE2 with_password(R"(^postgresql:(//[^@]*:[^@]*@|.*[?&](ssl)?password=))");
  return RE2::PartialMatch(url, with_password);
}

}  // namespace clientid
