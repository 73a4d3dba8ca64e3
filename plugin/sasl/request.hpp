// The question and its answer as text (question.hpp shows it). Pure: judge_client.hpp moves the octets.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "plugin/sasl/question.hpp"

namespace clientid {

inline constexpr std::string_view end_of_message = "\n\n";

// Whether `value` can stand in a line: not too long, and no octet that could end the line or the text.
bool is_plain_value(std::string_view value);

// On whom a verdict is wanted.
enum class Wanted : unsigned char {
  anybody,       // also on who is no session of the judge's: he is a client without identity
  own_sessions,  // on the judge's own sessions alone
};

// The octets written, or 0 where the question cannot be put.
std::size_t format_request(const Question& question, Wanted wanted, std::span<char> out);

// `reply` is whole and has lost its end_of_message. A reply that cannot be understood is an unavailable judge.
Answer parse_reply(std::string_view reply);

}  // namespace clientid
