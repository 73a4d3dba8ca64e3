// enrol, bind, licence add: new bindings.
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "plugin/config/config_error.hpp"
#include "plugin/ctl/binding_view.hpp"
#include "plugin/ctl/change.hpp"
#include "plugin/ctl/label.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/token_input.hpp"
#include "plugin/ctl/verbs.hpp"
#include "plugin/policy/account.hpp"
#include "plugin/store/bindings.hpp"

namespace clientid::ctl {
namespace {

// What an operator asks for; what is left out is not compared with a binding that is there already.
struct Wish {
  std::string account;
  const Identity& identity;
  std::optional<std::string> label;
  std::optional<Time> expires;
};

struct Bound {
  Binding binding;
  bool made = false;
};

// UUID version 4 (RFC 9562 section 5.4).
Secret random_uuid() {
  constexpr std::string_view digits = "0123456789abcdef";
  Secret octets(16);
  auto* begin = reinterpret_cast<unsigned char*>(octets.octets().data());
  if (RAND_priv_bytes(begin, static_cast<int>(octets.size())) != 1) {
    throw std::runtime_error("no random octets to be had for a token");
  }
  begin[6] = static_cast<unsigned char>((begin[6] & 0x0f) | 0x40);
  begin[8] = static_cast<unsigned char>((begin[8] & 0x3f) | 0x80);
  Secret uuid;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uuid.append('-');
    uuid.append(digits[begin[i] >> 4]);
    uuid.append(digits[begin[i] & 0x0f]);
  }
  return uuid;
}

// Throws unless the binding that is there is what was asked for.
void require_same(Context& context, const Binding& there, const Wish& wish) {
  const auto id = std::to_string(there.id);
  const auto refuse = [&](const std::string& how, const std::string& instead) {
    throw Failure(Status::rule, "this device is bound already, as binding " + id + ", which " + how +
                                    "; instead: clientidctl " + instead);
  };
  switch (state_in_force(there, context.now())) {
    case BindingState::active: break;
    case BindingState::pending: return refuse("is pending", "approve " + id);
    case BindingState::suspended: return refuse("is suspended", "resume " + id);
    case BindingState::revoked: return refuse("is revoked", "remove " + id + ", then bind it again");
  }
  if (wish.label && *wish.label != there.label) refuse("has another label", "label " + id + " TEXT");
  if (wish.expires && wish.expires != there.expires) refuse("expires at another time", "expire " + id + " WHEN");
  if (expired(there, context.now())) refuse("has expired", "expire " + id + " never");
}

Bound make(Context& context, const Wish& wish) {
  const auto device = device_of(wish.identity, context.key());
  Binding binding{
      .id = 0,
      .account = wish.account,
      .type = wish.identity.type,
      .fingerprint = device.fingerprint,
      .key_id = device.key_id,
      .state = BindingState::active,
      .label = wish.label.value_or(""),
      .created = context.now(),
      .created_by = context.who(),
      .expires = wish.expires,
      .suspended_until = {},
      .last_seen = {},
      .last_peer = {},
      .uses = 0,
  };
  Change change(context);
  Bindings bindings(context.store());
  if (const auto there = bindings.find(wish.account, device, context.now())) {
    require_same(context, *there, wish);
    return {*there, false};
  }
  const auto id = bindings.insert(binding);
  if (!id) throw std::runtime_error("the store neither takes this binding nor has it");
  binding.id = *id;
  change.record(binding, "bound");
  change.commit();
  return {binding, true};
}

Status bind_known(Context& context, const Wish& wish) {
  const auto [binding, made] = make(context, wish);
  const std::string whom = wish.account == any_account ? "any account" : wish.account;
  report(context, binding, made, (made ? "bound to " : "already bound to ") + whom);
  return Status::done;
}

void print_new(Context& context, const Binding& binding, const Identity& identity) {
  const auto& output = context.output();
  if (output.json()) {
    output.value_with_secret(to_json(binding, context.now()), "token", identity.token);
  } else if (output.quiet()) {
    output.secret_line("", identity.token);
  } else if (identity.type == "uuid") {
    output.line(printable("binding " + std::to_string(binding.id) + ": bound to " + binding.account));
    output.line(
        "\nSet in Thunderbird (Settings, General, Config Editor), with the number of the outgoing\n"
        "server in place of N:\n\n"
        "    mail.smtpserver.smtpN.clientidEnabled = true");
    output.secret_line("    mail.smtpserver.smtpN.clientid = ", identity.token);
    output.line("\nThe token behind \"clientid =\" is kept nowhere and cannot be shown again.");
  } else {
    output.line(printable("binding " + std::to_string(binding.id) + ": bound to " + binding.account));
    output.line("\nThe client must send this (Thunderbird knows no type but UUID):\n");
    output.secret_line("    CLIENTID " + identity.type + " ", identity.token);
    output.line("\nThe token is kept nowhere and cannot be shown again.");
  }
}

}  // namespace

Status enrol(Context& context, const Arguments& arguments) {
  const Identity identity{read_type(arguments.option("type").value_or("UUID")), random_uuid()};
  if (identity.type == certificate_type) {
    throw ConfigError(
        "--type: an identity of type TLS-CERT is in the certificate of the client; instead: clientidctl bind");
  }
  const auto label = checked_label(arguments.option("label"));
  const auto bound = make(context, {account_of(context, arguments.word(0)), identity, label, std::nullopt});
  try {
    print_new(context, bound.binding, identity);
  } catch (const OutputError& error) {
    const auto id = std::to_string(bound.binding.id);
    throw OutputError(
        std::string(error.what()) + "; binding " + id + " is made, but its token may be lost: clientidctl remove " + id,
        false);
  }
  return Status::done;
}

Status bind(Context& context, const Arguments& arguments) {
  const auto account = account_of(context, arguments.word(0));
  const auto label = checked_label(arguments.option("label"));
  std::optional<Time> expires;
  if (const auto when = arguments.option("expires")) expires = time_of(context, "--expires", *when);
  const auto identity = read_identity(arguments.word(1), arguments.words[2]);
  return bind_known(context, {account, identity, label, expires});
}

Status licence_add(Context& context, const Arguments& arguments) {
  const auto identity = read_identity(arguments.word(0), arguments.words[1]);
  return bind_known(context, {std::string(any_account), identity, std::nullopt, std::nullopt});
}

}  // namespace clientid::ctl
