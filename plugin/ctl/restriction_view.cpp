#include "plugin/ctl/restriction_view.hpp"

#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/time_json.hpp"
#include "plugin/identity/fingerprint.hpp"

namespace clientid::ctl {
namespace {

constexpr std::string_view network_kind = "address";

std::string shown_subject(const Restriction& restriction) {
  return restriction.kind == Restricted::device ? short_form(restriction.subject) : restriction.subject;
}

Json to_json(const Restriction& restriction) {
  return {
      {"kind", kind_name(restriction)},
      {"subject", text_or_null(shown_subject(restriction))},
      {"effect", name(restriction.effect)},
      {"until", ctl::to_json(restriction.until)},
      {"reason", text_or_null(restriction.cause)},
      {"created", format_time(restriction.created)},
      {"created_by", restriction.created_by},
  };
}

}  // namespace

std::string_view shown_kind(std::string_view kind) {
  return kind == name(Restricted::network) ? network_kind : kind;
}

std::string_view kind_name(const Restriction& restriction) {
  return shown_kind(name(restriction.kind));
}

std::optional<Restricted> parse_restricted_kind(std::string_view text) {
  if (text == network_kind) return Restricted::network;
  const auto kind = parse_restricted(text);
  return kind == Restricted::network ? std::nullopt : kind;
}

std::string subject_text(const Restriction& restriction) {
  const auto subject = shown_subject(restriction);
  return std::string(kind_name(restriction)) + (subject.empty() ? "" : " " + subject);
}

void print_restrictions(const Output& output, const std::vector<Restriction>& restrictions) {
  if (output.json()) {
    auto all = Json::array();
    for (const auto& restriction : restrictions) all.push_back(to_json(restriction));
    output.value(all);
    return;
  }
  std::vector<Row> rows;
  rows.reserve(restrictions.size());
  for (const auto& restriction : restrictions) {
    rows.push_back({std::string(name(restriction.effect)), subject_text(restriction),
                    restriction.until ? format_time(*restriction.until) : "", format_time(restriction.created),
                    restriction.created_by, restriction.cause});
  }
  using enum Column::Kind;
  output.table({"EFFECT", "FOR", "UNTIL", "CREATED", {"BY", text}, {"REASON", text}}, rows);
}

void report(const Context& context, const Restriction& restriction, bool changed, std::string_view what) {
  if (!context.output().json()) {
    context.output().say(printable(subject_text(restriction) + ": " + std::string(what)));
    return;
  }
  auto json = to_json(restriction);
  json["changed"] = changed;
  context.output().value(json);
}

}  // namespace clientid::ctl
