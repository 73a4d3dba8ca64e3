// A binding as people and scripts see it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/ctl/context.hpp"
#include "plugin/ctl/output.hpp"
#include "plugin/policy/binding.hpp"

namespace clientid::ctl {

Json to_json(const Binding& binding, Time now);

// All of them as a table, or as a JSON array.
void print(Context& context, const std::vector<Binding>& bindings);

// What a change did to a binding: "binding 7: suspended", or the binding in JSON.
void report(Context& context, const Binding& binding, bool changed, const std::string& what);

}  // namespace clientid::ctl
