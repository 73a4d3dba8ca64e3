// Blocks and attack mode as commands print them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/ctl/context.hpp"
#include "plugin/policy/restriction.hpp"

namespace clientid::ctl {

// Restrictions call it a network, and commands an address.
std::string_view shown_kind(std::string_view kind);  // as the store has it
std::string_view kind_name(const Restriction& restriction);
std::optional<Restricted> parse_restricted_kind(std::string_view text);

// "device 3fa901bc77d20e11", "address 192.0.2.0/24", "account alice@example.com", "everybody".
std::string subject_text(const Restriction& restriction);

void print_restrictions(const Output& output, const std::vector<Restriction>& restrictions);

// What was done to one: `what` is such as "blocked".
void report(const Context& context, const Restriction& restriction, bool changed, std::string_view what);

}  // namespace clientid::ctl
