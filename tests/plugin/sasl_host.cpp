#include "tests/plugin/sasl_host.hpp"

#include <poll.h>
#include <sasl/saslplug.h>

#include <cstring>
#include <stdexcept>

namespace clientid::test {
namespace {

constexpr const char* local_address = "127.0.0.1;587";
constexpr const char* remote_address = "192.0.2.7;49152";

template <typename Procedure>
sasl_callback_t callback(unsigned long id, Procedure* procedure, const void* context) {
  return {id, reinterpret_cast<int (*)()>(reinterpret_cast<void (*)()>(procedure)), const_cast<void*>(context)};
}

int get_option(void* context, const char*, const char* name, const char** value, unsigned* length) {
  const auto& options = static_cast<const Configuration*>(context)->options;
  const auto found = options.find(std::string_view(name));
  if (found == options.end()) return SASL_FAIL;
  *value = found->second.c_str();
  if (length != nullptr) *length = static_cast<unsigned>(found->second.size());
  return SASL_OK;
}

int judge(void* context, const Question* question, Answer* answer) {
  auto& scripted = *static_cast<ScriptedJudge*>(context);
  if (scripted.pause != 0) ::poll(nullptr, 0, scripted.pause);
  scripted.asked.push_back(
      {question->account, question->service, question->local, question->remote, question->identity});
  *answer = scripted.answer;
  return scripted.code;
}

int allow_proxy(sasl_conn_t*, void*, const char*, unsigned, const char*, unsigned, const char*, unsigned, propctx*) {
  return SASL_OK;
}

void allow_plain_text(sasl_conn_t* conn) {
  sasl_security_properties_t security{};
  security.max_ssf = 0;
  security.maxbufsize = 0;
  sasl_setprop(conn, SASL_SEC_PROPS, &security);
}

class Client {
 public:
  explicit Client(const Credentials& credentials) : credentials_(credentials) {
    secret_.resize(sizeof(sasl_secret_t) + credentials.password.size());
    auto* const secret = reinterpret_cast<sasl_secret_t*>(secret_.data());
    secret->len = credentials.password.size();
    std::memcpy(secret->data, credentials.password.data(), credentials.password.size());
    callbacks_[0] = callback(SASL_CB_USER, get_name, this);
    callbacks_[1] = callback(SASL_CB_AUTHNAME, get_name, this);
    callbacks_[2] = callback(SASL_CB_PASS, get_secret, this);
    callbacks_[3] = {SASL_CB_LIST_END, nullptr, nullptr};
    if (sasl_client_new("smtp", "mail.example.com", nullptr, nullptr, callbacks_, 0, &conn_) != SASL_OK) {
      throw std::runtime_error("sasl_client_new failed");
    }
    allow_plain_text(conn_);
  }
  ~Client() { sasl_dispose(&conn_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  sasl_conn_t* get() const { return conn_; }

 private:
  static int get_name(void* context, int id, const char** name, unsigned* length) {
    const auto& credentials = static_cast<Client*>(context)->credentials_;
    const std::string& value = id == SASL_CB_USER ? credentials.authorization : credentials.name;
    *name = value.c_str();
    if (length != nullptr) *length = static_cast<unsigned>(value.size());
    return SASL_OK;
  }
  static int get_secret(sasl_conn_t*, void* context, int, sasl_secret_t** secret) {
    *secret = reinterpret_cast<sasl_secret_t*>(static_cast<Client*>(context)->secret_.data());
    return SASL_OK;
  }

  const Credentials& credentials_;
  std::vector<char> secret_;
  sasl_callback_t callbacks_[4] = {};
  sasl_conn_t* conn_ = nullptr;
};

Outcome outcome_of(const Connection& connection, const Configuration& configuration, int code) {
  Outcome outcome;
  outcome.code = code;
  outcome.text = sasl_errstring(code, nullptr, nullptr);
  if (code != SASL_OK) outcome.detail = sasl_errdetail(connection.get());
  const void* user = nullptr;
  if (code == SASL_OK && sasl_getprop(connection.get(), SASL_USERNAME, &user) == SASL_OK) {
    outcome.user = static_cast<const char*>(user);
  }
  if (configuration.properties.empty()) return outcome;
  for (const propval* value = prop_get(sasl_auxprop_getctx(connection.get())); value->name != nullptr; ++value) {
    if (value->values == nullptr || value->values[0] == nullptr) continue;
    std::string all;
    for (const char** one = value->values; *one != nullptr; ++one) all += (all.empty() ? "" : "+") + std::string(*one);
    outcome.properties[value->name] = all;
  }
  return outcome;
}

}  // namespace

Configuration::Configuration(const SaslSite& site) {
  options = {{"auxprop_plugin", "clientid sasldb"},
             {"pwcheck_method", "auxprop"},
             {"sasldb_path", site.sasldb()},
             {"mech_list", "PLAIN LOGIN SCRAM-SHA-256"}};
}

Configuration::Configuration(const SaslSite& site, ScriptedJudge& judge_of_process) : Configuration(site) {
  judge = &judge_of_process;
  options[option_service] = service_in_process;
  options[option_identity] = "uuid 3fa901bc77d20e11";
}

Connection::Connection(const Configuration& configuration) {
  callbacks_.push_back(callback(SASL_CB_GETOPT, get_option, &configuration));
  callbacks_.push_back(callback(SASL_CB_PROXY_POLICY, allow_proxy, nullptr));
  if (configuration.judge != nullptr) callbacks_.push_back(callback(judge_callback_id, judge, configuration.judge));
  callbacks_.push_back({SASL_CB_LIST_END, nullptr, nullptr});
  const char* const realm = configuration.realm ? configuration.realm->c_str() : nullptr;
  if (sasl_server_new("smtp", "mail.example.com", realm, local_address, remote_address, callbacks_.data(), 0, &conn_) !=
      SASL_OK) {
    throw std::runtime_error("sasl_server_new failed");
  }
  allow_plain_text(conn_);
  if (configuration.properties.empty()) return;
  std::vector<const char*> names = configuration.properties;
  names.push_back(nullptr);
  sasl_auxprop_request(conn_, names.data());
}

Connection::~Connection() {
  sasl_dispose(&conn_);
}

bool has_mechanism(const Configuration& configuration, std::string_view mechanism) {
  const Connection connection(configuration);
  const char* list = nullptr;
  if (sasl_listmech(connection.get(), nullptr, " ", " ", " ", &list, nullptr, nullptr) != SASL_OK) return false;
  return std::string_view(list).find(" " + std::string(mechanism) + " ") != std::string_view::npos;
}

Outcome log_in(const Configuration& configuration, const std::string& mechanism, const Credentials& credentials) {
  const Connection server(configuration);
  const Client client(credentials);
  const char* out = nullptr;
  unsigned out_size = 0;
  const char* in = nullptr;
  unsigned in_size = 0;
  const char* chosen = nullptr;
  int client_code = sasl_client_start(client.get(), mechanism.c_str(), nullptr, &out, &out_size, &chosen);
  if (client_code != SASL_OK && client_code != SASL_CONTINUE)
    throw std::runtime_error("the client cannot " + mechanism);
  int code = sasl_server_start(server.get(), mechanism.c_str(), out, out_size, &in, &in_size);
  while (code == SASL_CONTINUE) {
    client_code = sasl_client_step(client.get(), in, in_size, nullptr, &out, &out_size);
    if (client_code != SASL_OK && client_code != SASL_CONTINUE) break;
    code = sasl_server_step(server.get(), out, out_size, &in, &in_size);
  }
  return outcome_of(server, configuration, code);
}

Outcome send_lines(const Configuration& configuration, const std::string& mechanism,
                   const std::vector<std::string>& lines) {
  const Connection server(configuration);
  const char* in = nullptr;
  unsigned in_size = 0;
  int code = SASL_CONTINUE;
  for (std::size_t i = 0; i != lines.size() && code == SASL_CONTINUE; ++i) {
    const auto size = static_cast<unsigned>(lines[i].size());
    code = i == 0 ? sasl_server_start(server.get(), mechanism.c_str(), lines[i].data(), size, &in, &in_size)
                  : sasl_server_step(server.get(), lines[i].data(), size, &in, &in_size);
  }
  return outcome_of(server, configuration, code);
}

}  // namespace clientid::test
