// The text of the question and the reading of replies, octet for octet.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "plugin/sasl/request.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace clientid;

namespace {

std::string format(const Question& question, Wanted wanted = Wanted::anybody) {
  std::array<char, max_message> out{};
  return std::string(out.data(), format_request(question, wanted, out));
}

Question about(const char* account) {
  return {account, "smtp", "127.0.0.1;587", "192.0.2.7;49152", "uuid secret"};
}

// As the reply stands on the wire; the reader of the socket has taken the empty line off.
Answer read(std::string_view reply) {
  return parse_reply(reply);
}

bool is_unavailable(std::string_view reply) {
  const Answer answer = read(reply);
  return answer.ruling == Ruling::unavailable && answer.reason[0] == '\0' && answer.type[0] == '\0' &&
         answer.fingerprint[0] == '\0';
}

}  // namespace

TEST_CASE("a question") {
  CHECK(format(about("alice@example.com")) ==
        "request=clientid-verdict\n"
        "version=1\n"
        "account=alice@example.com\n"
        "service=smtp\n"
        "local=127.0.0.1;587\n"
        "remote=192.0.2.7;49152\n"
        "\n");
}

TEST_CASE("a question to one judge of several") {
  const Question question = about("alice@example.com");
  const std::string text = format(question);
  CHECK(format(question, Wanted::own_sessions) == text.substr(0, text.size() - 1) + "session=required\n\n");
}

TEST_CASE("the identity never leaves the process") {
  CHECK(format(about("alice")).find("secret") == std::string::npos);
}

TEST_CASE("no value can speak for another line") {
  for (const char* const account : {"a\nremote=x", "a\rb", "a\tb", "\x7f", "\x1b[0m"}) {
    CHECK(format(about(account)).empty());
    Question question = about("alice");
    question.service = account;
    CHECK(format(question).empty());
    question = about("alice");
    question.local = account;
    CHECK(format(question).empty());
    question = about("alice");
    question.remote = account;
    CHECK(format(question).empty());
  }
}

TEST_CASE("what ends no line is carried as it is") {
  CHECK(format(about("a=b=c")).find("\naccount=a=b=c\n") != std::string::npos);
  CHECK(format(about("j\xc3\xbcrgen \xff")).find("\naccount=j\xc3\xbcrgen \xff\n") != std::string::npos);
}

TEST_CASE("limits of a value and of the whole") {
  const std::string longest(max_value, 'a');
  CHECK(format(about(longest.c_str())).find("\naccount=" + longest + "\n") != std::string::npos);
  CHECK(format(about((longest + "a").c_str())).empty());

  const Question question = {longest.c_str(), longest.c_str(), longest.c_str(), longest.c_str(), ""};
  CHECK(format(question).empty());

  std::array<char, max_message> out{};
  const std::string text = format(about("alice"));
  CHECK(format_request(about("alice"), Wanted::anybody, std::span(out.data(), text.size())) == text.size());
  CHECK(format_request(about("alice"), Wanted::anybody, std::span(out.data(), text.size() - 1)) == 0);
}

TEST_CASE("the verdicts") {
  CHECK(read("verdict=allow").ruling == Ruling::allow);
  CHECK(read("verdict=refuse").ruling == Ruling::refuse);
  CHECK(read("verdict=unavailable").ruling == Ruling::unavailable);
  CHECK(read("verdict=unknown").ruling == Ruling::unknown);
}

TEST_CASE("what a reply says besides") {
  const Answer answer = read("version=1\nverdict=refuse\nreason=blocked\ntype=uuid\nfingerprint=3fa901bc77d20e11");
  CHECK(answer.ruling == Ruling::refuse);
  CHECK(answer.reason == std::string_view("blocked"));
  CHECK(answer.type == std::string_view("uuid"));
  CHECK(answer.fingerprint == std::string_view("3fa901bc77d20e11"));
}

TEST_CASE("unknown names are passed over") {
  CHECK(read("mood=fine\nverdict=allow\nmood=bad\nmood=").ruling == Ruling::allow);
}

TEST_CASE("a value fills its place or is too long for it") {
  const std::string type(16, 't');
  const std::string reason(31, 'r');
  CHECK(type == read("verdict=allow\ntype=" + type).type);
  CHECK(is_unavailable("verdict=allow\ntype=" + std::string(17, 't')));
  CHECK(reason == read("verdict=allow\nreason=" + reason).reason);
  CHECK(is_unavailable("verdict=allow\nreason=" + std::string(32, 'r')));
  CHECK(is_unavailable("verdict=allow\nfingerprint=" + std::string(17, 'f')));
  CHECK(is_unavailable("verdict=allow\nmood=" + std::string(max_value + 1, 'm')));
}

TEST_CASE("a reply that is not understood is no reply") {
  for (const std::string_view reply : {"",
                                       "\n",
                                       "allow",
                                       "verdict",
                                       "verdict=",
                                       "=allow",
                                       "verdict=Allow",
                                       "verdict=allowed",
                                       "verdict=allow ",
                                       "verdict= allow",
                                       "Verdict=allow",
                                       " verdict=allow",
                                       "verdict=allow\nverdict=allow",
                                       "verdict=refuse\nverdict=allow",
                                       "verdict=allow\nreason=a\nreason=b",
                                       "verdict=allow\nnonsense",
                                       "verdict=allow\n=x",
                                       "verdict=allow\r",
                                       "verdict=allow\r\nreason=x",
                                       "verdict=allow\nversion=2",
                                       "version=2\nverdict=allow",
                                       "verdict=allow\nmood=\x01",
                                       "verdict=allow\nmo\x7fod=x",
                                       "verdict=allowallowallowallow",
                                       "reason=bound\ntype=uuid"}) {
    CAPTURE(std::string(reply));
    CHECK(is_unavailable(reply));
  }
  CHECK(is_unavailable(std::string_view("verdict=allow\0", 14)));
  CHECK(is_unavailable(std::string_view("verdict=allow\nmood=\0", 20)));
}
