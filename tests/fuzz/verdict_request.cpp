// The verdict protocol, both ways: what the module asks is what the judge reads, and what the judge answers is what the
// module reads.
#include "shim/auth/verdict_request.hpp"

#include <array>

#include "plugin/sasl/request.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace clientid {
namespace {

void check_request(std::string_view text) {
  const auto request = parse_verdict_request(text);
  if (!request) return;
  require(!request->account.empty(), "somebody is asked about");
  // The module has no other strings.
  if (text.find('\0') != std::string_view::npos) return;
  const Question question{request->account.c_str(), request->service.c_str(), request->endpoints.local.c_str(),
                          request->endpoints.remote.c_str(), ""};
  std::array<char, max_message> buffer{};
  const auto wanted = request->own_sessions ? Wanted::own_sessions : Wanted::anybody;
  const auto size = format_request(question, wanted, buffer);
  if (size == 0) return;
  const auto again = parse_verdict_request({buffer.data(), size});
  require(again && again->account == request->account && again->service == request->service &&
              again->endpoints.local == request->endpoints.local &&
              again->endpoints.remote == request->endpoints.remote && again->own_sessions == request->own_sessions,
          "a question is read as it was put");
}

bool same(const Answer& one, const Answer& other) {
  return one.ruling == other.ruling && std::string_view(one.reason) == other.reason &&
         std::string_view(one.type) == other.type && std::string_view(one.fingerprint) == other.fingerprint;
}

void check_reply(std::string_view text) {
  const auto answer = parse_reply(text);
  require(answer.ruling == Ruling::unavailable || text.find("verdict=") != std::string_view::npos,
          "nobody is judged without a verdict");
  const auto written = format_verdict_reply(answer);
  require(written.ends_with(end_of_message), "a reply has an end");
  const auto again = parse_reply(std::string_view(written).substr(0, written.size() - end_of_message.size()));
  require(same(again, answer), "an answer is read as it was given");
}

}  // namespace

void fuzz(std::string_view input) {
  check_request(input);
  check_reply(input);
}

}  // namespace clientid
