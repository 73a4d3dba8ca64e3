// What a made-up client says in one session, and what the back end makes of it: the ground on which the generated tests
// of the conversation stand. A seed makes a script, the same on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace clientid {

// The same numbers everywhere, which the distributions of the standard library do not promise.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
  bool in_hundred(unsigned chance) { return below(100) < chance; }
  template <typename T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

enum class Said : std::uint8_t { own, reset, mail, rcpt, data, bdat };

struct Item {
  Said said = Said::own;
  std::string line;
  std::string reply;       // ours, where we answer: own and reset
  bool ends = false;       // the session, with that reply
  std::string tag;         // of MAIL and RCPT, in the address
  std::uint64_t size = 0;  // what MAIL declares; what the message of DATA has
  std::string content;     // behind DATA with its end, behind BDAT
  bool bare = false;       // a bare CR or LF is in the message of DATA
  bool last = false;       // BDAT LAST
};

std::vector<Item> make_script(Dice& dice);

enum class Verdict : std::uint8_t {
  accept,
  refuse,
  defer,
  shut_down,     // 421, and it leaves
  leave,         // without a word
  leave_midway,  // at the first octet of the content
  refuse_early,  // there, and it leaves
};

// What the back end says to a command or a message, by its name: "mail 17", "data 17 0".
class Verdicts {
 public:
  Verdicts(std::uint64_t seed, bool losses) : seed_(seed), losses_(losses) {}

  Verdict of(const std::string& name) const;
  // Of a message or a chunk.
  Verdict of_content(const std::string& name, bool empty) const;

 private:
  std::uint64_t seed_;
  bool losses_;
};

// "250 mail 17" and the like; nothing where it says nothing.
std::string reply_text(Verdict verdict, const std::string& name);

inline constexpr const char* bad_sequence_text = "503 5.5.1 Bad sequence of commands";

}  // namespace clientid
