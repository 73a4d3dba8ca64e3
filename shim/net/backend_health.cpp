#include "shim/net/backend_health.hpp"

#include <algorithm>

namespace clientid {

std::vector<std::size_t> BackendHealth::order() {
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> order;
  std::vector<std::size_t> passed_over;
  for (std::size_t i = 0; i < retry_at_.size(); ++i) {
    auto& retry_at = retry_at_[i];
    // One at a time, and none that stands behind one that works: it is not needed.
    const bool tried_again = retry_at && *retry_at <= now && order.empty();
    if (tried_again) retry_at = now + pause;
    (!retry_at || tried_again ? order : passed_over).push_back(i);
  }
  order.insert(order.end(), passed_over.begin(), passed_over.end());
  return order;
}

std::size_t BackendHealth::working() {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::count(retry_at_.begin(), retry_at_.end(), std::nullopt));
}

bool BackendHealth::worked(std::size_t backend) {
  const std::lock_guard lock(mutex_);
  const bool news = retry_at_[backend].has_value();
  retry_at_[backend].reset();
  return news;
}

bool BackendHealth::failed(std::size_t backend) {
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  const bool news = !retry_at_[backend];
  retry_at_[backend] = now + pause;
  return news;
}

}  // namespace clientid
