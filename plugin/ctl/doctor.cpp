// doctor: is everything as it must be? It changes nothing.
#include "plugin/ctl/doctor.hpp"

#include <unistd.h>

#include <algorithm>

#include "plugin/config/site.hpp"
#include "plugin/config/user_names.hpp"
#include "plugin/ctl/other_user.hpp"
#include "plugin/ctl/terminal_text.hpp"
#include "plugin/ctl/verbs.hpp"

namespace clientid::ctl {
namespace {

// The command alone where an error of ours says it: "make it with: clientidctl init", "`clientidctl init` makes it".
std::string command_of(const std::string& mend, const std::string& config) {
  constexpr std::string_view before = "it with: ";
  constexpr std::string_view program = "clientidctl ";
  auto command = mend;
  const auto with = mend.find(before);
  if (with != std::string::npos) command = mend.substr(with + before.size());
  if (mend.starts_with('`')) command = mend.substr(1, mend.find('`', 1) - 1);
  const bool names_another = command.find("--config ") != std::string::npos;
  if (command.starts_with(program) && !names_another && config != default_site_file()) {
    command.insert(program.size(), "--config " + config + " ");
  }
  return command;
}

// Who is not root may be kept from looking, which says nothing of the service.
bool kept_out(const Finding& finding) {
  const auto says = [&](const char* text) {
    return finding.detail.find(text) != std::string::npos || finding.mend.find(text) != std::string::npos;
  };
  return ::geteuid() != 0 && (says("Permission denied") || says("run this as its owner"));
}

void put_in_order(Finding& finding, const std::string& config) {
  if (finding.result == Found::wrong && kept_out(finding)) {
    finding.result = Found::note;
    finding.detail = user_name(::geteuid()) + " cannot look at it: " + finding.detail;
    finding.mend = "run this as root";
  }
  finding.mend = command_of(finding.mend, config);
}

void print(const Output& output, const Findings& findings) {
  std::vector<Row> rows;
  for (const auto& finding : findings) {
    rows.push_back({std::string(name(finding.result)), finding.name, finding.detail});
  }
  const Heading heading{{"RESULT", Column::Kind::state}, {"NAME", Column::Kind::text}, {"DETAIL", Column::Kind::text}};
  const auto table = laid_out(heading, rows, !output.quiet(), output.terminal());
  std::string text;
  std::size_t at = 0;
  const auto add_line = [&] {
    const auto end = table.find('\n', at) + 1;
    const auto line = std::string_view(table).substr(at, end - at);
    text += line;
    at = end;
    return line;
  };
  if (!output.quiet()) add_line();
  for (const auto& finding : findings) {
    const auto line = add_line();
    // Nobody shall have to widen the terminal to learn what is wrong.
    for (const auto& whole : {finding.name, finding.detail}) {
      const auto shown = printable(whole);
      if (finding.result != Found::ok && line.find(shown) == std::string_view::npos) text += "        " + shown + "\n";
    }
    if (!finding.mend.empty()) text += "  mend: " + printable(finding.mend) + "\n";
  }
  output.text(text);
}

}  // namespace

const std::string& ServiceSettings::owner() const {
  static const std::string root = "root";
  return user.empty() ? root : user;
}

Status doctor(Context& context, const Arguments& arguments) {
  const auto site_file = arguments.option("config").value();
  Findings findings;
  look_at_site(context, site_file, findings);
  const auto service = look_at_service(site_file, arguments.option("shim-config"), findings);
  if (service) look_at_sasl(*service, arguments.option("backend-sasl"), findings);
  for (auto& finding : findings) put_in_order(finding, site_file);

  if (context.output().json()) {
    auto all = Json::array();
    for (const auto& finding : findings) all.push_back(to_json(finding));
    context.output().value(all);
  } else {
    print(context.output(), findings);
  }
  const bool wrong =
      std::any_of(findings.begin(), findings.end(), [](const auto& each) { return each.result == Found::wrong; });
  return wrong ? Status::refused : Status::done;
}

}  // namespace clientid::ctl
