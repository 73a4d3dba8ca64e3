#include "shim/auth/authenticator.hpp"

#include <utility>

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
    case SASL_BADBINDING:
    case SASL_BUFOVER:  // a name longer than any that libsasl takes
    case SASL_BADMAC: return true;
    default: return false;
  }
}

constexpr std::string_view plain = "PLAIN";

// One for the process, as libsasl is.
StoredForm& stored_form() {
  static StoredForm form;
  return form;
}

}  // namespace

Authenticator::Authenticator(const AuthRules& rules, Judge& judge, AttemptBooks books, PeerFacts peer, Admit admit)
    : rules_(rules),
      books_(books),
      peer_(std::move(peer)),
      admit_(std::move(admit)),
      in_process_(judge, rules.service, Address::parse(peer_.address), rules.refuse_late),
      callbacks_{sasl_callback(SASL_CB_GETOPT, get_option, this), sasl_callback(SASL_CB_PROXY_POLICY, authorise, this),
                 sasl_callback(judge_callback_id, InProcessJudge::ask, &in_process_), last_sasl_callback()} {}

Authenticator::~Authenticator() = default;

int Authenticator::get_option(void* context, const char* /*plugin*/, const char* option, const char** value,
                              unsigned* length) {
  return give_option(static_cast<const Authenticator*>(context)->option(option), value, length);
}

// What the shim decides and no configuration file may change.
const char* Authenticator::option(std::string_view name) const {
  if (name == option_service) return service_in_process;
  if (name == option_identity) return in_process_.identity().c_str();
  if (name == "canon_user_plugin") return "clientid";
  if (name == "mech_list") return rules_.mechanisms.c_str();
  return nullptr;
}

// libsasl calls it once the password was right, and by its own rule lets nobody act for another.
int Authenticator::authorise(sasl_conn_t* /*connection*/, void* context, const char* requested,
                             unsigned requested_length, const char* authenticated, unsigned authenticated_length,
                             const char* /*realm*/, unsigned /*realm_length*/, propctx* /*properties*/) {
  if (authenticated == nullptr) return SASL_BADAUTH;
  const std::string_view account(authenticated, authenticated_length);
  if (requested != nullptr && *requested != '\0' && std::string_view(requested, requested_length) != account) {
    return SASL_BADAUTH;
  }
  static_cast<Authenticator*>(context)->password_right_ = true;
  return SASL_OK;
}

AuthResult Authenticator::start(JudgeStore& store, const std::optional<Device>& device, const std::string& mechanism,
                                const std::optional<Secret>& response) {
  mechanism_ = mechanism;
  challenged_ = false;
  password_right_ = false;
  concluded_.reset();
  decoy_.reset();
  password_.reset();
  // SCRAM names the account a step before the password is proved. A device refused there would be told from one that
  // is not by the salt, which for a stored secret is no other's.
  in_process_.begin(device, is_scram(mechanism));
  // A new one for each AUTH: nothing of a failed one is left in it.
  connection_.emplace(rules_, peer_, callbacks_.data());
  if (response && !see_password(*response)) return failed(SASL_BADPROT);  // libsasl calls some a failure of its own
  in_process_.use_store(&store);
  std::string challenge;
  const int code = connection_->start(mechanism, response, challenge);
  return evaluate(store, code, std::move(challenge), response ? &*response : nullptr);
}

AuthResult Authenticator::step(JudgeStore& store, const Secret& response) {
  if (!see_password(response)) return failed(SASL_BADPROT);
  if (decoy_) {
    decoy_->finish(response);
    decoy_.reset();
    return failed(SASL_BADAUTH);
  }
  in_process_.use_store(&store);
  std::string challenge;
  const int code = connection_->step(response, challenge);
  return evaluate(store, code, std::move(challenge), &response);
}

