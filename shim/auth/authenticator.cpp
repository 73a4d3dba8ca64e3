#include "shim/auth/authenticator.hpp"

#include <utility>

#include "shim/auth/attempt_record.hpp"
#include "shim/auth/sasl_callback.hpp"
#include "shim/ops/log.hpp"
#include "shim/smtp/plain_message.hpp"

namespace clientid {
namespace {

// Codes that say "wrong": everything else says that it could not be found out.
bool means_refused(int code) {
  switch (code) {
    case SASL_BADAUTH:
    case SASL_NOUSER:
    case SASL_NOAUTHZ:
    case SASL_BADPROT:
    case SASL_TOOWEAK:
    case SASL_ENCRYPT:
    case SASL_EXPIRED:
    case SASL_DISABLED:
    case SASL_NOVERIFY:
    case SASL_WEAKPASS:
    case SASL_NOUSERPASS:
    case SASL_BADMAC: return true;
    default: return false;
  }
}

constexpr std::string_view plain = "PLAIN";

std::string text_property(sasl_conn_t* connection, int property) {
  const void* value = nullptr;
  if (sasl_getprop(connection, property, &value) != SASL_OK || value == nullptr) return {};
  return static_cast<const char*>(value);
}

}  // namespace

Authenticator::Authenticator(const AuthRules& rules, Judge& judge, Recorder& recorder, PeerFacts peer)
    : rules_(rules),
      recorder_(recorder),
      peer_(std::move(peer)),
      in_process_(judge, rules.service, Address::parse(peer_.address), rules.refuse_late),
      callbacks_{sasl_callback(SASL_CB_GETOPT, get_option, this),
                 sasl_callback(judge_callback_id, InProcessJudge::ask, &in_process_), last_sasl_callback()} {}

Authenticator::~Authenticator() = default;

int Authenticator::get_option(void* context, const char* /*plugin*/, const char* option, const char** value,
                              unsigned* length) {
  const char* text = static_cast<const Authenticator*>(context)->option(option);
  if (text == nullptr) return SASL_FAIL;  // libsasl looks into its configuration file then
  *value = text;
  if (length != nullptr) *length = static_cast<unsigned>(std::string_view(text).size());
  return SASL_OK;
}

// What the shim decides and no configuration file may change.
const char* Authenticator::option(std::string_view name) const {
  if (name == option_service) return service_in_process;
  if (name == option_identity) return in_process_.identity().c_str();
  if (name == "canon_user_plugin") return "clientid";
  if (name == "mech_list") return rules_.mechanisms.c_str();
  return nullptr;
}

bool Authenticator::connect() {
  const auto or_null = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
  sasl_conn_t* connection = nullptr;
  if (sasl_server_new(rules_.service.c_str(), rules_.hostname.c_str(), or_null(rules_.realm),
                      or_null(peer_.local_endpoint), or_null(peer_.remote_endpoint), callbacks_.data(), 0,
                      &connection) != SASL_OK) {
    return false;
  }
  connection_.reset(connection);
  sasl_security_properties_t properties{};
  properties.security_flags = SASL_SEC_NOANONYMOUS;  // and no security layer: TLS is there
  const auto strength = static_cast<sasl_ssf_t>(peer_.cipher_bits);
  return sasl_setprop(connection, SASL_SEC_PROPS, &properties) == SASL_OK &&
         sasl_setprop(connection, SASL_SSF_EXTERNAL, &strength) == SASL_OK;
}

AuthResult Authenticator::start(JudgeStore& store, const Identity* identity, const std::string& mechanism,
                                const std::optional<Secret>& response) {
  mechanism_ = mechanism;
  in_process_.begin(identity == nullptr ? std::nullopt : std::optional(in_process_.judge().device(*identity)));
  // A new one for each AUTH: nothing of a failed one is left in it.
  if (!connect()) return failed(SASL_FAIL);
  if (response && mechanism_ == plain && !split_plain_message(response->view()))
    return failed(SASL_BADPROT);  // libsasl calls some a failure of its own
  in_process_.use_store(&store);
  const char* challenge = nullptr;
  unsigned length = 0;
  // libsasl tells an empty initial response from none by the pointer.
  const char* octets = response ? (response->empty() ? "" : response->view().data()) : nullptr;
  const int code = sasl_server_start(connection_.get(), mechanism.c_str(), octets,
                                     static_cast<unsigned>(response ? response->size() : 0), &challenge, &length);
  return evaluate(store, code, challenge, length);
}

AuthResult Authenticator::step(JudgeStore& store, const Secret& response) {
  if (mechanism_ == plain && !split_plain_message(response.view())) return failed(SASL_BADPROT);
  in_process_.use_store(&store);
  const char* challenge = nullptr;
  unsigned length = 0;
  const int code = sasl_server_step(connection_.get(), response.empty() ? "" : response.view().data(),
                                    static_cast<unsigned>(response.size()), &challenge, &length);
  return evaluate(store, code, challenge, length);
}

AuthResult Authenticator::evaluate(JudgeStore& store, int code, const char* challenge, unsigned length) {
  in_process_.use_store(nullptr);
  if (code == SASL_CONTINUE) {
    return {AuthStatus::challenge, std::string(challenge == nullptr ? "" : challenge, length), {}};
  }
  auto result = code == SASL_OK ? succeeded(store) : failed(code);
  connection_.reset();
  return result;
}

// X1: libsasl passes AUTH on the password alone where the module is missing or was not asked.
bool Authenticator::proven() {
  const auto& judgement = in_process_.judgement();
  if (!judgement) return false;
  const auto authenticated = in_process_.judge().canonical(text_property(connection_.get(), SASL_AUTHUSER));
  return authenticated == judgement->attempt.account;
}

AuthResult Authenticator::succeeded(JudgeStore& store) {
  if (!proven()) {
    log::error(
        "auth-unproven",
        {{"peer", peer_.address},
         {"mend",
          "libsasl did not ask the clientid plugin: is libclientid.so loaded, and clientid in auxprop_plugin?"}});
    record(Outcome::unavailable);
    return {};
  }
  auto& judgement = *in_process_.judgement();
  const auto outcome = conclude(in_process_.judge(), store, judgement);
  record(outcome);
  auto status = status_of(outcome);
  if (status == AuthStatus::refused && rules_.refuse_late) status = AuthStatus::not_permitted;
  if (status != AuthStatus::authenticated) return {status, {}, {}};
  return {status, {}, text_property(connection_.get(), SASL_USERNAME)};
}

AuthResult Authenticator::failed(int code) {
  const auto& judgement = in_process_.judgement();
  auto outcome = means_refused(code) ? Outcome::failed : Outcome::unavailable;
  if (judgement && judgement->verdict.decision == Decision::unavailable) outcome = Outcome::unavailable;
  if (judgement && judgement->verdict.decision == Decision::refuse && !rules_.refuse_late) outcome = Outcome::refused;
  if (outcome == Outcome::unavailable && connection_) {
    log::warning("auth-unavailable", {{"peer", peer_.address}, {"cause", sasl_errstring(code, nullptr, nullptr)}});
  }
  record(outcome);
  return {status_of(outcome), {}, {}};
}

void Authenticator::record(Outcome outcome) {
  record_attempt(recorder_, {rules_.service, peer_.address, mechanism_}, outcome, in_process_.judgement());
}

}  // namespace clientid
