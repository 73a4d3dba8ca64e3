// sessions: who is connected now, by device.
#include "plugin/ctl/verbs.hpp"
#include "plugin/store/session_list.hpp"

namespace clientid::ctl {
namespace {

Json to_json(const ListedSession& listed) {
  const auto& session = listed.session;
  return {
      {"account", session.account},
      {"type", session.type},
      {"fingerprint", short_form(session.fingerprint)},
      {"binding", listed.binding ? Json(*listed.binding) : Json(nullptr)},
      {"label", listed.binding ? Json(listed.label) : Json(nullptr)},
      {"peer", text_or_null(session.peer)},
      {"since", format_time(session.opened)},
      {"holder", session.holder},
  };
}

}  // namespace

Status sessions(Context& context, const Arguments& arguments) {
  std::optional<std::string> account;
  if (!arguments.words.empty()) account = account_of(context, arguments.word(0));
  const auto found = list_sessions(context.store(), account, context.now());
  if (context.output().json()) {
    auto all = Json::array();
    for (const auto& listed : found) all.push_back(to_json(listed));
    context.output().value(all);
    return Status::done;
  }
  std::vector<Row> rows;
  rows.reserve(found.size());
  for (const auto& listed : found) {
    const auto& session = listed.session;
    rows.push_back({session.account, session.type, short_form(session.fingerprint), session.peer,
                    format_time(session.opened), session.holder, listed.label});
  }
  using enum Column::Kind;
  context.output().table({{"ACCOUNT", text}, "TYPE", "FINGERPRINT", "PEER", "SINCE", {"HOLDER", text}, {"LABEL", text}},
                         rows);
  return Status::done;
}

}  // namespace clientid::ctl