AuthResult Authenticator::evaluate(JudgeStore& store, int code, std::string challenge, const Secret* response) {
  in_process_.use_store(nullptr);
  const bool going_on = code == SASL_CONTINUE;
  if (code == SASL_OK || (going_on && password_right_)) return succeeded(store, code, std::move(challenge));
  if (going_on && is_scram(mechanism_)) stored_form().learn(challenge);
  if (!going_on && response != nullptr && ends_at_the_name(code)) challenge = go_on_with_decoy(*response);
  if (going_on || decoy_) {
    challenged_ = !challenge.empty();
    return {.status = AuthStatus::challenge, .challenge = std::move(challenge)};
  }
  auto result = failed(code);
  connection_.reset();
  return result;
}

// Mechanisms in which the server proves itself have one more challenge here, from which the client learns that its
// password was right: what is to be refused is refused before.
AuthResult Authenticator::succeeded(JudgeStore& store, int code, std::string challenge) {
  if (!concluded_) concluded_ = concluded(store);
  const bool admitted = *concluded_ == AuthStatus::authenticated || *concluded_ == AuthStatus::not_permitted;
  if (admitted && code == SASL_CONTINUE) return {.status = AuthStatus::challenge, .challenge = std::move(challenge)};
  AuthResult result{.status = *concluded_};
  if (result.status == AuthStatus::authenticated) {
    result.login = connection_->text(SASL_USERNAME);
    result.session = session_of(*in_process_.judgement());
  }
  connection_.reset();
  return result;
}

// X1: libsasl passes AUTH on the password alone where the module is missing or was not asked.
bool Authenticator::proven() {
  const auto& judgement = in_process_.judgement();
  if (!judgement || !password_right_) return false;
  const auto authenticated = in_process_.judge().canonical(connection_->text(SASL_AUTHUSER));
  return authenticated == judgement->attempt.account;
}

AuthStatus Authenticator::concluded(JudgeStore& store) {
  auto& judgement = in_process_.judgement();
  const bool refused = judgement && judgement->verdict.decision == Decision::refuse;
  if (!refused && !proven()) {
    log::error(
        "auth-unproven",
        {{"peer", peer_.address},
         {"mend",
          "libsasl did not ask the clientid plugin: is libclientid.so loaded, and clientid in auxprop_plugin?"}});
    record(Outcome::unavailable);
    return AuthStatus::unavailable;
  }
  const auto outcome = conclude(in_process_.judge(), store, *judgement, admit_);
  record(outcome);
  const auto status = status_of(outcome);
  return status == AuthStatus::refused && rules_.refuse_late ? AuthStatus::not_permitted : status;
}

// Has SCRAM come to an end at the client's first message, for a reason that must not be seen? Where the message itself
// is bad, the decoy does not go on with it either.
bool Authenticator::ends_at_the_name(int code) const {
  if (!is_scram(mechanism_) || challenged_ || code == SASL_UNAVAIL) return false;
  // Where it has a secret that it cannot use, such as one of another mechanism, libsasl speaks of its memory.
  return means_refused(code) || code == SASL_TRANS || connection_->found_secret();
}

// The server-first-message, or nothing where the client's is bad.
std::string Authenticator::go_on_with_decoy(const Secret& client_first) {
  const auto& judgement = in_process_.judgement();
  DecoySecret secret{SASL_AUX_PASSWORD, random_password()};
  if (const auto form = stored_form().get()) {
    const auto account = judgement ? judgement->attempt.account : connection_->text(SASL_AUTHUSER);
    secret = {"*authPassword",
              random_stored_secret(in_process_.judge().salt(account, form->salt_size), form->iterations)};
  }
  decoy_.emplace(rules_, peer_, std::move(secret));
  auto server_first = decoy_->start(mechanism_, client_first);
  if (server_first.empty()) decoy_.reset();
  return server_first;
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
  return {.status = status_of(outcome)};
}

void Authenticator::record(Outcome outcome) {
  record_attempt(books_, {rules_.service, peer_.address, mechanism_, password_}, outcome, in_process_.judgement());
}

bool Authenticator::see_password(const Secret& response) {
  if (mechanism_ != plain) return true;
  const auto message = split_plain_message(response.view());
  if (message) password_ = books_.passwords.mark(message->user, message->password);
  return message.has_value();
}

}  // namespace clientid
