#include "shim/smtp/backend_offer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace clientid {
namespace {

// RFC 6152, 3030, 2852, 3461, 2034, 4865, 9422, 6710, 8689, 6531.
constexpr std::array<std::string_view, 10> relayed{
    "8BITMIME",      "CHUNKING", "DELIVERBY",   "DSN",        "ENHANCEDSTATUSCODES",
    "FUTURERELEASE", "LIMITS",   "MT-PRIORITY", "REQUIRETLS", "SMTPUTF8"};

std::string line_of(std::string_view keyword, std::string_view parameters) {
  return parameters.empty() ? std::string(keyword) : std::string(keyword) + " " + std::string(parameters);
}

// RFC 1870: the smaller one of the two limits; 0 and no number stand for none.
std::string size_line(std::string_view backend, std::uint64_t ours) {
  std::uint64_t theirs = 0;
  std::from_chars(backend.data(), backend.data() + backend.size(), theirs);
  const auto limit = ours == 0 || theirs == 0 ? std::max(ours, theirs) : std::min(ours, theirs);
  return line_of("SIZE", limit == 0 ? "" : std::to_string(limit));
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// LOGIN is ours: at the back end it becomes PLAIN, or is spoken where there is no PLAIN.
std::vector<std::string> shared_mechanisms(const std::vector<std::string>& ours, std::string_view of_backend) {
  std::istringstream words{std::string(of_backend)};
  std::vector<std::string> theirs;
  for (std::string word; words >> word;) theirs.push_back(word);
  const bool takes_passwords = contains(theirs, "PLAIN") || contains(theirs, "LOGIN");
  std::vector<std::string> shared;
  for (const auto& mechanism : ours) {
    const bool password = mechanism == "PLAIN" || mechanism == "LOGIN";
    if (password ? takes_passwords : contains(theirs, mechanism)) shared.push_back(mechanism);
  }
  return shared;
}

}  // namespace

bool BackendOffer::has(std::string_view keyword) const {
  return std::any_of(keywords.begin(), keywords.end(), [keyword](std::string_view line) {
    return line.starts_with(keyword) && (line.size() == keyword.size() || line[keyword.size()] == ' ');
  });
}

BackendOffer offer_of(const Keywords& backend, const OfferRules& rules) {
  BackendOffer offer;
  const auto pass = [&](std::string_view keyword) {
    if (backend.has(keyword)) offer.keywords.push_back(line_of(keyword, backend.parameters(keyword)));
  };
  if (backend.has("SIZE") || rules.max_message_size > 0) {
    offer.keywords.push_back(size_line(backend.parameters("SIZE"), rules.max_message_size));
  }
  for (const auto keyword : relayed) pass(keyword);
  if (backend.has("CHUNKING")) pass("BINARYMIME");  // RFC 3030 section 3: it cannot come by DATA
  if (rules.burl) pass("BURL");
  if (rules.etrn) pass("ETRN");
  offer.mechanisms =
      rules.auth_by_backend ? shared_mechanisms(rules.mechanisms, backend.parameters("AUTH")) : rules.mechanisms;
  return offer;
}

}  // namespace clientid
