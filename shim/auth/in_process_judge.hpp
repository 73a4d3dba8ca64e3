// The judge as the module in this process meets it: one per SASL connection, offered through a private callback. It
// remembers what was asked and answered during one AUTH, and so can say whether the module really asked (X1).
#pragma once

#include <optional>
#include <string>

#include "plugin/sasl/question.hpp"
#include "shim/auth/conclusion.hpp"

namespace clientid {

class InProcessJudge {
 public:
  // `peer`: the client's address. With `refuse_late` a refused device is let through here, whatever the mechanism; the
  // caller refuses it after the password was checked (D8.3).
  InProcessJudge(Judge& judge, std::string service, std::optional<Address> peer, bool refuse_late)
      : judge_(judge), service_(std::move(service)), peer_(peer), refuse_late_(refuse_late) {}

  // A new AUTH begins. `device` is what the client has shown, if anything. With `hold_refusal` a refused device is let
  // through here, and the caller refuses it as soon as the password was checked.
  void begin(std::optional<Device> device, bool hold_refusal);

  // What the module hands on as the third factor: "uuid 3fa901bc77d20e11", or empty.
  const std::string& identity() const { return identity_; }

  // For the time of a call into libsasl on this thread.
  void use_store(JudgeStore* store) { store_ = store; }

  // The judgement on the account that libsasl asked about first: the authentication identity. Nothing if it never
  // asked.
  std::optional<Judgement>& judgement() { return judgement_; }
  Judge& judge() { return judge_; }

  // JudgeCallback; `context` is an InProcessJudge.
  static int ask(void* context, const Question* question, Answer* answer);

 private:
  void answer(const Question& question, Answer& answer);
  Judgement judge_name(std::string name);

  Judge& judge_;
  std::string service_;
  std::optional<Address> peer_;
  bool refuse_late_;
  bool hold_refusal_ = false;
  std::optional<Device> device_;
  std::string identity_;
  JudgeStore* store_ = nullptr;
  std::optional<Judgement> judgement_;
};

// Puts a verdict into the words of the module.
void fill_answer(Answer& answer, Ruling ruling, const Verdict& verdict, const std::optional<Device>& device);

}  // namespace clientid
