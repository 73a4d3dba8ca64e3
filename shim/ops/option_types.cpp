#include "shim/ops/option_types.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <sstream>
#include <utility>

#include "plugin/config/option_fault.hpp"

namespace clientid {

namespace po = boost::program_options;

namespace {

[[noreturn]] void reject(const std::string& text, const std::string& takes) {
  throw OptionFault("cannot be \"" + text + "\"; it takes " + takes);
}

std::optional<std::chrono::milliseconds> parse_duration_text(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::int64_t most = 1'000'000;
  if (error != std::errc{} || count < 0 || count > most) return std::nullopt;
  if (unit == "ms" || (unit.empty() && count == 0)) return std::chrono::milliseconds(count);
  if (unit == "s") return std::chrono::seconds(count);
  if (unit == "m") return std::chrono::minutes(count);
  if (unit == "h") return std::chrono::hours(count);
  return std::nullopt;
}

constexpr std::array<std::pair<std::string_view, unsigned>, 4> size_units{{{"", 0}, {"K", 10}, {"M", 20}, {"G", 30}}};

std::optional<std::uint64_t> parse_size_text(const std::string& text) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40U;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, shift] : size_units) {
    if (name == unit) return count <= most >> shift ? std::optional(count << shift) : std::nullopt;
  }
  return std::nullopt;
}

// "postfix:postfix" or "postfix".
void set_owner(VerdictSocket& socket, const std::string& word) {
  const auto colon = word.find(':');
  const auto user = word.substr(0, colon);
  const passwd* owner = ::getpwnam(user.c_str());
  if (owner == nullptr) throw OptionFault("there is no user \"" + user + "\"");
  socket.owner = owner->pw_uid;
  socket.group = owner->pw_gid;
  if (colon == std::string::npos) return;
  const auto group_name = word.substr(colon + 1);
  const group* group = ::getgrnam(group_name.c_str());
  if (group == nullptr) throw OptionFault("there is no group \"" + group_name + "\"");
  socket.group = group->gr_gid;
}

bool set_mode(VerdictSocket& socket, const std::string& word) {
  unsigned mode = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), mode, 8);
  if (error != std::errc{} || end != word.data() + word.size() || mode > 0777) return false;
  socket.mode = mode;
  return true;
}

}  // namespace

std::size_t choose(const std::vector<std::string>& texts, std::span<const std::string_view> words) {
  const auto& text = po::validators::get_single_string(texts);
  std::string takes;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return i;
    takes += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
  }
  reject(text, takes);
}

void validate(boost::any& value, const std::vector<std::string>& texts, Number* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) reject(text, "a whole number");
  value = Number{number};
}

void validate(boost::any& value, const std::vector<std::string>& texts, Duration* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  const auto duration = parse_duration_text(text);
  if (!duration) reject(text, "a duration such as 250ms, 30s, 5m or 1h");
  value = Duration{*duration};
}

void validate(boost::any& value, const std::vector<std::string>& texts, MessageSize* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  const auto size = parse_size_text(text);
  if (!size) reject(text, "a number of octets up to 1024G, such as 10485760, 10M or 1G, or 0 for any");
  value = MessageSize{*size};
}

void validate(boost::any& value, const std::vector<std::string>& texts, BackendAddress* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  auto address = BackendAddress::parse(text);
  // Who writes a URL may have written a password into it.
  if (!address) {
    throw OptionFault(
        "is no address of a back end; it takes smtp://HOST:PORT, smtps://HOST, smtp+starttls://HOST or unix:PATH, of "
        "107 octets at most");
  }
  value = std::move(*address);
}

void validate(boost::any& value, const std::vector<std::string>& texts, ListenAddress* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  const auto address = ListenAddress::parse(text);
  if (!address) reject(text, "ADDRESS:PORT and starttls or tls, such as 0.0.0.0:587 starttls");
  value = *address;
}

void validate(boost::any& value, const std::vector<std::string>& texts, MonitorAddress* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  const auto address = MonitorAddress::parse(text);
  if (!address) {
    reject(text, "a loopback ADDRESS:PORT such as 127.0.0.1:9587, or any other with the word public behind it");
  }
  value = *address;
}

// "/run/clientid/verdict postfix:postfix 0660": only who may connect can ask for verdicts.
void validate(boost::any& value, const std::vector<std::string>& texts, VerdictSocket* /*type*/, int /*unused*/) {
  const auto& text = po::validators::get_single_string(texts);
  std::istringstream words(text);
  VerdictSocket socket{{}, ::geteuid(), ::getegid(), 0660};
  words >> socket.path;
  if (!socket.path.starts_with('/')) reject(text, "PATH [user:group] [mode], the path from the root on");
  bool has_owner = false;
  bool has_mode = false;
  for (std::string word; words >> word;) {
    bool& given = set_mode(socket, word) ? has_mode : has_owner;
    if (given) reject(text, "an owner and a mode once each");
    given = true;
    if (&given == &has_owner) set_owner(socket, word);
  }
  value = std::move(socket);
}

}  // namespace clientid
