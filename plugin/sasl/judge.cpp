#include "plugin/sasl/judge.hpp"

#include <cstring>

#include "plugin/sasl/judge_client.hpp"
#include "plugin/sasl/options.hpp"

#ifndef CLIENTID_DEFAULT_SERVICE
#error "the build says where the first verdict socket is: CLIENTID_DEFAULT_SERVICE"
#endif

namespace clientid {
namespace {

const char* or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

// Asked for only where the configuration promises a judge: libsasl notes an error for a callback that is not there.
Answer ask_in_process(const sasl_utils_t& utils, const Question& question) {
  sasl_callback_ft procedure = nullptr;
  void* context = nullptr;
  if (utils.getcallback(utils.conn, judge_callback_id, &procedure, &context) != SASL_OK || procedure == nullptr) {
    return Answer{};
  }
  const auto judge = reinterpret_cast<JudgeCallback>(reinterpret_cast<void (*)()>(procedure));
  Answer answer;
  if (judge(context, &question, &answer) != SASL_OK) return Answer{};
  answer.reason[sizeof answer.reason - 1] = '\0';
  answer.type[sizeof answer.type - 1] = '\0';
  answer.fingerprint[sizeof answer.fingerprint - 1] = '\0';
  return answer;
}

}  // namespace

Answer ask_judge(const sasl_server_params_t& params, const char* account) {
  const sasl_utils_t& utils = *params.utils;
  const char* const service = read_option(utils, option_service, CLIENTID_DEFAULT_SERVICE);
  Question question{account, or_empty(params.service), or_empty(params.iplocalport), or_empty(params.ipremoteport), ""};
  if (std::strcmp(service, service_in_process) != 0) return ask_service(service, question, read_timeout(utils));
  question.identity = read_option(utils, option_identity, "");
  return ask_in_process(utils, question);
}

}  // namespace clientid
