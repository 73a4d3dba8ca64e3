#include "shim/auth/in_process_judge.hpp"

#include <sasl/sasl.h>

#include <algorithm>
#include <exception>
#include <string_view>

#include "shim/ops/log.hpp"

namespace clientid {
namespace {

template <std::size_t size>
void copy(char (&target)[size], std::string_view text) {
  const auto length = std::min(text.size(), size - 1);
  std::copy_n(text.begin(), length, target);
  target[length] = '\0';
}

}  // namespace

void fill_answer(Answer& answer, Ruling ruling, const Verdict& verdict, const std::optional<Device>& device) {
  answer.ruling = ruling;
  copy(answer.reason, name(verdict.reason));
  if (!device) return;
  copy(answer.type, device->type);
  copy(answer.fingerprint, device->fingerprint.short_form());
}

void InProcessJudge::begin(std::optional<Device> device, bool hold_refusal) {
  hold_refusal_ = hold_refusal || refuse_late_;
  device_ = std::move(device);
  identity_ = device_ ? device_->type + " " + device_->fingerprint.short_form() : "";
  judgement_.reset();
}

int InProcessJudge::ask(void* context, const Question* question, Answer* answer) {
  // The caller is C.
  try {
    static_cast<InProcessJudge*>(context)->answer(*question, *answer);
    return SASL_OK;
  } catch (const std::exception& error) {
    log::error("judge-failure", {{"cause", error.what()}});
    return SASL_FAIL;
  }
}

Judgement InProcessJudge::judge_name(std::string name) {
  return judge_given_name(judge_, *store_, {service_, std::move(name), device_, peer_, now()});
}

void InProcessJudge::answer(const Question& question, Answer& answer) {
  if (store_ == nullptr || question.identity != identity_) {
    // Somebody else than this session speaks to libsasl in its name.
    log::error("judge-mismatch", {{"account", question.account}});
    answer.ruling = Ruling::unavailable;
    return;
  }
  if (!judgement_) judgement_ = judge_name(question.account);
  // libsasl asks more than once in one AUTH, and the answer must not change meanwhile.
  const auto account = judge_.canonical(question.account);
  const bool first = !account || account == judgement_->attempt.account;
  const auto verdict = first ? judgement_->verdict : judge_name(*account).verdict;
  Ruling ruling = Ruling::allow;
  if (verdict.decision == Decision::unavailable) ruling = Ruling::unavailable;
  // The caller enforces the first alone.
  if (verdict.decision == Decision::refuse && !(first && hold_refusal_)) ruling = Ruling::refuse;
  fill_answer(answer, ruling, verdict, device_);
}

}  // namespace clientid
