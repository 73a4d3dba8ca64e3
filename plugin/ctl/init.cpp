// init: store, schema and key.
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/bindings.hpp"
#include "plugin/store/store_url.hpp"

namespace clientid::ctl {
namespace {

// Where the directory goes, and who owns it, is for the operator to say; a wrong path should not grow one.
template <typename Error>
void require_directory(const std::string& path, const std::string& what) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return;
  const auto directory = path.substr(0, slash);
  struct stat status {};
  const bool there = ::stat(directory.c_str(), &status) == 0;
  if (there && S_ISDIR(status.st_mode)) return;
  const int error = there ? ENOTDIR : errno;
  throw Error(directory + ": cannot hold " + what + ": " + std::strerror(error) +
              (error == ENOENT ? "; make it with: install -d -m 0750 " + directory : ""));
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

// A new key beside old bindings would make every device a stranger, for good.
bool make_key(Context& context) {
  const auto& path = context.site().key_file;
  if (!exists(path) && !Bindings(context.store()).list({}).empty()) {
    throw Failure(Status::rule, path + ": there is no key, but the store " + shown_store(context.site().store) +
                                    " has bindings made with one; bring the key back, or begin with another store");
  }
  const bool made = KeyFile::create(path, format_time(context.now()));
  context.key();
  return made;
}

}  // namespace

Status init(Context& context, const Arguments& /*arguments*/) {
  const auto& site = context.site();
  constexpr std::string_view scheme = "sqlite:";
  if (site.store.starts_with(scheme)) require_directory<StoreError>(site.store.substr(scheme.size()), "the store");
  require_directory<ConfigError>(site.key_file, "the key");

  const auto former = Connection::initialise(site.store);
  const std::string store_done = !former ? "already there" : *former == 0 ? "made" : "brought up to date";
  if (former) {
    Change change(context);
    change.record(std::string(), "store " + store_done);
    change.commit();
  }
  const std::string key_done = make_key(context) ? "made" : "already there";

  if (context.output().json()) {
    context.output().value({{"store", shown_store(site.store)},
                            {"store_done", store_done},
                            {"key_file", site.key_file},
                            {"key_done", key_done}});
  } else {
    context.output().say(printable("store " + shown_store(site.store) + ": " + store_done));
    context.output().say(printable("key " + site.key_file + ": " + key_done));
  }
  return Status::done;
}

}  // namespace clientid::ctl
