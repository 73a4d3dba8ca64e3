#include "shim/smtp/alert_message.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace clientid {
namespace {

constexpr std::string_view alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// Long enough for an account, and far from the 998 octets that a line may have (RFC 5322 section 2.1.1).
constexpr std::size_t max_value = 300;

bool only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return alphanumeric.find(c) != std::string_view::npos || others.find(c) != std::string_view::npos;
  });
}

// "a.b.c": no part is empty.
bool is_dotted(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

// In one line, in ASCII.
std::string shown(std::string_view value) {
  std::string text(value.substr(0, max_value));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

// An account can hold what a shell would take for its own.
std::string shell_word(const std::string& word) {
  if (!word.empty() && only(word, "@%+=:,./-_")) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// RFC 5322 section 3.3. The names are those of the C locale, which this program never leaves.
std::string mail_date(Time time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000", &parts)};
}

// What it is about, at the end of a subject.
std::string target_of(const Alert& alert) {
  if (!alert.account.empty()) return alert.account;
  if (!alert.fingerprint.empty()) return "device " + alert.fingerprint;
  return alert.peer.empty() ? "this server" : alert.peer;
}

std::string subject_of(const Alert& alert) {
  const auto target = target_of(alert);
  switch (alert.kind) {
    case AlertKind::authentication_failed: return "failed login to " + target;
    case AlertKind::authentication_succeeded: return "login to " + target;
    case AlertKind::device_bound: return "new device bound to " + target;
    case AlertKind::device_quarantined: return "new device waits for approval at " + target;
    case AlertKind::location_conflict: return "one device in two places at " + target;
    case AlertKind::detection: return (alert.account.empty() ? "attack by " : "attack on ") + target;
    case AlertKind::attack_mode: return "attack mode";
  }
  return {};
}

std::string_view story_of(AlertKind kind) {
  switch (kind) {
    case AlertKind::authentication_failed:
      return "Somebody tried to log in to the mail account and failed.\n"
             "Logins from devices of this type are reported.\n";
    case AlertKind::authentication_succeeded:
      return "Somebody has logged in to the mail account.\n"
             "Logins from devices of this type are reported.\n";
    case AlertKind::device_bound:
      return "Somebody has logged in with the password of the mail account from a\n"
             "new device. It was bound to the account, and can send mail from now on.\n";
    case AlertKind::device_quarantined:
      return "Somebody has logged in with the password of the mail account from a\n"
             "new device. It cannot send mail before the postmaster approves it.\n";
    case AlertKind::location_conflict:
      return "One and the same device was in two places, with less time in between\n"
             "than anybody takes to travel. Somebody may have a copy of its token.\n";
    case AlertKind::detection:
      return "There were more failed logins than people make by mistake. Somebody\n"
             "may be trying to guess passwords.\n";
    case AlertKind::attack_mode: return "So many logins have failed on this server that it is in attack mode.\n";
  }
  return {};
}

std::string_view advice_for_holder(AlertKind kind) {
  switch (kind) {
    case AlertKind::authentication_failed:
      return "If this was you, look at the password that your mail program has. If\n"
             "this was not you, change your password and tell your postmaster.\n";
    case AlertKind::device_quarantined:
      return "If this was you, ask your postmaster to approve the device. If this\n"
             "was not you, change your password and tell your postmaster.\n";
    default:
      return "If this was you, there is nothing to do. If this was not you, change\n"
             "your password and tell your postmaster.\n";
  }
}

std::vector<std::string> commands_for(const Alert& alert) {
  std::vector<std::string> commands;
  const auto account = shell_word(shown(alert.account));
  const auto device = account + " " + shell_word(shown(alert.fingerprint));
  const bool bound = !alert.account.empty() && !alert.fingerprint.empty();
  if (alert.kind == AlertKind::device_quarantined && bound) {
    commands = {"approve " + device, "deny " + device};
  } else if ((alert.kind == AlertKind::device_bound || alert.kind == AlertKind::location_conflict) && bound) {
    commands = {"revoke " + device};
  } else if (alert.kind == AlertKind::detection || alert.kind == AlertKind::attack_mode) {
    commands = {"attack status", "block list"};
  }
  if (!alert.account.empty()) {
    commands.push_back("list " + account);
    commands.push_back("history " + account + " --since 1d");
  }
  return commands;
}

std::string advice_for_postmaster(const Alert& alert) {
  std::string text = "What you can do:\n\n";
  for (const auto& command : commands_for(alert)) text += "  clientidctl " + command + "\n";
  return text;
}

std::string particulars_of(const MergedAlert& alert, const std::string& host) {
  const auto& [last, first_at, last_at, count] = alert;
  std::string text;
  const auto add = [&text](std::string label, std::string_view value) {
    constexpr std::size_t width = 11;
    if (value.empty()) return;
    label.resize(width, ' ');
    text += label + shown(value) + "\n";
  };
  const bool once = count == 1;
  add("Account:", last.account);
  add("Device:", last.type.empty() ? last.fingerprint : last.type + " " + last.fingerprint);
  add("From:", last.peer);
  add("When:", once ? format_time(last_at) : format_time(first_at) + " to " + format_time(last_at));
  add("How often:", once ? "" : std::to_string(count) + " times; device, address and detail are the last ones");
  add("Reason:", last.reason);
  add("Detail:", last.detail);
  add("Server:", host);
  return text;
}

std::string header_of(const Alert& alert, const AlertHeading& heading) {
  std::string to;
  for (const auto& address : heading.to) to += (to.empty() ? "" : ",\n ") + address;
  return "From: " + heading.from + "\nTo: " + to + "\nSubject: [clientid] " + shown(subject_of(alert)) +
         "\nDate: " + mail_date(heading.date) + "\nMessage-ID: <" + heading.id + "@" + heading.host +
         ">\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n"
         "Content-Transfer-Encoding: 7bit\n\n";
}

std::string dotted(std::string_view text) {
  std::string message;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.starts_with('.')) message += '.';
    message.append(line).append("\r\n");
    text.remove_prefix(line.size() + 1);
  }
  return message + ".\r\n";
}

}  // namespace

std::string alert_message(const MergedAlert& alert, AlertReader reader, const AlertHeading& heading) {
  std::string text = header_of(alert.alert, heading);
  text += story_of(alert.alert.kind);
  text += "\n" + particulars_of(alert, heading.host) + "\n";
  text += reader == AlertReader::holder ? std::string(advice_for_holder(alert.alert.kind))
                                        : advice_for_postmaster(alert.alert);
  return dotted(text);
}

bool is_mail_address(std::string_view text) {
  // RFC 5321 section 4.5.3.1.
  constexpr std::size_t max_address = 254;
  constexpr std::size_t max_local = 64;
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > max_address || at > max_local) return false;
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  return is_dotted(local) && only(local, "!#$%&'*+-/=?^_`{|}~.") && is_dotted(domain) && only(domain, "-.");
}

}  // namespace clientid
