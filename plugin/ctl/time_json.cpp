#include "plugin/ctl/time_json.hpp"

namespace clientid::ctl {

Json to_json(const std::optional<Time>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

}  // namespace clientid::ctl
