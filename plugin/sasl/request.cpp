#include "plugin/sasl/request.hpp"

#include <algorithm>
#include <cstring>

namespace clientid {
namespace {

// Appends lines while they fit; one that does not spoils the whole.
class Lines {
 public:
  explicit Lines(std::span<char> out) : out_(out) {}

  void attribute(std::string_view name, std::string_view value) {
    fits_ = fits_ && is_plain_value(value);
    append(name);
    append("=");
    append(value);
    append("\n");
  }
  void end() { append("\n"); }
  std::size_t size() const { return fits_ ? used_ : 0; }

 private:
  void append(std::string_view text) {
    fits_ = fits_ && text.size() <= out_.size() - used_;
    if (!fits_) return;
    std::memcpy(out_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  std::span<char> out_;
  std::size_t used_ = 0;
  bool fits_ = true;
};

// One known attribute of a reply: at most once, and no longer than its place.
template <std::size_t Size>
bool take(std::string_view value, char (&place)[Size]) {
  if (place[0] != '\0' || value.size() >= Size) return false;
  std::memcpy(place, value.data(), value.size());
  place[value.size()] = '\0';
  return true;
}

// What a reply may say; `verdict` and `version` are not of the answer until all of it was read.
struct Reply {
  Answer answer;
  char verdict[16] = "";
  char version[8] = "";

  bool line(std::string_view name, std::string_view value) {
    if (name == "verdict") return take(value, verdict);
    if (name == "version") return take(value, version);
    if (name == "reason") return take(value, answer.reason);
    if (name == "type") return take(value, answer.type);
    if (name == "fingerprint") return take(value, answer.fingerprint);
    return true;
  }

  bool conclude() {
    const std::string_view version_given = version;
    if (!version_given.empty() && version_given != "1") return false;
    const std::string_view ruling = verdict;
    if (ruling == "allow") {
      answer.ruling = Ruling::allow;
    } else if (ruling == "refuse") {
      answer.ruling = Ruling::refuse;
    } else if (ruling == "unknown") {
      answer.ruling = Ruling::unknown;
    } else {
      return ruling == "unavailable";
    }
    return true;
  }
};

bool read_lines(std::string_view text, Reply& reply) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const line_end = std::find(at, end, '\n');
    const char* const equals = std::find(at, line_end, '=');
    if (equals == at || equals == line_end) return false;
    const std::string_view name(at, static_cast<std::size_t>(equals - at));
    const std::string_view value(equals + 1, static_cast<std::size_t>(line_end - equals - 1));
    if (!is_plain_value(name) || !is_plain_value(value) || !reply.line(name, value)) return false;
    at = line_end == end ? end : line_end + 1;
  }
  return true;
}

}  // namespace

bool is_plain_value(std::string_view value) {
  return value.size() <= max_value && std::all_of(value.begin(), value.end(), [](char octet) {
           return static_cast<unsigned char>(octet) >= 0x20 && octet != 0x7f;
         });
}

std::size_t format_request(const Question& question, Wanted wanted, std::span<char> out) {
  Lines lines(out);
  lines.attribute("request", "clientid-verdict");
  lines.attribute("version", "1");
  lines.attribute("account", question.account);
  lines.attribute("service", question.service);
  lines.attribute("local", question.local);
  lines.attribute("remote", question.remote);
  if (wanted == Wanted::own_sessions) lines.attribute("session", "required");
  lines.end();
  return lines.size();
}

Answer parse_reply(std::string_view text) {
  Reply reply;
  return read_lines(text, reply) && reply.conclude() ? reply.answer : Answer{};
}

}  // namespace clientid
