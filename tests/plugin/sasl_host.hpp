// A mail server and a mail client as libsasl sees them, in one process: the one is configured per connection by
// callbacks, as the shim does it, the other holds credentials. log_in() lets them talk.
#pragma once

#include <sasl/sasl.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/sasl/question.hpp"
#include "tests/plugin/sasl_site.hpp"

namespace clientid::test {

// The judge of a test: says what it was told to say and remembers what it was asked.
struct ScriptedJudge {
  Answer answer;
  int code = SASL_OK;
  int pause = 0;  // milliseconds before it reads the question

  struct Asked {
    std::string account, service, local, remote, identity;
  };
  std::vector<Asked> asked;

  ScriptedJudge() = default;
  explicit ScriptedJudge(Ruling ruling) { answer.ruling = ruling; }
};

struct Configuration {
  explicit Configuration(const SaslSite& site);
  Configuration(const SaslSite& site, ScriptedJudge& judge_of_process);

  std::map<std::string, std::string, std::less<>> options;  // one that is not here is not set
  ScriptedJudge* judge = nullptr;
  std::vector<const char*> properties;  // what the host requests
  std::optional<std::string> realm = "example.com";
};

// The server's side of one connection. `configuration` must outlive it.
class Connection {
 public:
  explicit Connection(const Configuration& configuration);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  sasl_conn_t* get() const { return conn_; }

 private:
  std::vector<sasl_callback_t> callbacks_;
  sasl_conn_t* conn_ = nullptr;
};

struct Credentials {
  std::string name = "alice";
  std::string password = "right";
  std::string authorization = {};  // authzid
};

struct Outcome {
  int code = SASL_FAIL;
  std::string text;    // for the client: what hosts make of the code
  std::string detail;  // for the log of the host, and in some hosts for the client
  std::string user;    // the authorization identity
  std::map<std::string, std::string, std::less<>> properties;  // those with a value
};

bool has_mechanism(const Configuration& configuration, std::string_view mechanism);

Outcome log_in(const Configuration& configuration, const std::string& mechanism, const Credentials& credentials);

// A client that speaks for itself: its lines, decoded, in order.
Outcome send_lines(const Configuration& configuration, const std::string& mechanism,
                   const std::vector<std::string>& lines);

}  // namespace clientid::test
